"""What one run of a custom operator is given, and how it reads and answers it."""

import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.images import Image
from vcomp.emulator.runtime.tensors import Tensor

Array = NDArray[Any]


@dataclass(frozen=True)
class Output:
    """The shape and type that the script declares for one output of an operator."""

    operator: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def filled(self, values: Array) -> Array:
        """The values one after the other from the start, zeros after them; EmulatorError if they do not fit."""
        flat = np.zeros(self.size, self.dtype)
        if values.size > flat.size:
            raise self._too_small(values)
        flat[: values.size] = _cast(values, self.dtype).ravel()
        return flat.reshape(self.shape)

    def placed(self, values: Array) -> Array:
        """The values in the first corner of this shape, zeros beyond them; EmulatorError if they do not fit.

        Axes of length one in front count for nothing.
        """
        missing = len(self.shape) - values.ndim
        sides = (1,) * missing + values.shape if missing >= 0 else values.shape[-missing:]
        if values.size != math.prod(sides) or any(side > room for side, room in zip(sides, self.shape, strict=True)):
            raise self._too_small(values)
        array = np.zeros(self.shape, self.dtype)
        array[tuple(slice(side) for side in sides)] = _cast(values, self.dtype).reshape(sides)
        return array

    def _too_small(self, values: Array) -> EmulatorError:
        return EmulatorError(
            f"a result of shape {list(values.shape)} does not fit into {list(self.shape)}",
            where=self.operator,
            mend="correct the shape in output_info",
        )


@dataclass(frozen=True)
class Call:
    """One run: the inputs, the config's bytes, and what the script expects to get."""

    operator: str
    inputs: tuple[Image | Tensor, ...]
    config: bytes
    outputs: tuple[Output, ...]

    def error(self, what: str, *, expected: str | None = None, mend: str | None = None) -> EmulatorError:
        return EmulatorError(what, where=self.operator, expected=expected, mend=mend)

    def check_counts(self, *, inputs: str, outputs: str) -> None:
        """EmulatorError unless there is one input per word, and one output per word."""
        for kind, words, given in (("tensors", inputs, self.inputs), ("output_info", outputs, self.outputs)):
            if len(given) != len(words.split()):
                raise self.error(f"{kind} holds {len(given)}", expected=f"{len(words.split())}: {words}")

    def array(self, index: int) -> Array:
        """The array of an input that is a tensor."""
        value = self.inputs[index]
        if not isinstance(value, Tensor):
            raise self.error(f"input {index} is {value!r}", expected="a tensor")
        return value.numpy()

    def planes(self, index: int) -> Array:
        """The array of an input as C×H×W."""
        array = self.array(index)
        if array.ndim == 4 and array.shape[0] == 1:
            array = array[0]
        if array.ndim != 3:
            raise self.error(f"the input has shape {list(array.shape)}", expected="C×H×W, or 1×C×H×W")
        return array

    def integers(self) -> tuple[int, ...]:
        """The config as 32-bit integers."""
        if not self.config or len(self.config) % 4:
            raise self.error(f"the config has {len(self.config)} bytes", expected="32-bit integers, four bytes each")
        return struct.unpack(f"<{len(self.config) // 4}i", self.config)


def _cast(values: Array, dtype: np.dtype[Any]) -> Array:
    with np.errstate(over="ignore"):  # what does not fit into fp16 becomes infinite, as on the chip
        return values.astype(dtype)
