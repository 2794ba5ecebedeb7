"""NV12 to RGB and back, in limited range: luma in 16 to 235, chroma in 16 to 240."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vcomp.preprocess.pictures import Nv12, Pixels, size_of
from vcomp.preprocess.vdsp import ColorSpace

_KR, _KG, _KB = 0.2126, 0.7152, 0.0722  # the weights of red, green and blue in the luma of BT.709
_RGB_OF_YUV: Final = np.asarray(
    [
        [1, 0, 2 * (1 - _KR)],
        [1, -2 * (1 - _KB) * _KB / _KG, -2 * (1 - _KR) * _KR / _KG],
        [1, 2 * (1 - _KB), 0],
    ]
) / [219 / 255, 224 / 255, 224 / 255]
_YUV_OF_RGB: Final = np.linalg.inv(_RGB_OF_YUV)
_ZERO: Final = (16, 128, 128)  # where luma and chroma begin


def rgb_of_nv12(image: Nv12, space: ColorSpace) -> Pixels:
    """H×W×3 in RGB; all four pixels of a square get its one pair of chroma.

    BT.601 is bit-equal to OpenCV's COLOR_YUV2RGB_NV12, BT.709 the nearest integers to what its matrix gives.
    """
    height, width = size_of(image)
    if space is ColorSpace.BT709:
        chroma = image.chroma.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
        yuv = np.concatenate([image.luma, chroma], axis=-1)
        return _nearest((yuv - np.asarray(_ZERO, np.float32)) @ _RGB_OF_YUV.T.astype(np.float32))
    import cv2

    luma = cv2.copyMakeBorder(image.luma, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)  # OpenCV takes even sides
    rgb = cv2.cvtColorTwoPlane(luma, image.chroma, cv2.COLOR_YUV2RGB_NV12)
    return np.asarray(rgb, np.uint8)[:height, :width]


def nv12_of_rgb(image: Pixels, space: ColorSpace) -> Nv12:
    """The planes of an H×W×3 image in RGB; ValueError if a side is odd.

    The chroma of a square is that of its first pixel, as in OpenCV's COLOR_RGB2YUV_I420, to which BT.601 is bit-equal.
    """
    height, width = size_of(image)
    if height % 2 or width % 2:
        raise ValueError(f"an image of {height}×{width} cannot become NV12: both sides must be even")
    if space is ColorSpace.BT709:
        yuv = _nearest(image @ _YUV_OF_RGB.T.astype(np.float32) + np.asarray(_ZERO, np.float32))
        return Nv12(yuv[..., :1], yuv[::2, ::2, 1:])
    import cv2

    i420 = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420), np.uint8)
    chroma = i420[height:].reshape(2, height // 2, width // 2)
    return Nv12(i420[:height, :, np.newaxis], np.stack([*chroma], axis=-1))


def _nearest(values: NDArray[np.float32]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
