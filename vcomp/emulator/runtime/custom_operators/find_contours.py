"""`find_contours`: the outlines of what is bright in a map of probabilities.

The config is three signed 32-bit integers, width, height and pitch, and the threshold as a float.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.runtime.custom_operators.call import Array, Call
from vcomp.emulator.runtime.tensors import Tensor

CONFIG = struct.Struct("<3if")
BRIGHT = 255


def run(call: Call) -> list[Tensor]:
    """Points (int16, x and y), contours (uint32, five columns), their count (uint32), and the bitmap (uint8, 0 or 255).

    Contours are OpenCV's (RETR_LIST, CHAIN_APPROX_SIMPLE) of what lies above the threshold; their points stand one
    after the other. The meaning of the five columns is unpublished, and chosen here: the count of points, then x, y,
    width and height of the upright box around them. What does not fit into the declared shapes is left out, from the
    first contour on that does not.
    """
    call.check_counts(inputs="probabilities", outputs="points contours count bitmap")
    points, contours, count, bitmap = call.outputs
    bright = _bright(call)
    outlines = _outlines(bright, points.size // 2, contours.size // 5)
    flat = np.concatenate([np.zeros((0, 2), np.int32), *outlines])
    rows = np.array([[len(outline), *_box(outline)] for outline in outlines], np.uint32)
    return [
        Tensor(points.filled(flat)),
        Tensor(contours.filled(rows)),
        Tensor(count.filled(np.array([len(outlines)]))),
        Tensor(bitmap.placed(bright)),
    ]


def _bright(call: Call) -> NDArray[np.uint8]:
    """H×W: 255 where the probability is above the threshold. The map's rows may be as long as the pitch."""
    if len(call.config) != CONFIG.size:
        raise call.error(f"the config has {len(call.config)} bytes", expected="16: width, height, pitch and threshold")
    width, height, pitch, threshold = CONFIG.unpack(call.config)
    array = call.array(0)
    row = array.shape[-1] if array.ndim else 0
    if min(width, height) < 1 or row not in (width, pitch) or row < width or array.size != height * row:
        raise call.error(
            f"the input has shape {list(array.shape)}",
            expected=f"height {height} and width {width} (pitch {pitch}), as the config says",
        )
    return np.where(array.reshape(height, row)[:, :width] > threshold, BRIGHT, 0).astype(np.uint8)


def _outlines(bright: NDArray[np.uint8], most_points: int, most_contours: int) -> list[Array]:
    """The points of each contour, as many contours as there is room for."""
    import cv2

    found, _ = cv2.findContours(bright, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    outlines = [np.asarray(contour).reshape(-1, 2) for contour in found[:most_contours]]
    ends = np.cumsum([len(outline) for outline in outlines])
    return outlines[: int(np.searchsorted(ends, most_points, side="right"))]


def _box(outline: Array) -> tuple[int, int, int, int]:
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    return left, top, right - left + 1, bottom - top + 1
