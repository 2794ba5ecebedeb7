"""What an ONNX file says about itself, read without trusting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vcomp.errors import VcompError, nearest
from vcomp.files import read_bounded
from vcomp.spec import ModelSpec

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

MAX_ONNX_BYTES = 2 << 30  # a protobuf message cannot be larger


@dataclass(frozen=True)
class Port:
    """An input or output of the graph; a dimension that is not fixed is None."""

    name: str
    shape: tuple[int | None, ...]

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether a shape is this one, with any length for a dimension that is not fixed."""
        return len(shape) == len(self.shape) and all(
            own is None or own == given for own, given in zip(self.shape, shape, strict=True)
        )

    def __str__(self) -> str:
        return f"{self.name} {'×'.join('?' if side is None else str(side) for side in self.shape)}"


@dataclass(frozen=True)
class OnnxFile:
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    opset: int


def load_onnx(path: Path) -> "ModelProto":
    """The parsed file, weights kept outside of it not loaded; VcompError if it is missing, too large or no ONNX."""
    import onnx
    from google.protobuf.message import DecodeError

    if not path.is_file():
        raise VcompError(f"there is no file {path}", expected="an ONNX file")
    try:
        model = onnx.load_model_from_string(read_bounded(path, MAX_ONNX_BYTES))
    except DecodeError:
        raise VcompError(f"{path} is not an ONNX file, or is cut short") from None
    if not model.graph.node or not model.graph.output or not model.opset_import:
        raise VcompError(f"{path} holds no graph, or is cut short", expected="an ONNX file with nodes and outputs")
    return model


def describe_onnx(path: Path) -> OnnxFile:
    """The inputs, outputs and opset of an ONNX file."""
    model = load_onnx(path)
    constants = {initializer.name for initializer in model.graph.initializer}
    return OnnxFile(
        inputs=tuple(_port(value) for value in model.graph.input if value.name not in constants),
        outputs=tuple(_port(value) for value in model.graph.output),
        opset=max((item.version for item in model.opset_import if item.domain in ("", "ai.onnx")), default=0),
    )


def _port(value: "ValueInfoProto") -> Port:
    sides = value.type.tensor_type.shape.dim
    return Port(value.name, tuple(side.dim_value if side.dim_value > 0 else None for side in sides))


def check_ports(spec: ModelSpec, path: Path) -> None:
    """Compare the spec's inputs with the file's; VcompError for a name or shape that is not there."""
    file = describe_onnx(path)
    by_name = {port.name: port for port in file.inputs}
    listed = ", ".join(str(port) for port in file.inputs) or "none: it takes no input"
    for item in spec.inputs:
        port = by_name.pop(item.name, None)
        if port is None:
            names = [port.name for port in file.inputs]
            close = nearest(item.name, names) or next(iter(names), None)
            raise VcompError(
                f"the network has no input {item.name!r}",
                where=str(path),
                expected=f"a name that it has: {listed}",
                mend=f'write Input(name="{close}", …) in the spec of {spec.name}' if close else None,
            )
        if not port.fits(item.shape):
            raise VcompError(
                f"input {item.name!r} is {'×'.join(map(str, item.shape))} in the spec of {spec.name}",
                where=str(path),
                expected=f"the network's shape: {port}",
                mend="correct shape=(…) in the spec",
            )
    if by_name:
        raise VcompError(
            f"the spec of {spec.name} leaves out input {next(iter(by_name))!r}", where=str(path), expected=listed
        )
