"""The fused operator applied to one image: what the chip does between the image and the network."""

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.preprocess.border import pad
from vcomp.preprocess.color import apply_code
from vcomp.preprocess.geometry import crop, resize
from vcomp.preprocess.letterbox import centred, fit
from vcomp.preprocess.norm_tensor import norm_tensor
from vcomp.preprocess.pictures import Nv12, Picture, Pixels, Size, size_of
from vcomp.preprocess.vdsp import DEFAULT_PADDING, ColorCvtCode, ImageFormat, VdspOp
from vcomp.spec.op_type import Step


def run_vdsp(op: VdspOp, image: Pixels, size: Size) -> NDArray[np.float16]:
    """An image of any size in the operator's own format to C×H×W in fp16.

    `image` is H×W×3 in the format's own channel order, H×W×1 if grey, H·3/2×W if NV12. `size` is the model's height and
    width, used where the operator states none. ValueError if the image is of another kind, if a crop does not fit or
    has no place, or if the colour code does not suit.
    """
    picture = _picture(op.image_format, image)
    for step in op.op_type.steps:
        picture = _after(step, picture, op, op.output or size)
    if isinstance(picture, Nv12):
        raise ValueError(f"ColorCvtCode {op.color.value} leaves NV12, which is no tensor: use YUV2RGB_NV12, say")
    return norm_tensor(picture, op.norma, op.mean, op.std)


def _picture(image_format: ImageFormat, image: Pixels) -> Picture:
    if image_format is ImageFormat.YUV_NV12:
        return Nv12.of(image)
    channels = 1 if image_format is ImageFormat.GRAY else 3
    if image.ndim != 3 or image.shape[2] != channels:
        raise ValueError(
            f"an array of shape {image.shape} is no {image_format.value} image: expected height×width×{channels}"
        )
    return image


def _after(step: Step, picture: Picture, op: VdspOp, output: Size) -> Picture:
    """What one step makes; `output` is what all steps together make."""
    last = op.op_type.geometry[-1:] == (step,)
    match step:
        case Step.CVTCOLOR:
            return apply_code(picture, op.color, op.space)
        case Step.TO_RGB:
            stated = op.color is not ColorCvtCode.NO_CHANGE
            return apply_code(picture, op.color if stated else ColorCvtCode.YUV2RGB_NV12, op.space)
        case Step.RESIZE:
            return resize(picture, *(output if last else _said(op.resize, "ResizeWidth and ResizeHeight")), op.kernel)
        case Step.CROP:
            place = _said(op.crop, "CropX and CropY")
            return crop(picture, *place, *(output if last else _said(op.crop_size, "CropWidth and CropHeight")))
        case Step.FIT:
            return resize(picture, *fit(size_of(picture), output), op.kernel)
        case Step.PAD:
            edges = centred(size_of(picture), output) if op.edges is None else op.edges
            return pad(picture, edges, op.padding or DEFAULT_PADDING, op.padding_type)
        case _:
            assert_never(step)


def _said(numbers: Size | None, keys: str) -> Size:
    if numbers is None:
        raise ValueError(f"it states no {keys}, and no script set them")
    return numbers
