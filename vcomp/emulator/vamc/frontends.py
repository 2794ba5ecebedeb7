"""The network's file as an ONNX graph with the inputs and the static shapes that the compile file states."""

from __future__ import annotations

import io
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from vcomp.emulator.vamc.compile_yaml import CompileFile, Frontend, Shape
from vcomp.errors import VcompError, unknown
from vcomp.files import read_bounded

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

MAX_NETWORK_BYTES = (2 << 30) - 1  # what one protobuf message can hold
TORCH_OPSET = 11


def load_network(file: CompileFile) -> ModelProto:
    """The network as ONNX, its inputs in the order of the compile file; VcompError if they do not fit the file's."""
    frontend = file.frontend
    if not frontend.checkpoint.is_file():
        raise VcompError(
            f"there is no file {frontend.checkpoint}",
            where=file.document.where("frontend", "checkpoint"),
            expected="the network; paths are relative to the working directory",
        )
    network = _read_onnx(frontend) if frontend.type == "onnx" else _export_torchscript(frontend)
    constants = {tensor.name for tensor in network.graph.initializer}
    found = {value.name: value for value in network.graph.input if value.name not in constants}
    for name, shape in frontend.inputs.items():
        if name not in found:
            raise unknown("input", name, found, where=file.document.where("frontend", "shape", name))
        _fix_shape(found[name], shape, file.document.where("frontend", "shape", name))
    for name, value in found.items():
        if name not in frontend.inputs:
            raise VcompError(
                f"input {name!r} of {frontend.checkpoint} has no shape",
                where=file.document.where("frontend", "shape"),
                expected=f"all inputs: {', '.join(found)}",
                mend=f"add `{name}: {_shown(value)}`",
            )
    return network


def _read_onnx(frontend: Frontend) -> ModelProto:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        network = onnx.load_model_from_string(read_bounded(frontend.checkpoint, MAX_NETWORK_BYTES))
        onnx.load_external_data_for_model(network, str(frontend.checkpoint.parent))
    except DecodeError as error:
        raise VcompError("is not an ONNX file, or cut short", where=str(frontend.checkpoint)) from error
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise VcompError(f"cannot be read: {error}", where=str(frontend.checkpoint)) from error
    if not network.graph.node:
        raise VcompError("is not an ONNX file: it has no operator", where=str(frontend.checkpoint))
    return network


def _export_torchscript(frontend: Frontend) -> ModelProto:
    """The traced network in ONNX. Its inputs take the names of the compile file, in that order: a trace has none."""
    import onnx
    import torch

    inputs = tuple(torch.zeros(shape, dtype=getattr(torch, frontend.dtype)) for shape in frontend.inputs.values())
    names = list(frontend.inputs)
    try:
        network = torch.jit.load(str(frontend.checkpoint), map_location="cpu").eval()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            network(*inputs)  # fails in few words where the export would print the whole graph
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            path = Path(folder, "network.onnx")
            torch.onnx.export(network, inputs, path, dynamo=False, opset_version=TORCH_OPSET, input_names=names)
            return onnx.load(path)
    except Exception as error:  # what torch raises is as varied as what it meets
        raise VcompError(
            f"cannot be exported to ONNX: {_gist(error)}",
            where=str(frontend.checkpoint),
            expected="a traced TorchScript network that takes the stated shapes",
            mend="export it to ONNX yourself, and set type: onnx",
        ) from error


def _gist(error: Exception) -> str:
    """The line of torch's message that says what is wrong: after a TorchScript traceback, the last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return (lines[-1] if "TorchScript" in lines[0] else lines[0])[:200]


def _fix_shape(value: ValueInfoProto, wanted: Shape, where: str) -> None:
    """Give the input its static shape: where the graph leaves a side open, the stated one."""
    sides = value.type.tensor_type.shape.dim
    fits = len(sides) == len(wanted) and all(
        not side.HasField("dim_value") or side.dim_value == length for side, length in zip(sides, wanted, strict=True)
    )
    if value.type.tensor_type.HasField("shape") and not fits:
        raise VcompError(
            f"input {value.name!r} is stated as {list(wanted)}",
            where=where,
            expected=f"{_shown(value)}, as the network has it",
        )
    del sides[:]
    for length in wanted:
        sides.add().dim_value = length


def _shown(value: ValueInfoProto) -> str:
    sides = [str(side.dim_value or side.dim_param or "?") for side in value.type.tensor_type.shape.dim]
    return f"[{', '.join(sides)}]"
