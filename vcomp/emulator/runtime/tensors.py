"""Arrays on the emulated device, and the way in and out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.images import Image

Array = NDArray[Any]


class Tensor:
    """An array of any shape. It never changes.

    `logical` is there where the array is in a layout of the device, such as its tiles: what it means to a network.
    """

    def __init__(self, array: Array, logical: Array | None = None) -> None:
        self._array = array
        self.logical = array if logical is None else logical

    @property
    def shape(self) -> list[int]:
        return list(self._array.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(self._array.size)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._array.dtype

    @property
    def addr(self) -> int:
        """The address of the array in this process's memory."""
        return int(self._array.ctypes.data)

    def clone(self, device_id: Any = 0) -> "Tensor":  # noqa: ARG002
        """A copy. `device_id` is without effect: there is one emulated device."""
        return Tensor(self.numpy(), self.logical)

    def numpy(self) -> Array:
        return np.array(self._array)

    def __repr__(self) -> str:
        return f"<Tensor {'x'.join(str(side) for side in self._array.shape)} {self._array.dtype}>"


def from_numpy(array: Any, device_id: Any = 0) -> Tensor:  # noqa: ARG001
    """A tensor with a copy of the array; its dtype is kept. `device_id` is without effect."""
    if not isinstance(array, np.ndarray):
        raise EmulatorError(f"a tensor was made from a {type(array).__name__}", expected="a numpy array")
    return Tensor(np.array(array, order="C"))


def as_numpy(value: Any) -> Array:
    """A writable copy of an image or a tensor, its dtype kept."""
    if not isinstance(value, (Image, Tensor)):
        raise EmulatorError(
            f"as_numpy got a {type(value).__name__}",
            expected="an Image or a Tensor",
            mend="results are nested: result[i][j] is output j of batch item i" if isinstance(value, list) else None,
        )
    array: Array = value.numpy()
    return array
