"""Non-maximum suppression: of boxes that overlap, the one with the highest score."""

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.boxes import Candidates
from vcomp.emulator.postprocess.heads import Array

MOST_CANDIDATES = 30_000  # the likeliest are compared, so that no output can make it slow


def best(candidates: Candidates, nms_threshold: float | None, most: int) -> NDArray[np.intp]:
    """The numbers of the candidates that remain, in falling order of score, the earlier of equals first.

    Without a threshold the likeliest remain, whether they overlap or not. Boxes that are not finite never do.
    """
    finite = np.flatnonzero(np.isfinite(candidates.boxes).all(axis=1))
    order = finite[np.argsort(-candidates.scores[finite], kind="stable")][:MOST_CANDIDATES]
    if nms_threshold is None:
        return order[:most]
    return order[suppress(candidates.boxes[order], candidates.classes[order], nms_threshold, most)]


def suppress(boxes: Array, classes: NDArray[np.intp], threshold: float, most: int) -> list[int]:
    """The rows that no earlier remaining row of the same class overlaps by more than the threshold, `most` at most.

    `boxes` are N × 4, x1, y1, x2, y2, in falling order of score. Overlap is intersection over union; boxes without
    area have none.
    """
    x1, y1, x2, y2 = np.ascontiguousarray(boxes.T)
    areas = _area(x2 - x1, y2 - y1)
    alive, kept = np.ones(len(boxes), bool), list[int]()
    for first in range(len(boxes)):
        if not alive[first]:
            continue
        kept.append(first)
        if len(kept) == most:
            break
        rest = slice(first + 1, None)
        shared = _area(
            np.minimum(x2[first], x2[rest]) - np.maximum(x1[first], x1[rest]),
            np.minimum(y2[first], y2[rest]) - np.maximum(y1[first], y1[rest]),
        )
        either = areas[first] + areas[rest] - shared
        alive[rest] &= ~((shared > threshold * either) & (classes[rest] == classes[first]))
    return kept


def _area(width: Array, height: Array) -> Array:
    return np.maximum(width, 0) * np.maximum(height, 0)
