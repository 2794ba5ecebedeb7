"""Networks from PyTorch: traces are compiled, and nothing else of what torch saves is even loaded."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.runtime.session import Session

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # what the vendor's compiler takes


def stating(checkpoint: str, shapes: dict[str, Any], dtype: str = "fp32") -> dict[str, Any]:
    data = document()
    data["frontend"] = {"checkpoint": checkpoint, "type": "pytorch", "shape": shapes, "dtype": dtype}
    return data


@pytest.fixture
def module() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)).eval()


def traced(module: nn.Module, path: str, *example: torch.Tensor) -> None:
    torch.jit.trace(module, example).save(path)


def test_a_trace_is_compiled_under_the_names_of_the_file(world: Path, module: nn.Module) -> None:
    traced(module, "net.pt", torch.zeros(1, 3, 8, 8))

    artifact = read_artifact(compiled(world, stating("net.pt", {"image": [1, 3, 8, 8]}))[0])

    assert artifact.manifest.inputs[0].name == "image"
    image = torch.rand(1, 3, 8, 8)
    [output] = Session(artifact).run([image.numpy()])
    np.testing.assert_allclose(output, module(image).detach(), atol=2e-3)


def test_a_trace_of_dynamic_shape_takes_all_sizes_between(world: Path, module: nn.Module) -> None:
    traced(module, "net.torchscript", torch.zeros(1, 3, 8, 8))
    path, _ = compiled(world, stating("net.torchscript", {"image": [[1, 3, 8, 8], [1, 3, 16, 20]]}))
    image = torch.rand(1, 3, 9, 17)

    [output] = Session(read_artifact(path)).run([image.numpy()])

    np.testing.assert_allclose(output, module(image).detach(), atol=2e-3)


def test_a_trace_takes_tokens(world: Path) -> None:
    class Embedding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(10, 4)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return self.table(ids) * mask.unsqueeze(-1)

    tokens = torch.ones(1, 6, dtype=torch.int64)
    traced(Embedding(), "net.pt", tokens, tokens)
    data = stating("net.pt", {"input_ids": [[1, 2], [1, 8]], "attention_mask": [[1, 2], [1, 8]]}, "int64")

    artifact = read_artifact(compiled(world, data)[0])

    assert [port.dtype for port in artifact.manifest.inputs] == ["int64", "int64"]
    [output] = Session(artifact).run([np.int32([[1, 2, 3]]), np.int32([[1, 1, 0]])])
    assert output.shape == (1, 3, 4)
    assert not output[0, 2].any()


def test_a_trace_that_does_not_take_the_shapes_is_refused(world: Path, module: nn.Module) -> None:
    traced(module, "net.pt", torch.zeros(1, 3, 8, 8))
    assert "cannot be exported to ONNX" in refusal(world, stating("net.pt", {"image": [1, 4, 8, 8]}))


class RunsCode(nn.Module):
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("run",)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("suffix", ["pt", "pth"])
def test_what_is_pickled_is_refused_and_never_loaded(world: Path, zipped: bool, suffix: str) -> None:
    torch.save(RunsCode(), f"net.{suffix}", _use_new_zipfile_serialization=zipped)

    says = refusal(world, stating(f"net.{suffix}", {"image": [1, 3, 8, 8]}))

    assert "a state dict or a pickled module" in says
    assert "torch.jit.trace" in says
    assert not Path("run").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", bytes(100)])
def test_what_torch_did_not_write_is_refused(world: Path, content: bytes) -> None:
    Path("net.pt").write_bytes(content)
    assert "cannot be exported to ONNX" in refusal(world, stating("net.pt", {"image": [1, 3, 8, 8]}))
