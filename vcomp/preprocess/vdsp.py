"""The operator that a vdsp_params JSON describes, in the vendor's words."""

from dataclasses import dataclass, replace
from enum import Enum

from vcomp.preprocess.pictures import Edges, Size
from vcomp.spec import BertEmbedding, ColorCvtCode, ColorSpace, ImageFormat, Kernel, PaddingType
from vcomp.spec.op_type import OpType, Step
from vcomp.spec.ops import DEFAULT_FILL

__all__ = [
    "DEFAULT_PADDING",
    "BertEmbedding",
    "ColorCvtCode",
    "ColorSpace",
    "ImageFormat",
    "NormaType",
    "PaddingType",
    "VdspOp",
]

DEFAULT_PADDING = (DEFAULT_FILL,) * 3

Constants = tuple[float, ...]


class NormaType(str, Enum):
    EQUAL = "EQUAL"
    DIV255 = "DIV255"
    DIV1275_MINUSONE = "DIV1275_MINUSONE"
    MINUSMEAN = "MINUSMEAN"
    MINUSMEAN_DIVSTD = "MINUSMEAN_DIVSTD"
    DIV255_MINUSMEAN_DIVSTD = "DIV255_MINUSMEAN_DIVSTD"

    @property
    def uses_mean(self) -> bool:
        return "MINUSMEAN" in self.value

    @property
    def uses_std(self) -> bool:
        return "DIVSTD" in self.value

    def constants(
        self, mean: Constants | None, std: Constants | None
    ) -> tuple[Constants | None, Constants | None, bool]:
        """The mean and std that it uses, of a file's where it uses those, and whether it divides by 255."""
        if self is NormaType.DIV1275_MINUSONE:
            return (127.5,) * 3, (127.5,) * 3, False
        return mean if self.uses_mean else None, std if self.uses_std else None, self.value.startswith("DIV255")


@dataclass(frozen=True)
class VdspOp:
    """One fused operator. Sizes are (height, width); `output` None means the model's own input size."""

    op_type: OpType
    output: Size | None
    norma: NormaType
    color: ColorCvtCode = ColorCvtCode.NO_CHANGE
    space: ColorSpace = ColorSpace.BT601
    kernel: Kernel = Kernel.BILINEAR_CV
    image_format: ImageFormat = ImageFormat.RGB_PLANAR  # YUV_NV12 for the operators of that name
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    resize: Size | None = None  # of a resize that another step follows
    crop: tuple[int, int] | None = None  # top, left
    crop_size: Size | None = None  # of a crop that a resize follows
    padding: tuple[int, ...] | None = None
    padding_type: PaddingType = PaddingType.CONSTANT
    edges: Edges | None = None  # of EXT; other letterboxes centre the image

    def output_size(self, model_size: Size) -> Size | None:
        """What it makes for a network of this size; None if the image or its run-time parameters decide."""
        if not self.op_type.geometry or self.op_type is OpType.RGB_LETTERBOX_CVTCOLOR_EXT:
            return None
        return self.output or model_size

    def with_letterbox(
        self, resize_width: int, resize_height: int, top: int, bottom: int, left: int, right: int
    ) -> "VdspOp":
        """With the geometry of one image, as `rgb_letterbox_ext` lists it; ValueError if it has none, or such sizes."""
        if self.op_type is not OpType.RGB_LETTERBOX_CVTCOLOR_EXT:
            raise ValueError(
                f"{self.op_type.value} takes no rgb_letterbox_ext: {OpType.RGB_LETTERBOX_CVTCOLOR_EXT.value} does"
            )
        if min(resize_width, resize_height) < 1 or min(top, bottom, left, right) < 0:
            raise ValueError(
                f"rgb_letterbox_ext of {(resize_width, resize_height, top, bottom, left, right)}: expected a width and "
                "a height from 1, then the border's top, bottom, left and right from 0"
            )
        return replace(self, resize=(resize_height, resize_width), edges=(top, bottom, left, right))

    def with_crop_resize(self, crop_x: int, crop_y: int, resize_width: int, resize_height: int) -> "VdspOp":
        """With the geometry of one image, as `crop_resize_ext` lists it; ValueError if it has none, or such sizes."""
        if self.op_type.geometry != (Step.RESIZE, Step.CROP):
            raise ValueError(f"{self.op_type.value} takes no crop_resize_ext: an operator of RESIZE and then CROP does")
        if min(resize_width, resize_height) < 1 or min(crop_x, crop_y) < 0:
            raise ValueError(
                f"crop_resize_ext of {(crop_x, crop_y, resize_width, resize_height)}: expected the crop's x and y "
                "from 0, then the width and height to resize to from 1"
            )
        return replace(self, resize=(resize_height, resize_width), crop=(crop_y, crop_x))
