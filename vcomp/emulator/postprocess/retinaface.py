"""The faces of RetinaFace: offsets from two square anchors in the middle of each cell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.boxes import Candidates, corners, grid
from vcomp.emulator.postprocess.heads import Array, Heads, gather
from vcomp.emulator.postprocess.layouts import Size
from vcomp.emulator.postprocess.params import RetinaFace
from vcomp.emulator.postprocess.scores import sigmoid

VARIANCE_OF_CENTRES, VARIANCE_OF_SIDES = np.float32(0.1), np.float32(0.2)


def decode(op: RetinaFace, heads: Heads, outputs: Sequence[NDArray[Any]], size: Size) -> Candidates:
    """The faces above the threshold, with five landmarks of x and y each. The network's classes: background, face."""
    parts = gather(heads, outputs, cell_major=True)
    background, face = parts["class"]
    scores = face if "class" in heads.activated else sigmoid(face - background)  # a softmax of two
    numbers = np.flatnonzero(scores > op.confidence_threshold)
    x, y, side = _priors(op, size)[:, numbers]
    middle, box = np.stack([x, y]), parts["box"][:, numbers]
    boxes = corners(middle + box[:2] * VARIANCE_OF_CENTRES * side, side * np.exp(box[2:] * VARIANCE_OF_SIDES))
    offsets = parts["landmarks"][:, numbers] * VARIANCE_OF_CENTRES * side
    landmarks = (offsets + np.tile(middle, (5, 1))).T
    return Candidates(np.zeros_like(numbers), scores[numbers], boxes, landmarks)


def _priors(op: RetinaFace, size: Size) -> Array:
    """Middle x and y, and side: 3 × boxes. Of each stride both anchors of a cell come together."""
    sides = np.asarray(op.anchor, np.float32).reshape(len(op.strides), op.per_cell)
    levels = []
    for (x, y, stride), pair in zip(grid(op.strides, size), sides, strict=True):
        middle = np.repeat(np.stack([(x + 0.5) * stride, (y + 0.5) * stride]), len(pair), axis=1)
        levels.append(np.concatenate([middle, np.tile(pair, len(x))[np.newaxis]]))
    return np.concatenate(levels, axis=1)
