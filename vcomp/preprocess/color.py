"""From one order of channels to another: RGB, BGR, grey, and the luma and chroma of NV12."""

from enum import Enum

import numpy as np

from vcomp.preprocess.nv12 import nv12_of_rgb, rgb_of_nv12
from vcomp.preprocess.pictures import Nv12, Picture, Pixels
from vcomp.preprocess.vdsp import ColorCvtCode, ColorSpace, ImageFormat


class Order(str, Enum):
    """What the channels of an image are."""

    RGB = "RGB"
    BGR = "BGR"
    GRAY = "GRAY"
    YUV = "YUV"


def order_of(image_format: ImageFormat) -> Order:
    """The order of a format; planar or interleaved is a matter of layout, and of no concern here."""
    match image_format:
        case ImageFormat.RGB_PLANAR | ImageFormat.RGB888:
            return Order.RGB
        case ImageFormat.BGR_PLANAR | ImageFormat.BGR888:
            return Order.BGR
        case ImageFormat.GRAY:
            return Order.GRAY
        case ImageFormat.YUV_NV12:
            return Order.YUV


def apply_code(image: Picture, code: ColorCvtCode, space: ColorSpace = ColorSpace.BT601) -> Picture:
    """What the code's name says, done literally: BGR2RGB swaps the outer channels of whatever the image holds.

    A grey image is the same in RGB, BGR and grey. ValueError if only one of the code and the image is NV12.
    """
    if code is ColorCvtCode.NO_CHANGE:
        return image
    source, target = (Order(word) for word in code.value.split("_")[0].split("2"))
    if not isinstance(image, Nv12) and image.shape[2] == 1 and source is not Order.YUV:
        source, target = Order.GRAY, target if target is Order.YUV else Order.GRAY
    return convert(image, source, target, space)


def convert(image: Picture, source: Order, target: Order, space: ColorSpace = ColorSpace.BT601) -> Picture:
    """The image in another order. `space` is that of NV12; grey is its luma as it stands, there and back.

    ValueError if the image is not of the source's kind.
    """
    if isinstance(image, Nv12):
        if source is not Order.YUV:
            raise ValueError(f"the image is NV12, and was to be converted from {source.value}")
        return _of_nv12(image, target, space)
    if source is Order.YUV or image.shape[2] != (1 if source is Order.GRAY else 3):
        channels = "1 channel" if image.shape[2] == 1 else f"{image.shape[2]} channels"
        raise ValueError(f"the image has {channels}, and was to be converted from {source.value}")
    if target is not Order.YUV:
        return _reordered(image, source, target)
    if source is Order.GRAY:
        height, width, _ = image.shape
        return Nv12(image, np.full((-(-height // 2), -(-width // 2), 2), 128, np.uint8))
    return nv12_of_rgb(_reordered(image, source, Order.RGB), space)


def _of_nv12(image: Nv12, target: Order, space: ColorSpace) -> Picture:
    match target:
        case Order.YUV:
            return image
        case Order.GRAY:
            return image.luma
        case Order.RGB | Order.BGR:
            return _reordered(rgb_of_nv12(image, space), Order.RGB, target)


def _reordered(image: Pixels, source: Order, target: Order) -> Pixels:
    """Between RGB, BGR and grey, as OpenCV does it."""
    if source is target:
        return image
    import cv2

    converted = np.asarray(cv2.cvtColor(image, getattr(cv2, f"COLOR_{source.value}2{target.value}")), np.uint8)
    return converted.reshape(*image.shape[:2], -1)
