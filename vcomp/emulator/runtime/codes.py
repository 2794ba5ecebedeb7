"""The enumerations of `vaststreamx`, with the vendor's integers where they are known.

The integers of ImageFormat, ColorCvtCode and OpType are observed; those of the others are unpublished, and only count.
"""

from enum import IntEnum

from vcomp.preprocess import vdsp


class Code(IntEnum):
    """An integer that prints as its name, as the vendor's enumerations do."""

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
    """Operators by number; those from 100 are fused ones."""

    FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR = 300
    FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR = 301
    FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR = 302
    FUSION_OP_RGB_CROP_RESIZE_CVTCOLOR_NORM_TENSOR = 303
    FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR = 304


class TypeFlag(Code):
    UINT8 = 0
    INT8 = 1
    UINT16 = 2
    INT16 = 3
    UINT32 = 4
    INT32 = 5
    FLOAT16 = 6
    FLOAT32 = 7


class StreamBalanceMode(Code):
    """When the card spreads its work: a matter of speed, so without effect here."""

    ONCE = 0
    RUN = 1


class GraphOutputType(Code):
    """The layout and place of a graph's outputs. Only the plain layout is emulated."""

    GRAPH_OUTPUT_TYPE_NCHW_HOST = 0
    GRAPH_OUTPUT_TYPE_NCHW_DEVICE = 1
    GRAPH_OUTPUT_TYPE_884_DEVICE = 2


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
    COLOR_CVT_CODE = 28
    COLOR_SPACE = 29
    DIRECTION = 30
    FLAGS = 31
    BORDER_VALUE = 32
    BORDER_MODE = 33
    M = 34


FORMAT_OF_WORD = {
    vdsp.ImageFormat.RGB_PLANAR: ImageFormat.RGB_PLANAR,
    vdsp.ImageFormat.BGR_PLANAR: ImageFormat.BGR_PLANAR,
    vdsp.ImageFormat.RGB888: ImageFormat.RGB_INTERLEAVE,
    vdsp.ImageFormat.BGR888: ImageFormat.BGR_INTERLEAVE,
}
"""The format that an operator's `IimageFormat` word asks for."""
