"""The boxes of YOLOX: one per cell, without anchors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.boxes import Candidates, corners, grid
from vcomp.emulator.postprocess.heads import Heads, gather
from vcomp.emulator.postprocess.layouts import Size
from vcomp.emulator.postprocess.params import Yolox
from vcomp.emulator.postprocess.scores import likely


def decode(op: Yolox, heads: Heads, outputs: Sequence[NDArray[Any]], size: Size) -> Candidates:
    """The predictions above the threshold: offsets from the cell's corner and logarithms of sides, in strides."""
    parts = gather(heads, outputs)
    found = likely(heads, parts, op.confidence_threshold)
    box = parts["box"][:, found.numbers]
    centres, sides = box[:2], box[2:]
    if heads.boxes == "raw":
        cells = np.concatenate(grid(op.strides, size), axis=1)[:, found.numbers]
        centres, sides = (centres + cells[:2]) * cells[2], np.exp(sides) * cells[2]
    return Candidates(found.classes, found.scores, corners(centres, sides))
