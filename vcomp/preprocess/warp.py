"""Affine warps of images, of H×W×C or NV12."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcomp.preprocess.pictures import Nv12, Pixels, SamePicture

Matrix = NDArray[np.float64]


def warp_affine(image: SamePicture, matrix: Matrix, fill: Sequence[int], *, nearest: bool = False) -> SamePicture:
    """Move each pixel (x, y) to `matrix` · (x, y, 1), in an image of the same size; bilinear, or nearest.

    `matrix` is 2×3, as in OpenCV. What no pixel reaches gets `fill`: one value per channel, Y, U and V for NV12.
    """
    if isinstance(image, Nv12):
        chroma = _warp(image.chroma, _for_chroma(matrix), fill[1:], nearest)
        return Nv12(_warp(image.luma, matrix, fill[:1], nearest), chroma)
    return _warp(image, matrix, fill, nearest)


def _for_chroma(matrix: Matrix) -> Matrix:
    """The same movement for a plane of half the sides, whose values lie in the middle of four pixels: at 2x + ½."""
    linear, shift = matrix[:, :2], matrix[:, 2]
    return np.column_stack([linear, (linear.sum(axis=1) / 2 + shift - 0.5) / 2])


def _warp(plane: Pixels, matrix: Matrix, fill: Sequence[int], nearest: bool) -> Pixels:
    import cv2

    height, width, channels = plane.shape
    warped = cv2.warpAffine(
        plane,
        matrix,
        (width, height),
        flags=cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=[int(number) for number in fill[:channels]],
    )
    return np.asarray(warped, np.uint8).reshape(plane.shape)
