"""The card's tilings: those of a network's input undone, and an output as scripts read it.

Scripts tile inputs on the host, with two published helpers. Their shapes are known, each side rounded up:
N × W/8 × H/8 × C/4 × 256 for images, M/16 × K/16 × 256 for matrices. The order within a tile of 256 is unpublished. A
matrix is read as 16×16 of row and column. An image has its channels first or last within a tile, 4×8×8 or 8×8×4: the
reading is taken whose zeros lie where the sides were rounded up; first, if that does not tell.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

TILE = 256


def untile(array: Array, shape: Sequence[int]) -> Array | None:
    """The array in the plain `shape` that a network takes, N×C×H×W or M×K; None if it is no tiling of that shape.

    Axes of length one in front of a matrix count for nothing. What the tiles hold beyond the shape is dropped.
    """
    match tuple(shape):
        case batch, channels, height, width if array.ndim == 5:
            tiles = (batch, _count(width, 8), _count(height, 8), _count(channels, 4), TILE)
            return _image(array, channels, height, width) if array.shape == tiles else None
        case *leading, rows, columns if all(side == 1 for side in leading):
            blocks = (_count(rows, 16), _count(columns, 16), TILE)
            fits = array.shape == (1,) * (array.ndim - 3) + blocks
            return _matrix(array.reshape(blocks), rows, columns).reshape(*shape) if fits else None
        case _:
            return None


def tiled(array: Array) -> Array:
    """A network's output as one axis: its values in order, then zeros up to a whole tile.

    The card's order is unpublished; what is known is that scripts read 1,000 classes from the front.
    """
    whole = np.zeros(_count(array.size, TILE) * TILE, array.dtype)
    whole[: array.size] = array.ravel()
    return whole


def _image(tiles: Array, channels: int, height: int, width: int) -> Array:
    batch, columns, rows, layers, _ = tiles.shape
    outer = tiles.reshape(batch, columns, rows, layers, TILE)
    first = outer.reshape(*outer.shape[:4], 4, 8, 8).transpose(0, 3, 4, 2, 5, 1, 6)
    last = outer.reshape(*outer.shape[:4], 8, 8, 4).transpose(0, 3, 6, 2, 4, 1, 5)
    readings = [planes.reshape(batch, layers * 4, rows * 8, columns * 8) for planes in (first, last)]
    inside = [np.ascontiguousarray(planes[:, :channels, :height, :width]) for planes in readings]
    return max(inside, key=np.count_nonzero)


def _matrix(tiles: Array, rows: int, columns: int) -> Array:
    down, across, _ = tiles.shape
    blocks = tiles.reshape(down, across, 16, 16).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(blocks.reshape(down * 16, across * 16)[:rows, :columns])


def _count(side: int, tile: int) -> int:
    return -(-side // tile)
