"""Images as arrays of 8 bits: height × width × channels, or the two planes of NV12."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Size = tuple[int, int]
"""Height and width."""
Edges = tuple[int, int, int, int]
"""The pixels of a border: at the top, at the bottom, left and right."""


@final
@dataclass(frozen=True)
class Nv12:
    """Luma of H×W×1, and chroma of ⌈H/2⌉×⌈W/2⌉×2: U and V, one pair for a square of four pixels."""

    luma: Pixels
    chroma: Pixels

    @classmethod
    def of(cls, array: Pixels) -> "Nv12":
        """The planes of an H·3/2×W array: H rows of luma, then rows of U and V in turn. ValueError for another."""
        if array.ndim != 2 or array.shape[0] % 3 or array.shape[1] % 2 or not array.size:
            raise ValueError(
                f"an array of shape {array.shape} is no NV12 image: expected (height·3/2, width), both even"
            )
        height, width = array.shape[0] // 3 * 2, array.shape[1]
        return cls(array[:height, :, np.newaxis], array[height:].reshape(height // 2, width // 2, 2))

    def array(self) -> Pixels:
        """The planes in one array of H·3/2×W; ValueError if a side is odd."""
        height, width = size_of(self)
        if height % 2 or width % 2:
            raise ValueError(f"an NV12 image cannot be {height}×{width}: both sides are even")
        return np.concatenate([self.luma[..., 0], self.chroma.reshape(height // 2, width)])


Picture = Pixels | Nv12
SamePicture = TypeVar("SamePicture", Pixels, Nv12, Picture)


def size_of(picture: Picture) -> Size:
    """Height and width in pixels."""
    height, width = (picture.luma if isinstance(picture, Nv12) else picture).shape[:2]
    return height, width


def each_plane(picture: SamePicture, change: Callable[[Pixels, int], Pixels]) -> SamePicture:
    """Change what is stored apart: `change` gets a plane, and the side of the square that one of its values covers."""
    if isinstance(picture, Nv12):
        return Nv12(change(picture.luma, 1), change(picture.chroma, 2))
    return change(picture, 1)
