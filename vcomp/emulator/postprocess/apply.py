"""When a compiled network runs: its outputs through the post-processing that it was compiled with."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.emulator.postprocess import retinaface, yolo_anchors, yolo_dfl, yolox
from vcomp.emulator.postprocess.boxes import Candidates
from vcomp.emulator.postprocess.heads import Array, Heads
from vcomp.emulator.postprocess.layouts import Size
from vcomp.emulator.postprocess.nms import best
from vcomp.emulator.postprocess.params import AnchorYolo, AnyDetector, DflYolo, ExtraOp, RetinaFace, Softmax, Yolox
from vcomp.emulator.postprocess.softmax import of_classes

MOST_DETECTIONS: Final = 300  # published for RetinaFace alone
NOTHING: Final = -1  # fills the rows past the last detection


def apply(op: ExtraOp, outputs: Sequence[NDArray[Any]], size: Size) -> list[Array]:
    """What the chip returns in place of the network's outputs, for one image; `size` is its input's height and width.

    YOLO: class ids and scores, each 1 × 300 × 1, and boxes, 1 × 300 × 4, as x1, y1, x2, y2 in pixels of the input. With
    `seg_enable` also mask coefficients, 1 × 300 × 32, and the network's prototypes as they are. RetinaFace: scores,
    boxes, and landmarks, 1 × 300 × 10. Detections come first, in falling order of score; all other rows are -1.
    """
    if isinstance(op, Softmax):
        return [of_classes(output) for output in outputs]
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is sorted out
        return _detect(op, outputs, size)


def _detect(op: AnyDetector, outputs: Sequence[NDArray[Any]], size: Size) -> list[Array]:
    assert op.heads, "fit_heads comes first"
    candidates = _decode(op, op.heads, outputs, size)
    is_one_to_one = op.type == "yolov10_nms"  # trained to predict each object once
    kept = best(candidates, None if is_one_to_one else op.nms_threshold, MOST_DETECTIONS)
    scores, boxes = _filled(candidates.scores[kept, np.newaxis]), _filled(candidates.boxes[kept])
    more = [] if candidates.more is None else [_filled(candidates.more[kept])]
    if isinstance(op, RetinaFace):
        return [scores, boxes, *more]
    prototypes = [] if op.heads.prototypes is None else [outputs[op.heads.prototypes].astype(np.float32)]
    return [_filled(candidates.classes[kept, np.newaxis]), scores, boxes, *more, *prototypes]


def _decode(op: AnyDetector, heads: Heads, outputs: Sequence[NDArray[Any]], size: Size) -> Candidates:
    match op:
        case AnchorYolo():
            return yolo_anchors.decode(op, heads, outputs, size)
        case DflYolo():
            return yolo_dfl.decode(op, heads, outputs, size)
        case Yolox():
            return yolox.decode(op, heads, outputs, size)
        case RetinaFace():
            return retinaface.decode(op, heads, outputs, size)
        case _:
            assert_never(op)


def _filled(rows: NDArray[Any]) -> Array:
    filled = np.full((1, MOST_DETECTIONS, rows.shape[1]), NOTHING, np.float32)
    filled[0, : len(rows)] = rows
    return filled
