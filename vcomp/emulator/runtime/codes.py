"""The enumerations of `vaststreamx`, with the vendor's integers where they are known.

The integers of ImageFormat, ColorCvtCode and OpType are observed; those of the others are unpublished, and only count.
"""

from enum import IntEnum
from typing import NoReturn

from vcomp.emulator.errors import EmulatorError


class Code(IntEnum):
    """An integer that prints as its name, as the vendor's enumerations do. EmulatorError for one that is unknown."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        names = ", ".join(code.name for code in cls)
        raise EmulatorError(f"{value!r} is no {cls.__name__}", expected=f"one of {names}")

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class ImageFormat(Code):
    YUV_NV12 = 0
    RGB_PLANAR = 5000
    BGR_PLANAR = 5001
    RGB_INTERLEAVE = 5002
    BGR_INTERLEAVE = 5003
    GRAY = 5004


class ColorCvtCode(Code):
    YUV2RGB_NV12 = 0
    YUV2BGR_NV12 = 1
    NO_CHANGE = 2
    BGR2RGB = 3
    RGB2BGR = 3  # one swap either way: the vendor's table has a single number
    BGR2RGB_INTERLEAVE2PLANAR = 4
    RGB2BGR_INTERLEAVE2PLANAR = 5
    BGR2BGR_INTERLEAVE2PLANAR = 6
    RGB2RGB_INTERLEAVE2PLANAR = 7
    YUV2GRAY_NV12 = 8
    BGR2GRAY_INTERLEAVE = 9
    BGR2GRAY_PLANAR = 10
    RGB2GRAY_INTERLEAVE = 11
    RGB2GRAY_PLANAR = 12
    RGB2YUV_NV12_PLANAR = 13
    BGR2YUV_NV12_PLANAR = 14


class OpType(Code):
    """Operators by number; those from 100 are fused ones. Only the numbers of the RGB group are known."""

    MEM_COPY_OP = 0
    CUSTOMIZED_OP = 1
    SINGLE_OP_RESIZE = 2
    SINGLE_OP_CROP = 3
    SINGLE_OP_CVT_COLOR = 4
    SINGLE_OP_BATCH_CROP_RESIZE = 5
    SINGLE_OP_WARP_AFFINE = 6
    SINGLE_OP_FLIP = 7
    SINGLE_OP_SCALE = 8
    SINGLE_OP_COPY_MAKE_BORDER = 9
    FUSION_OP_YUV_NV12_RESIZE_2RGB_NORM_TENSOR = 100
    FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_NORM_TENSOR = 101
    FUSION_OP_YUV_NV12_RESIZE_CVTCOLOR_CROP_NORM_TENSOR = 102
    FUSION_OP_YUV_NV12_CROP_CVTCOLOR_RESIZE_NORM_TENSOR = 103
    FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_CROP_NORM_TENSOR = 104
    FUSION_OP_YUV_NV12_CVTCOLOR_LETTERBOX_NORM_TENSOR = 105
    FUSION_OP_YUV_NV12_LETTERBOX_2RGB_NORM_TENSOR = 106
    FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR = 300
    FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR = 301
    FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR = 302
    FUSION_OP_RGB_CROP_RESIZE_CVTCOLOR_NORM_TENSOR = 303
    FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR = 304
    FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR_EXT = 305
    BERT_EMBEDDING_OP = 400

    @property
    def fused(self) -> bool:
        """Whether it makes a network's input of an image."""
        return self.name.startswith("FUSION_OP")


class TypeFlag(Code):
    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT16 = 6
    FLOAT32 = 7
    BFLOAT16 = 8
    ANY = 9


class StreamBalanceMode(Code):
    """When the card spreads its work: a matter of speed, so without effect here."""

    ONCE = 0
    RUN = 1


class GraphOutputType(Code):
    """The layout and place of a graph's outputs. Only the plain layout is emulated."""

    GRAPH_OUTPUT_TYPE_NCHW_HOST = 0
    GRAPH_OUTPUT_TYPE_NCHW_DEVICE = 1
    GRAPH_OUTPUT_TYPE_884_DEVICE = 2


class ImageResizeType(Code):
    NO_RESIZE = 0
    BILINEAR = 1
    NEAREST = 2
    BICUBIC = 3
    LANCZOS = 4
    BILINEAR_PILLOW = 5
    BILINEAR_CV = 6
    LANCZOS_PILLOW = 7
    LANCZOS_CV = 8
    BOX_PILLOW = 9
    HAMMING_PILLOW = 10
    BICUBIC_PILLOW = 11
    NEAREST_CV = 12


class ImageColorSpace(Code):
    COLOR_SPACE_BT709 = 0
    COLOR_SPACE_BT601 = 1


class ImagePaddingType(Code):
    PADDING_TYPE_CONSTANT = 0
    PADDING_TYPE_REPLICATE = 1
    PADDING_TYPE_REFLECT = 2


class ImageFlipType(Code):
    """X_AXIS turns a picture upside down, Y_AXIS mirrors it."""

    FLIP_TYPE_X_AXIS = 0
    FLIP_TYPE_Y_AXIS = 1
    FLIP_TYPE_BOTH_AXES = 2


class ImageWarpAffineMode(Code):
    WARP_AFFINE_MODE_NEAREST = 0
    WARP_AFFINE_MODE_BILINEAR = 1


class ImageType(Code):
    """The same codes as ImageFormat, under the names of the vdsp_params JSON."""

    YUV_NV12 = 0
    RGB_PLANAR = 5000
    BGR_PLANAR = 5001
    RGB888 = 5002
    BGR888 = 5003
    GRAY = 5004


class NormaType(Code):
    """How an operator normalises; a custom operator's config counts differently."""

    NORMALIZATION_NONE = 0
    EQUAL = 1
    MINUSMEAN = 2
    MINUSMEAN_DIVSTD = 3
    DIV255_MINUSMEAN_DIVSTD = 4
    DIV1275_MINUSONE = 5
    DIV255 = 6


class AttrKey(Code):
    """The attributes of an operator; each is the JSON's key in another spelling."""

    IIMAGE_FORMAT = 0
    IIMAGE_WIDTH = 1
    IIMAGE_HEIGHT = 2
    IIMAGE_WIDTH_PITCH = 3
    IIMAGE_HEIGHT_PITCH = 4
    OIMAGE_FORMAT = 5
    OIMAGE_CNT = 6
    OIMAGE_WIDTH = 7
    OIMAGE_HEIGHT = 8
    OIMAGE_WIDTH_PITCH = 9
    OIMAGE_HEIGHT_PITCH = 10
    RESIZE_WIDTH = 11
    RESIZE_HEIGHT = 12
    RESIZE_TYPE = 13
    CROP_X = 14
    CROP_Y = 15
    CROP_WIDTH = 16
    CROP_HEIGHT = 17
    CROP_NUM = 18
    PADDING = 19
    PADDING_LEFT = 20
    PADDING_RIGHT = 21
    PADDING_TOP = 22
    PADDING_BOTTOM = 23
    EDGE_LEFT = 24
    EDGE_RIGHT = 25
    EDGE_TOP = 26
    EDGE_BOTTOM = 27
    EDGE_PADDING_TYPE = 28
    COLOR_CVT_CODE = 29
    COLOR_SPACE = 30
    DIRECTION = 31
    FLAGS = 32
    BORDER_VALUE = 33
    BORDER_MODE = 34
    M = 35
    NORMA_TYPE = 36
    MEAN = 37
    STD = 38
    SCALE = 39
    TENSOR_TYPE0 = 40
