"""The functions on images: each makes new images of one, and EmulatorError tells what it cannot do."""

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import (
    ImageColorSpace,
    ImageFlipType,
    ImageFormat,
    ImagePaddingType,
    ImageResizeType,
    ImageType,
    ImageWarpAffineMode,
)
from vcomp.emulator.runtime.images import Image, create_image, image_of_planes
from vcomp.errors import shown
from vcomp.preprocess import border, color, geometry, warp
from vcomp.preprocess.pictures import Nv12, Picture, size_of
from vcomp.preprocess.vdsp import ColorSpace, PaddingType
from vcomp.preprocess.vdsp import ImageFormat as FormatWord
from vcomp.spec import Kernel

LARGEST_SIDE = 1 << 16
MAX_RECTANGLES = 256
MAX_SCALES = 16


def cvtcolor(img: Any, format: Any, color_space: Any = ImageColorSpace.COLOR_SPACE_BT601) -> Image:
    """The image in another format; `color_space` is that of NV12."""
    target = ImageFormat(format)
    space = ColorSpace[ImageColorSpace(color_space).name.removeprefix("COLOR_SPACE_")]

    def change(picture: Picture) -> Picture:
        return color.convert(picture, _order(img.format), _order(target), space)

    return _made("cvtcolor", img, change, target)


def resize(img: Any, resize_type: Any, resize_width: Any, resize_height: Any) -> Image:
    """The image stretched to a size."""
    kernel, size = _kernel(resize_type), _size(resize_width, resize_height)
    return _made("resize", img, lambda picture: geometry.resize(picture, *size, kernel))


def crop(img: Any, rect: Any) -> Image:
    """The part of the image in (x, y, width, height); even numbers for NV12."""
    x, y, width, height = _integers("the rectangle", rect, 4, "x, y, width and height")
    return _made("crop", img, lambda picture: geometry.crop(picture, y, x, height, width))


def resize_copy_make_border(
    image: Any,
    resize_type: Any,
    resize_width: Any,
    resize_height: Any,
    padding_type: Any,
    padding_values: Any,
    padding_edges: Any,
) -> Image:
    """The image stretched, with a border around it; the size is the final one, with the border in it.

    `padding_values` has one value per channel, in the image's own order (Y, U, V for NV12).
    """
    kernel, size = _kernel(resize_type), _size(resize_width, resize_height)
    top, bottom, left, right = _integers("padding_edges", padding_edges, 4, "top, bottom, left and right")
    kind = PaddingType[ImagePaddingType(padding_type).name.removeprefix("PADDING_TYPE_")]
    fill = _pixel("padding_values", padding_values)
    return _made(
        "resize_copy_make_border",
        image,
        lambda picture: border.resize_copy_make_border(picture, *size, (top, bottom, left, right), fill, kernel, kind),
    )


def batch_crop_resize(img: Any, rects: Any, resize_type: Any, resize_width: Any, resize_height: Any) -> list[Image]:
    """One image for each rectangle (x, y, width, height), all stretched to one size."""
    parts = [crop(img, rect) for rect in _several("rectangles", rects, MAX_RECTANGLES)]
    return [resize(part, resize_type, resize_width, resize_height) for part in parts]


def scale(img: Any, resize_type: Any, sizes: Any) -> list[Image]:
    """The image stretched to each of the sizes (width, height)."""
    sizes = [_integers("a size", size, 2, "width and height") for size in _several("sizes", sizes, MAX_SCALES)]
    return [resize(img, resize_type, width, height) for width, height in sizes]


def warpaffine(
    img: Any,
    matrix: Any,
    mode: Any = ImageWarpAffineMode.WARP_AFFINE_MODE_BILINEAR,
    border_mode: Any = ImagePaddingType.PADDING_TYPE_CONSTANT,
    value: Any = (0, 0, 0),
) -> Image:
    """The image moved by a 2×3 matrix, from old places to new ones, as OpenCV's warpAffine; the size stays."""
    numbers = _matrix(matrix)
    if ImagePaddingType(border_mode) is not ImagePaddingType.PADDING_TYPE_CONSTANT:
        raise EmulatorError(f"warpaffine with {border_mode}", expected="PADDING_TYPE_CONSTANT")
    nearest = ImageWarpAffineMode(mode) is ImageWarpAffineMode.WARP_AFFINE_MODE_NEAREST
    fill = _pixel("value", value)
    return _made("warpaffine", img, lambda picture: warp.warp_affine(picture, numbers, fill, nearest=nearest))


