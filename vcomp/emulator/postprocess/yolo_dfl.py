"""The boxes of YOLOv8 and its successors: each side's distance from the cell is a distribution over bins."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.boxes import Candidates, corners, grid
from vcomp.emulator.postprocess.heads import Array, Heads, gather
from vcomp.emulator.postprocess.layouts import Size
from vcomp.emulator.postprocess.params import DflYolo
from vcomp.emulator.postprocess.scores import likely
from vcomp.emulator.postprocess.softmax import softmax


def decode(op: DflYolo, heads: Heads, outputs: Sequence[NDArray[Any]], size: Size) -> Candidates:
    """The predictions above the threshold, with their mask coefficients where the op makes masks."""
    parts = gather(heads, outputs)
    found = likely(heads, parts, op.confidence_threshold)
    box = parts["box"][:, found.numbers]
    if heads.boxes == "raw":
        cells = np.concatenate(grid(op.strides, size), axis=1)[:, found.numbers]
        box = _around(cells, _distances(box, is_softmax="box" in heads.activated))
    elif heads.boxes == "xywh":
        box = corners(box[:2], box[2:]).T
    coefficients = parts["coefficients"][:, found.numbers].T if op.seg_enable else None
    return Candidates(found.classes, found.scores, box.T, coefficients)


def _distances(box: Array, *, is_softmax: bool) -> Array:
    """The mean of each distribution: left, top, right and bottom × boxes, in strides."""
    bins = box.reshape(4, box.shape[0] // 4, box.shape[1])
    weights = bins if is_softmax else softmax(bins, axis=1)
    distances: Array = np.einsum("sbn,b->sn", weights, np.arange(bins.shape[1], dtype=np.float32))
    return distances


def _around(cells: Array, distances: Array) -> Array:
    """x1, y1, x2 and y2 × boxes, from the middle of each cell."""
    middle, stride = cells[:2] + 0.5, cells[2]
    columns: Array = stride * np.concatenate([middle - distances[:2], middle + distances[2:]])
    return columns
