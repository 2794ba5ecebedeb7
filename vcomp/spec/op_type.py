"""The fused operators by name, and the steps that each takes."""

from enum import Enum
from typing import Final


class Step(Enum):
    """One thing that is done to an image on its way to the network."""

    RESIZE = "resize"
    CROP = "crop"
    FIT = "resize to fit"
    PAD = "pad"
    CVTCOLOR = "convert colours"
    TO_RGB = "convert NV12 to RGB, unless a colour code says otherwise"


class OpType(str, Enum):
    """The vendor's names. The order of their words is the order of the steps."""

    RGB_CVTCOLOR = "FUSION_OP_RGB_CVTCOLOR_NORM_TENSOR"
    RGB_RESIZE_CVTCOLOR = "FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR"
    RGB_RESIZE_CVTCOLOR_CROP = "FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR"
    RGB_CROP_RESIZE_CVTCOLOR = "FUSION_OP_RGB_CROP_RESIZE_CVTCOLOR_NORM_TENSOR"
    RGB_LETTERBOX_CVTCOLOR = "FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR"
    RGB_LETTERBOX_CVTCOLOR_EXT = "FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR_EXT"
    YUV_NV12_RESIZE_2RGB = "FUSION_OP_YUV_NV12_RESIZE_2RGB_NORM_TENSOR"
    YUV_NV12_CVTCOLOR_RESIZE = "FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_NORM_TENSOR"
    YUV_NV12_RESIZE_CVTCOLOR_CROP = "FUSION_OP_YUV_NV12_RESIZE_CVTCOLOR_CROP_NORM_TENSOR"
    YUV_NV12_CROP_CVTCOLOR_RESIZE = "FUSION_OP_YUV_NV12_CROP_CVTCOLOR_RESIZE_NORM_TENSOR"
    YUV_NV12_CVTCOLOR_RESIZE_CROP = "FUSION_OP_YUV_NV12_CVTCOLOR_RESIZE_CROP_NORM_TENSOR"
    YUV_NV12_CVTCOLOR_LETTERBOX = "FUSION_OP_YUV_NV12_CVTCOLOR_LETTERBOX_NORM_TENSOR"
    YUV_NV12_LETTERBOX_2RGB = "FUSION_OP_YUV_NV12_LETTERBOX_2RGB_NORM_TENSOR"

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done, in order; normalising follows."""
        return _STEPS[self]

    @property
    def geometry(self) -> tuple[Step, ...]:
        """The steps that change the size. The last makes the output's size, those before it have sizes of their own."""
        return tuple(step for step in self.steps if step not in (Step.CVTCOLOR, Step.TO_RGB))

    @property
    def takes_nv12(self) -> bool:
        return self.name.startswith("YUV_NV12")


# LETTERBOX_2RGB is filled after its conversion: the padding is three values of RGB.
# EXT is told its size and its border for each image, so it resizes where others fit.
_STEPS: Final = {
    OpType.RGB_CVTCOLOR: (Step.CVTCOLOR,),
    OpType.RGB_RESIZE_CVTCOLOR: (Step.RESIZE, Step.CVTCOLOR),
    OpType.RGB_RESIZE_CVTCOLOR_CROP: (Step.RESIZE, Step.CVTCOLOR, Step.CROP),
    OpType.RGB_CROP_RESIZE_CVTCOLOR: (Step.CROP, Step.RESIZE, Step.CVTCOLOR),
    OpType.RGB_LETTERBOX_CVTCOLOR: (Step.FIT, Step.PAD, Step.CVTCOLOR),
    OpType.RGB_LETTERBOX_CVTCOLOR_EXT: (Step.RESIZE, Step.PAD, Step.CVTCOLOR),
    OpType.YUV_NV12_RESIZE_2RGB: (Step.RESIZE, Step.TO_RGB),
    OpType.YUV_NV12_CVTCOLOR_RESIZE: (Step.CVTCOLOR, Step.RESIZE),
    OpType.YUV_NV12_RESIZE_CVTCOLOR_CROP: (Step.RESIZE, Step.CVTCOLOR, Step.CROP),
    OpType.YUV_NV12_CROP_CVTCOLOR_RESIZE: (Step.CROP, Step.CVTCOLOR, Step.RESIZE),
    OpType.YUV_NV12_CVTCOLOR_RESIZE_CROP: (Step.CVTCOLOR, Step.RESIZE, Step.CROP),
    OpType.YUV_NV12_CVTCOLOR_LETTERBOX: (Step.CVTCOLOR, Step.FIT, Step.PAD),
    OpType.YUV_NV12_LETTERBOX_2RGB: (Step.FIT, Step.TO_RGB, Step.PAD),
}