def yuvflip(img: Any, flip_type: Any) -> Image:
    """An NV12 image upside down, mirrored, or both."""
    kind = ImageFlipType(flip_type)
    if isinstance(img, Image) and img.format is not ImageFormat.YUV_NV12:
        raise EmulatorError(f"yuvflip got {img!r}", expected="an image in YUV_NV12", mend="convert it with cvtcolor")
    upside_down = kind is not ImageFlipType.FLIP_TYPE_Y_AXIS
    mirrored = kind is not ImageFlipType.FLIP_TYPE_X_AXIS
    return _made("yuvflip", img, lambda picture: geometry.flip(picture, upside_down=upside_down, mirrored=mirrored))


def _made(call: str, image: Any, change: Callable[[Picture], Picture], format: ImageFormat | None = None) -> Image:
    """A new image: what `change` makes of an image's pixels, in this format, or in the image's own."""
    if not isinstance(image, Image):
        raise EmulatorError(f"{call} got a {type(image).__name__}", expected="an image, from create_image")
    pixels = image.interleaved()
    try:
        changed = change(Nv12.of(pixels) if image.format is ImageFormat.YUV_NV12 else pixels)
        return _image(changed, image.format if format is None else format)  # the code of NV12 is 0
    except ValueError as error:
        raise EmulatorError(f"{call} of {image!r}: {error}") from error


def _image(picture: Picture, format: ImageFormat) -> Image:
    if isinstance(picture, Nv12):
        height, width = size_of(picture)
        return create_image(picture.array(), format, width, height)
    return image_of_planes(picture.transpose(2, 0, 1), format)


def _order(format: ImageFormat) -> color.Order:
    return color.order_of(FormatWord[ImageType(format.value).name])


def _kernel(resize_type: Any) -> Kernel:
    name = ImageResizeType(resize_type).name
    if name not in Kernel.__members__:
        raise EmulatorError(f"a resize by {name}", expected=f"one of {', '.join(Kernel.__members__)}")
    return Kernel[name]


def _size(width: Any, height: Any) -> tuple[int, int]:
    """Height and width."""
    columns, rows = _integers("the size", (width, height), 2, "resize_width and resize_height")
    if not (1 <= rows <= LARGEST_SIDE and 1 <= columns <= LARGEST_SIDE):
        raise EmulatorError(f"a resize to width {columns} and height {rows}", expected=f"both from 1 to {LARGEST_SIDE}")
    return rows, columns


def _integers(what: str, values: Any, count: int, meaning: str) -> list[int]:
    try:
        numbers = [index(value) for value in values]
    except TypeError:
        numbers = []
    if len(numbers) != count:
        raise EmulatorError(f"{what} is {shown(values)}", expected=f"{count} integers: {meaning}")
    return numbers


def _pixel(what: str, values: Any) -> list[int]:
    numbers = _integers(what, values, 3, "one for each channel")
    if not all(0 <= number <= 255 for number in numbers):
        raise EmulatorError(f"{what} is {shown(values)}", expected="integers from 0 to 255")
    return numbers


def _several(what: str, values: Any, most: int) -> list[Any]:
    items = list(values) if isinstance(values, (Sequence, np.ndarray)) else []
    if not 1 <= len(items) <= most:
        raise EmulatorError(f"{len(items)} {what} were given", expected=f"a list of 1 to {most}")
    return items


def _matrix(values: Any) -> warp.Matrix:
    try:
        matrix = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        matrix = np.empty(0)
    if matrix.size != 6 or not np.isfinite(matrix).all():
        raise EmulatorError(f"the matrix is {shown(values)}", expected="2×3 numbers")
    return matrix.reshape(2, 3)
