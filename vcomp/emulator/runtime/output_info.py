"""What a script declares about the outputs of a call: their shapes, sizes and kinds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import ImageFormat, ImageType, TypeFlag

_NUMPY = {
    TypeFlag.UINT8: np.uint8,
    TypeFlag.INT8: np.int8,
    TypeFlag.UINT16: np.uint16,
    TypeFlag.INT16: np.int16,
    TypeFlag.UINT32: np.uint32,
    TypeFlag.INT32: np.int32,
    TypeFlag.FLOAT16: np.float16,
    TypeFlag.FLOAT32: np.float32,
}


@dataclass(frozen=True)
class Declared:
    """One output: numbers, and the type of a tensor's elements or the format of an image, as far as they are said."""

    numbers: tuple[int, ...] = ()
    type_flag: TypeFlag | None = None
    format: ImageFormat | None = None

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of a tensor, leading axes of one left out."""
        if self.format is not None or len(self.numbers) < 3:
            return None
        shape = self.numbers
        while len(shape) > 3 and shape[0] == 1:
            shape = shape[1:]
        return shape

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width: the last two numbers of a shape, or an image's width and height."""
        if self.format is None:
            return (self.numbers[-2], self.numbers[-1]) if len(self.numbers) >= 2 else None
        return (self.numbers[1], self.numbers[0]) if len(self.numbers) == 2 else None

    @property
    def dtype(self) -> "np.dtype[Any] | None":
        """The type of a tensor's elements, as numpy names it."""
        return np.dtype(_NUMPY[self.type_flag]) if self.type_flag in _NUMPY else None


def read_output_info(output_info: Any) -> list[Declared]:
    """One entry per output, or one that says nothing; EmulatorError for what is no number and no code."""
    given = [] if output_info is None else output_info
    if not isinstance(given, (list, tuple)):
        raise EmulatorError(f"output_info is a {type(given).__name__}", expected="[(shape, TypeFlag), …]")
    entries = given if all(isinstance(entry, (list, tuple)) for entry in given) else [given]
    return [_declared(list(flat(entry))) for entry in entries] or [Declared()]


def flat(value: Any) -> Iterator[Any]:
    """What is in lists, tuples and arrays, however nested, one after the other; a single value as it is."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from flat(part)
    elif isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    else:
        yield value


def _declared(parts: list[Any]) -> Declared:
    numbers: list[int] = []
    type_flag: TypeFlag | None = None
    image_format: ImageFormat | None = None
    for part in parts:
        if isinstance(part, TypeFlag):
            type_flag = part
        elif isinstance(part, (ImageFormat, ImageType)):
            image_format = ImageFormat(int(part))
        elif isinstance(part, (int, np.integer)):
            numbers.append(int(part))
        else:
            raise EmulatorError(f"output_info holds {part!r}", expected="integers, a TypeFlag or an ImageFormat")
    return Declared(tuple(numbers), type_flag, image_format)
