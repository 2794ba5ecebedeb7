"""The network's file as an ONNX graph with the inputs and the shapes that the compile file states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcomp.emulator.vamc.compile_yaml import CompileFile
from vcomp.emulator.vamc.frontend import Frontend, InputShape
from vcomp.errors import VcompError, unknown
from vcomp.files import read_bounded

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

MAX_NETWORK_BYTES = (2 << 30) - 1  # what one protobuf message can hold


def load_network(file: CompileFile) -> ModelProto:
    """The network as ONNX, its inputs in the order of the compile file; VcompError if they do not fit the file's."""
    from vcomp.emulator.vamc.torchscript import export_torchscript

    frontend = file.frontend
    if not frontend.checkpoint.is_file():
        raise VcompError(
            f"there is no file {frontend.checkpoint}",
            where=file.document.where("frontend", "checkpoint"),
            expected="the network; paths are relative to the working directory",
        )
    network = _read_onnx(frontend) if frontend.type == "onnx" else export_torchscript(frontend)
    constants = {tensor.name for tensor in network.graph.initializer}
    found = {value.name: value for value in network.graph.input if value.name not in constants}
    for name, shape in frontend.inputs.items():
        where = file.document.where("frontend", "shape", name)
        if name not in found:
            raise unknown("input", name, found, where=where)
        _require_fit(found[name], shape, where)
        _set_shape(found[name], shape)
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


def _require_fit(value: ValueInfoProto, stated: InputShape, where: str) -> None:
    """VcompError unless the graph has each side as stated, or leaves it open; one that may vary it must leave open."""
    if not value.type.tensor_type.HasField("shape"):
        return
    sides = value.type.tensor_type.shape.dim
    fixed = [side.dim_value if side.HasField("dim_value") else None for side in sides]
    if len(sides) != len(stated.bounds) or any(
        side not in (None, low) and low == high for side, (low, high) in zip(fixed, stated.bounds, strict=True)
    ):
        raise VcompError(
            f"input {value.name!r} is stated as {list(stated.largest)}",
            where=where,
            expected=f"{_shown(value)}, as the network has it",
        )
    for axis, (side, (low, high)) in enumerate(zip(fixed, stated.bounds, strict=True)):
        if side is not None and low != high:
            raise VcompError(
                f"axis {axis} of input {value.name!r} is stated as {low} to {high}, the network has it fixed at {side}",
                where=where,
                expected="a network that leaves open the sides that may vary",
                mend=f"export it with dynamic_axes={{{value.name!r}: [{axis}, …]}}, or state one shape",
            )


def _set_shape(value: ValueInfoProto, stated: InputShape) -> None:
    """Fix all sides but those that may vary."""
    shape = value.type.tensor_type.shape
    names = [side.dim_param for side in shape.dim] or [""] * len(stated.bounds)
    del shape.dim[:]
    for axis, (name, (low, high)) in enumerate(zip(names, stated.bounds, strict=True)):
        side = shape.dim.add()
        if low == high:
            side.dim_value = low
        else:
            side.dim_param = name or f"{value.name}_{axis}"


def _shown(value: ValueInfoProto) -> str:
    sides = [str(side.dim_value or side.dim_param or "?") for side in value.type.tensor_type.shape.dim]
    return f"[{', '.join(sides)}]"
