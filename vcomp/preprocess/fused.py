"""The fused operator applied to one image: what the chip does between the image and the network."""

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.preprocess.geometry import Pixels, crop, letterbox, resize
from vcomp.preprocess.normalize import normalize
from vcomp.preprocess.vdsp import DEFAULT_PADDING, ColorCvtCode, NormaType, OpType, VdspOp


def run_vdsp(op: VdspOp, image: Pixels, model_size: tuple[int, int]) -> NDArray[np.float16]:
    """An H×W×3 image of any size, in the operator's own channel order, to 3×H×W in fp16.

    `model_size` is used where the operator states no size of its own. ValueError if a crop does not fit, or has no
    place.
    """
    pixels = _shape(op, image, op.output or model_size)
    if op.color is not ColorCvtCode.NO_CHANGE:
        pixels = pixels[..., ::-1]
    return np.ascontiguousarray(_normalize(op, pixels).astype(np.float16).transpose(2, 0, 1))


def _shape(op: VdspOp, image: Pixels, output: tuple[int, int]) -> Pixels:
    match op.op_type:
        case OpType.RESIZE:
            return resize(image, *output, op.kernel)
        case OpType.LETTERBOX:
            return letterbox(image, *output, op.padding or DEFAULT_PADDING, op.kernel)
        case OpType.CROP:
            if op.resize is None or op.crop is None:
                raise ValueError("it states no ResizeWidth, ResizeHeight, CropX and CropY, and no script set them")
            return crop(resize(image, *op.resize, op.kernel), *op.crop, *output)
        case _:
            assert_never(op.op_type)


def _normalize(op: VdspOp, image: Pixels) -> NDArray[np.float32]:
    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None
    match op.norma:
        case NormaType.EQUAL:
            mean, std, div255 = None, None, False
        case NormaType.DIV255:
            mean, std, div255 = None, None, True
        case NormaType.DIV1275_MINUSONE:
            mean, std, div255 = (127.5,) * 3, (127.5,) * 3, False
        case NormaType.MINUSMEAN_DIVSTD:
            mean, std, div255 = op.mean, op.std, False
        case NormaType.DIV255_MINUSMEAN_DIVSTD:
            mean, std, div255 = op.mean, op.std, True
        case _:
            assert_never(op.norma)
    return normalize(image, mean=mean, std=std, div255=div255, half_constants=True)
