"""The operators that do one thing to an image, outside of any graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.attributes import attribute_name
from vcomp.emulator.runtime.codes import (
    ColorCvtCode,
    ImageColorSpace,
    ImageFlipType,
    ImageFormat,
    ImagePaddingType,
    ImageResizeType,
    ImageType,
    ImageWarpAffineMode,
    OpType,
)
from vcomp.emulator.runtime.image_functions import (
    batch_crop_resize,
    crop,
    cvtcolor,
    resize,
    resize_copy_make_border,
    scale,
    warpaffine,
    yuvflip,
)
from vcomp.emulator.runtime.images import Image
from vcomp.emulator.runtime.output_info import Declared, flat

Config = Mapping[str, Any]


def run_single(op_type: OpType, config: Config, image: Image, declared: Sequence[Declared]) -> list[Image]:
    """The images that the operator makes of one; EmulatorError if an attribute that it needs is not set.

    A size, or a format, that no attribute says is taken from what the script declared about the output.
    """
    attributes = _Attributes(op_type, config, declared)
    match op_type:
        case OpType.SINGLE_OP_RESIZE:
            made = resize(image, attributes.code("ResizeType", ImageResizeType), *attributes.output_size())
            return [_in_format(made, attributes)]
        case OpType.SINGLE_OP_CROP:
            width, height = attributes.output_size("Crop")
            return [crop(image, (attributes.number("CropX"), attributes.number("CropY"), width, height))]
        case OpType.SINGLE_OP_CVT_COLOR:
            space = attributes.code("ColorSpace", ImageColorSpace, ImageColorSpace.COLOR_SPACE_BT601)
            said = attributes.format()  # the code of NV12 is 0
            wanted = _format_after(attributes.code("ColorCvtCode", ColorCvtCode), image) if said is None else said
            return [cvtcolor(image, wanted, space)]
        case OpType.SINGLE_OP_SCALE:
            sizes = attributes.output_sizes()
            kernel = attributes.code("ResizeType", ImageResizeType, ImageResizeType.BILINEAR)
            return scale(image, kernel, sizes[: attributes.number("OimageCnt", len(sizes))])
        case OpType.SINGLE_OP_FLIP:
            return [yuvflip(image, attributes.code("Direction", ImageFlipType))]
        case OpType.SINGLE_OP_WARP_AFFINE:
            return [_warped(image, attributes)]
        case OpType.SINGLE_OP_COPY_MAKE_BORDER:
            return [_bordered(image, attributes)]
        case OpType.SINGLE_OP_BATCH_CROP_RESIZE:
            return _cut_out(image, attributes)
        case _:
            raise EmulatorError(f"{op_type.name} cannot be executed", expected="an operator on images")


def _in_format(image: Image, attributes: "_Attributes") -> Image:
    wanted = attributes.format()
    return image if wanted in (None, image.format) else cvtcolor(image, wanted)


def _format_after(code: ColorCvtCode, image: Image) -> ImageFormat:
    """The format that a code leaves: its second word, planar where it says so, or where the image is.

    One code swaps either way, so after it comes the other order than the image's.
    """
    order, _, layout = image.format.name.partition("_")
    if code is ColorCvtCode.NO_CHANGE:
        return image.format
    if code is ColorCvtCode.BGR2RGB and order in ("RGB", "BGR"):
        return ImageFormat[f"{order[::-1]}_{layout}"]
    target = code.name.split("2")[1].split("_")[0]
    if target in ("GRAY", "YUV"):
        return ImageFormat.GRAY if target == "GRAY" else ImageFormat.YUV_NV12
    interleaved = image.format in (ImageFormat.RGB_INTERLEAVE, ImageFormat.BGR_INTERLEAVE)
    planar = code.name.endswith("2PLANAR") or not interleaved
    return ImageFormat[f"{target}_{'PLANAR' if planar else 'INTERLEAVE'}"]


def _warped(image: Image, attributes: "_Attributes") -> Image:
    matrix = np.asarray(attributes.numbers("M"), np.float64)
    if matrix.size != 6:
        raise EmulatorError(f"M holds {matrix.size} numbers", expected="the 6 of a 2×3 matrix, row by row")
    return warpaffine(
        image,
        matrix=matrix.reshape(2, 3),
        mode=attributes.code("Flags", ImageWarpAffineMode, ImageWarpAffineMode.WARP_AFFINE_MODE_BILINEAR),
        border_mode=attributes.code("BorderMode", ImagePaddingType, ImagePaddingType.PADDING_TYPE_CONSTANT),
        value=attributes.numbers("BorderValue", [0, 0, 0]),
    )


def _bordered(image: Image, attributes: "_Attributes") -> Image:
    edges = [attributes.number(f"Edge{side}", 0) for side in ("Top", "Bottom", "Left", "Right")]
    return resize_copy_make_border(
        image,
        attributes.code("ResizeType", ImageResizeType, ImageResizeType.BILINEAR),
        *attributes.output_size(),
        attributes.code("EdgePaddingType", ImagePaddingType, ImagePaddingType.PADDING_TYPE_CONSTANT),
        attributes.numbers("Padding", [0, 0, 0]),
        padding_edges=tuple(edges),
    )


def _cut_out(image: Image, attributes: "_Attributes") -> list[Image]:
    columns = [attributes.numbers(key) for key in ("CropX", "CropY", "CropWidth", "CropHeight")]
    count = attributes.number("CropNum", max(len(column) for column in columns))
    if any(len(column) < count for column in columns):
        raise EmulatorError(
            f"CROP_NUM is {count}", expected="as many numbers in CROP_X, CROP_Y, CROP_WIDTH, CROP_HEIGHT"
        )
    kernel = attributes.code("ResizeType", ImageResizeType, ImageResizeType.BILINEAR)
    rectangles = list(zip(*(column[:count] for column in columns), strict=True))
    return batch_crop_resize(image, rectangles, kernel, *attributes.output_size())


class _Attributes:
    """What is set, or else declared, of one operator."""

    def __init__(self, op_type: OpType, config: Config, declared: Sequence[Declared]) -> None:
        self._op_type, self._config, self._declared = op_type, config, declared

    def numbers(self, key: str, default: list[int] | None = None) -> list[Any]:
        """A list of numbers, also of an attribute that is a single one, or a matrix."""
        value = self._config.get(key, default)
        values = list(flat(value))
        if not values or not all(isinstance(item, (int, float)) for item in values):
            raise self._missing(key, value)
        return values

    def number(self, key: str, default: int | None = None) -> int:
        value = self._config.get(key, default)
        if not isinstance(value, int):
            raise self._missing(key, value)
        return value

    def code(self, key: str, codes: Any, default: Any = None) -> Any:
        """A member of an enumeration, of which the attribute holds the word."""
        value = self._config.get(key)
        if value is None and default is not None:
            return default
        named = [code for name, code in codes.__members__.items() if name == value or name.endswith(f"_{value}")]
        if not named:
            raise self._missing(key, value)
        return named[0]

    def output_size(self, prefix: str = "Oimage") -> tuple[int, int]:
        """Width and height: those of the output, or else those with another prefix, or else the declared ones."""
        for words in ("Oimage", prefix):
            if f"{words}Width" in self._config or f"{words}Height" in self._config:
                return self.number(f"{words}Width"), self.number(f"{words}Height")
        return self._declared_sizes()[0]

    def output_sizes(self) -> list[tuple[int, int]]:
        """Width and height of each of several outputs: the attributes' lists, or else the declared ones."""
        if "OimageWidth" in self._config or "OimageHeight" in self._config:
            return list(zip(self.numbers("OimageWidth"), self.numbers("OimageHeight"), strict=False))
        return self._declared_sizes()

    def _declared_sizes(self) -> list[tuple[int, int]]:
        sizes = [declared.size[::-1] for declared in self._declared if declared.size]
        if not sizes:
            raise self._missing("OimageWidth", None)
        return sizes

    def format(self) -> ImageFormat | None:
        word = self._config.get("OimageFormat")
        return self._declared[0].format if word is None else ImageFormat(self.code("OimageFormat", ImageType).value)

    def _missing(self, key: str, value: Any) -> EmulatorError:
        name = attribute_name(key)
        return EmulatorError(
            f"{self._op_type.name}: {name} is {'not set' if value is None else repr(value)}",
            mend=f"set_attribute({{AttrKey.{name}: …}}) before execute",
        )
