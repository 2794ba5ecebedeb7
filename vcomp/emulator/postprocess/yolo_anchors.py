"""The boxes of YOLO networks with anchors: YOLOv4; YOLOv5, and with it YOLOv3, YOLOv7 and YOLOR."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.boxes import Candidates, corners, grid
from vcomp.emulator.postprocess.heads import Array, Heads, gather
from vcomp.emulator.postprocess.layouts import Size
from vcomp.emulator.postprocess.params import AnchorYolo
from vcomp.emulator.postprocess.scores import likely, probability


def decode(op: AnchorYolo, heads: Heads, outputs: Sequence[NDArray[Any]], size: Size) -> Candidates:
    """The predictions above the threshold; the formulas of the box are those published with YOLOv4 and YOLOv5."""
    parts = gather(heads, outputs)
    found = likely(heads, parts, op.confidence_threshold)
    box = parts["box"][:, found.numbers]
    if heads.boxes != "raw":
        return Candidates(found.classes, found.scores, corners(box[:2], box[2:]))
    x, y, stride, *anchor = _priors(op, size)[:, found.numbers]
    cell, position = np.stack([x, y]), probability(heads, "box", box)
    if op.type == "yolov4_nms":
        centres, sides = (position[:2] + cell) * stride, np.exp(box[2:]) * anchor
    else:
        centres, sides = (position[:2] * 2 - 0.5 + cell) * stride, np.square(position[2:] * 2) * anchor
    return Candidates(found.classes, found.scores, corners(centres, sides))


def _priors(op: AnchorYolo, size: Size) -> Array:
    """Cell x and y, stride, anchor width and height: 5 × boxes. Of each stride all cells of an anchor come together."""
    anchors = np.asarray(op.anchor, np.float32).reshape(len(op.strides), op.per_cell, 2)
    levels = []
    for cells, pairs in zip(grid(op.strides, size), anchors, strict=True):
        levels.append(np.concatenate([np.tile(cells, len(pairs)), np.repeat(pairs, cells.shape[1], axis=0).T]))
    return np.concatenate(levels, axis=1)
