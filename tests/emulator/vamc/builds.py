"""Compile files as tests write them, and what compiling them gives."""

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import networks
from vcomp.emulator.vamc.compiler import compile_model
from vcomp.errors import VcompError


def document(dtype: str = "fp16") -> dict[str, Any]:
    """A compile file for the network and the images of `world`."""
    return copy.deepcopy(
        networks.compile_document(f"net_{dtype}", "net.onnx", {"input": [1, 3, 16, 16]}, dtype)  # shares its ops
    )


def compiled(world: Path, data: dict[str, Any], **options: Any) -> tuple[str, list[str]]:
    """What loads the build, and the log."""
    log: list[str] = []
    return compile_model(networks.write_yaml(world / "net.yaml", data), log.append, **options), log


def refusal(world: Path, data: dict[str, Any], **options: Any) -> str:
    """What compiling says when it refuses."""
    with pytest.raises(VcompError) as raised:
        compiled(world, data, **options)
    assert not list(world.glob("deploy_weights/*")), "nothing may be left behind"
    return str(raised.value)
