"""How the chip is fed: the operator of the vdsp_params JSON, as far as the preprocessing steps do not say it."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from vcomp.spec.base import Part
from vcomp.spec.op_type import OpType
from vcomp.spec.ops import Kernel, Op


class ColorCvtCode(str, Enum):
    """The order of channels before and after; planar or interleaved is of no concern: a tensor is always planar."""

    NO_CHANGE = "NO_CHANGE"
    RGB2BGR = "RGB2BGR"  # either word swaps channels 0 and 2
    BGR2RGB = "BGR2RGB"
    BGR2RGB_INTERLEAVE2PLANAR = "BGR2RGB_INTERLEAVE2PLANAR"
    RGB2BGR_INTERLEAVE2PLANAR = "RGB2BGR_INTERLEAVE2PLANAR"
    BGR2BGR_INTERLEAVE2PLANAR = "BGR2BGR_INTERLEAVE2PLANAR"
    RGB2RGB_INTERLEAVE2PLANAR = "RGB2RGB_INTERLEAVE2PLANAR"
    BGR2GRAY_INTERLEAVE = "BGR2GRAY_INTERLEAVE"
    BGR2GRAY_PLANAR = "BGR2GRAY_PLANAR"
    RGB2GRAY_INTERLEAVE = "RGB2GRAY_INTERLEAVE"
    RGB2GRAY_PLANAR = "RGB2GRAY_PLANAR"
    YUV2RGB_NV12 = "YUV2RGB_NV12"
    YUV2BGR_NV12 = "YUV2BGR_NV12"
    YUV2GRAY_NV12 = "YUV2GRAY_NV12"
    RGB2YUV_NV12_PLANAR = "RGB2YUV_NV12_PLANAR"
    BGR2YUV_NV12_PLANAR = "BGR2YUV_NV12_PLANAR"


class ImageFormat(str, Enum):
    RGB_PLANAR = "RGB_PLANAR"
    BGR_PLANAR = "BGR_PLANAR"
    RGB888 = "RGB888"
    BGR888 = "BGR888"
    GRAY = "GRAY"
    YUV_NV12 = "YUV_NV12"


class ColorSpace(str, Enum):
    """What the numbers of NV12 mean, always in limited range.

    A file without the key means BT.601: the vendor's default is unpublished, and the public files that say one say
    that.
    """

    BT601 = "BT601"
    BT709 = "BT709"


class PaddingType(str, Enum):
    """What a border is made of: one colour, the pixel at the edge, or the pixels next to it in reverse."""

    CONSTANT = "CONSTANT"
    REPLICATE = "REPLICATE"
    REFLECT = "REFLECT"


class FusedOp(Part):
    """One operator that does what `preprocess` does, or `ops` where the chip is fed otherwise than the calibration.

    What is None follows from the steps. `extra` holds further keys of OpConfig as they are to stand there.
    """

    type: Literal["fused"] = "fused"
    ops: tuple[Op, ...] = ()
    op_type: OpType | None = None
    image_format: ImageFormat | None = None
    color: ColorCvtCode | None = None
    color_space: ColorSpace | None = None
    kernel: Kernel | None = None
    padding_type: PaddingType | None = None
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class BertEmbedding(Part):
    """The operator in front of a network of text. It takes the tensors as they are: its file holds its name alone."""

    type: Literal["bert_embedding"] = "bert_embedding"


class VendorOperator(Part):
    """An operator that the types do not know, as its file says it: the way past them."""

    type: Literal["vendor_operator"] = "vendor_operator"
    op_type: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    config: dict[str, JsonValue] = Field(default_factory=dict)


Runtime = Annotated[FusedOp | BertEmbedding | VendorOperator, Field(discriminator="type")]
