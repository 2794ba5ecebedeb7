"""Boxes, and the cells of the heads that predict them. All in pixels of the network's input."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.heads import Array
from vcomp.emulator.postprocess.layouts import Size, cells


@dataclass(frozen=True)
class Candidates:
    """What a network predicts, before suppression; boxes as x1, y1, x2, y2, one per row, as are the other arrays.

    `more` are the mask coefficients or the landmarks, if there are any.
    """

    classes: NDArray[np.intp]
    scores: Array
    boxes: Array
    more: Array | None = None


def grid(strides: Sequence[int], size: Size) -> list[Array]:
    """For each stride the x and y of its cells, counted in cells, and the stride: 3 × cells, row after row."""
    levels = []
    for stride, (height, width) in zip(strides, cells(strides, size), strict=True):
        y, x = np.divmod(np.arange(height * width, dtype=np.float32), np.float32(width))
        levels.append(np.stack([x, y, np.full_like(x, stride)]))
    return levels


def corners(centres: Array, sides: Array) -> Array:
    """Rows of x1, y1, x2, y2, of 2 × boxes of centres and as many widths and heights."""
    rows: Array = np.concatenate([centres - sides / 2, centres + sides / 2]).T
    return rows
