"""The section `frontend`: the network's file, and its inputs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vcomp.emulator.vamc.section import Section
from vcomp.errors import shown

Shape = tuple[int, ...]
FrontendType = Literal["onnx", "pytorch"]

INPUT_DTYPES = {"fp32": "float32", "int64": "int64"}
NEEDS_ONNX = {
    "keras": "tf2onnx (`python -m tf2onnx.convert --keras`)",
    "tensorflow": "tf2onnx (`python -m tf2onnx.convert --graphdef`)",
    "darknet": "a converter from darknet to ONNX",
    "huggingface": "optimum (`optimum-cli export onnx`)",
}
TYPE_OF_SUFFIX = {
    ".onnx": "onnx",
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".torchscript": "pytorch",
    ".h5": "keras",
    ".keras": "keras",
    ".pb": "tensorflow",
    ".weights": "darknet",
}
MAX_SIDES = 8
MAX_ELEMENTS = 1 << 30


@dataclass(frozen=True)
class InputShape:
    """The shape of an input; of one that may vary the largest, and the `smallest` beside it."""

    largest: Shape
    smallest: Shape | None = None

    @property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """The least and the most that each side may be."""
        return tuple(zip(self.smallest or self.largest, self.largest, strict=True))


@dataclass(frozen=True)
class Frontend:
    """The network's file and its inputs, in the order of the YAML."""

    type: FrontendType
    checkpoint: Path
    inputs: Mapping[str, InputShape]
    dtype: str


def read_frontend(section: Section) -> Frontend:
    """The section as typed values; VcompError if it is of a framework that is not emulated."""
    checkpoint = Path(section.text("checkpoint"))
    kind = section.word("type", ("onnx", "pytorch", *NEEDS_ONNX), TYPE_OF_SUFFIX.get(checkpoint.suffix.lower()))
    if kind in NEEDS_ONNX:
        raise section.fault(
            "type" if "type" in section.data else "checkpoint",
            f"is {kind}, which is not emulated",
            "onnx or pytorch",
            f"make an ONNX file of it with {NEEDS_ONNX[kind]}, and set type: onnx",
        )
    shapes = section.section("shape")
    if not shapes.data:
        raise section.fault("shape", "names no input", "each input of the network with its shape")
    return Frontend(
        type="onnx" if kind == "onnx" else "pytorch",
        checkpoint=checkpoint,
        inputs={str(name): _input_shape(shapes, name) for name in shapes.data},
        dtype=INPUT_DTYPES[section.word("dtype", INPUT_DTYPES, "fp32")],
    )


def _input_shape(shapes: Section, name: str) -> InputShape:
    value = shapes.data[name]
    if isinstance(value, list) and any(isinstance(item, list) for item in value):
        if not (len(value) == 2 and all(map(_is_shape, value)) and _grows(*value)):
            raise shapes.fault(
                name,
                f"is {shown(value)}",
                "one shape, or two full ones of the same rank: the smallest, then the largest",
                f"as in `{name}: [[1, 3, 416, 416], [1, 3, 640, 640]]`",
            )
        return InputShape(smallest=tuple(value[0]), largest=tuple(value[1]))
    if not _is_shape(value):
        expected = f"1 to {MAX_SIDES} integers from 1, {MAX_ELEMENTS:,} elements at most"
        raise shapes.fault(name, f"is {shown(value)}", expected)
    return InputShape(tuple(value))


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= MAX_SIDES
        and all(type(side) is int and side >= 1 for side in value)
        and math.prod(value) <= MAX_ELEMENTS
    )


def _grows(smallest: list[int], largest: list[int]) -> bool:
    return len(smallest) == len(largest) and all(low <= high for low, high in zip(smallest, largest, strict=True))
