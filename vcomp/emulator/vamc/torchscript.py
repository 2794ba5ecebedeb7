"""A traced TorchScript network as ONNX."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from vcomp.emulator.vamc.frontend import Frontend, Shape
from vcomp.errors import VcompError

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import Tensor, nn

OPSET = 11
PICKLE = b"\x80"  # with it begin pickles of every protocol since 2


def export_torchscript(frontend: Frontend) -> ModelProto:
    """The network in ONNX. Its inputs take the names of the compile file, in that order: a trace has none.

    Sides that may vary are left open. VcompError if the file is no TorchScript, or does not take the stated shapes.
    """
    import torch

    _require_torchscript(frontend.checkpoint)
    smallest = _zeros(frontend, [shape.smallest or shape.largest for shape in frontend.inputs.values()])
    largest = _zeros(frontend, [shape.largest for shape in frontend.inputs.values()])
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), torch.no_grad():
            warnings.simplefilter("ignore")  # torch would rather have another format
            network = torch.jit.load(str(frontend.checkpoint), map_location="cpu").eval()  # type: ignore[no-untyped-call]
            for inputs in (smallest, largest):
                network(*inputs)  # fails in few words where the export would print the whole graph
            return _exported(network, frontend, largest)
    except Exception as error:  # what torch raises is as varied as what it meets
        raise VcompError(
            f"cannot be exported to ONNX: {_gist(error)}",
            where=str(frontend.checkpoint),
            expected="a traced TorchScript network that takes the stated shapes",
            mend="export it to ONNX yourself, and set type: onnx",
        ) from error


def _exported(network: nn.Module, frontend: Frontend, example: tuple[Tensor, ...]) -> ModelProto:
    import onnx
    import torch

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.onnx")
        torch.onnx.export(
            network,
            example,
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(frontend.inputs),
            dynamic_axes=_open_axes(frontend),
        )
        return onnx.load(path)


def _require_torchscript(path: Path) -> None:
    """VcompError for files that hold pickles alone: loading those would run whatever code they name."""
    with path.open("rb") as file:
        pickled = file.read(1) == PICKLE
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                names = {name.rpartition("/")[2] for name in archive.namelist()}
            pickled = "data.pkl" in names and "constants.pkl" not in names
        except zipfile.BadZipFile:
            pickled = False  # torch says more of what is wrong with it
    if pickled:
        raise VcompError(
            "holds a state dict or a pickled module, not a TorchScript network; it is not loaded",
            where=str(path),
            expected="what torch.jit.save wrote of a traced module",
            mend="build the module, load the weights, and save torch.jit.trace(module.eval(), example)",
        )


def _zeros(frontend: Frontend, shapes: list[Shape]) -> tuple[Tensor, ...]:
    import torch

    return tuple(torch.zeros(shape, dtype=getattr(torch, frontend.dtype)) for shape in shapes)


def _open_axes(frontend: Frontend) -> dict[str, list[int]]:
    return {
        name: [axis for axis, (low, high) in enumerate(shape.bounds) if low != high]
        for name, shape in frontend.inputs.items()
    }


def _gist(error: Exception) -> str:
    """The line of torch's message that says what is wrong: after a TorchScript traceback, the last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return (lines[-1] if "TorchScript" in lines[0] else lines[0])[:200]
