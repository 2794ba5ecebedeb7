"""Which networks are compiled, which are not, and how the kind of one is known."""

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.vamc.builds import compiled, document, refusal


def stating(**frontend: Any) -> dict[str, Any]:
    data = document()
    data["frontend"] = {"shape": {"input": [1, 3, 16, 16]}, **frontend}
    return data


@pytest.mark.parametrize("kind", ["keras", "tensorflow", "darknet", "huggingface"])
def test_other_frameworks_are_told_how_to_become_onnx(world: Path, kind: str) -> None:
    says = refusal(world, stating(type=kind, checkpoint="weights"))
    assert f"frontend.type is {kind}, which is not emulated" in says
    assert "make an ONNX file" in says
    assert "net.yaml:9" in says


@pytest.mark.parametrize(
    ("file", "kind"),
    [("net.h5", "keras"), ("net.keras", "keras"), ("net.PB", "tensorflow"), ("net.weights", "darknet")],
)
def test_without_a_type_the_suffix_tells_it(world: Path, file: str, kind: str) -> None:
    assert f"frontend.checkpoint is {kind}, which is not emulated" in refusal(world, stating(checkpoint=file))


def test_an_onnx_file_needs_no_type(world: Path) -> None:
    assert compiled(world, stating(checkpoint="net.onnx"))
    assert compiled(world, stating(checkpoint="net.onnx", type=None))


def test_a_suffix_that_tells_nothing_needs_a_type(world: Path) -> None:
    says = refusal(world, stating(checkpoint="net.bin"))
    assert "frontend.type is missing" in says
    assert "onnx, pytorch" in says


def test_the_lengths_of_a_language_model_are_no_range(world: Path) -> None:
    data = stating(checkpoint="folder", type="huggingface")
    data["frontend"]["shape"] = {"input_ids": [[512], []]}
    assert "huggingface, which is not emulated" in refusal(world, data)
