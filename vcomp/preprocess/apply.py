"""A spec's ops applied to one image."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.errors import VcompError
from vcomp.preprocess.geometry import crop, resize
from vcomp.preprocess.letterbox import fit, letterbox
from vcomp.preprocess.normalize import normalize
from vcomp.preprocess.pictures import Pixels, size_of
from vcomp.spec import (
    CenterCrop,
    Decode,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)
from vcomp.spec.ops import DEFAULT_FILL, OpaqueOp


def reads_gray(ops: Sequence[Op]) -> bool:
    """Whether the image file is to be read as one grey channel."""
    return any(isinstance(op, Decode) and op.gray for op in ops)


def preprocess(image: Pixels, ops: Sequence[Op], *, half_constants: bool = False) -> NDArray[np.float32]:
    """An H×W×C image as Decode left it (RGB or grey) to the network's C×H×W input; VcompError if a crop is larger.

    `half_constants` rounds mean and std to fp16 first: what the chip computes, rather than what was trained.
    """
    x: NDArray[np.uint8] | NDArray[np.float32] = image
    for op in ops:
        if isinstance(op, Normalize):
            x = normalize(x, mean=op.mean, std=op.std, div255=op.div255, half_constants=half_constants)
        elif isinstance(op, ToTensor):
            x = np.ascontiguousarray(x.astype(np.float32).transpose(2, 0, 1))
        elif isinstance(op, OpaqueOp):
            raise VcompError(
                f"{type(op).__name__} is not computed here", expected="steps of vcomp's own", mend="use the SDK"
            )
        else:
            x = _on_pixels(x.astype(np.uint8, copy=False), op)
    return x.astype(np.float32, copy=False)


def _on_pixels(
    image: Pixels, op: Decode | ToBGR | ToYCrCb | PickChannel | Resize | ResizeToFit | Letterbox | CenterCrop
) -> Pixels:
    match op:
        case Decode():
            return image
        case ToBGR():
            return np.ascontiguousarray(image[..., ::-1])
        case ToYCrCb():
            import cv2

            return cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(np.uint8, copy=False)
        case PickChannel():
            return np.ascontiguousarray(image[..., op.index : op.index + 1])
        case Resize():
            return resize(image, op.height, op.width, op.kernel)
        case ResizeToFit():
            return resize(image, *fit(size_of(image), (op.height, op.width)), op.kernel)
        case Letterbox():
            fill = DEFAULT_FILL if op.fill is None else op.fill
            return letterbox(image, op.height, op.width, (fill,) * 3, op.kernel)
        case CenterCrop():
            if image.shape[0] < op.height or image.shape[1] < op.width:
                raise VcompError(
                    f"an image of {image.shape[0]}×{image.shape[1]} is smaller than CenterCrop({op.height}×{op.width})",
                    mend="resize before the crop, or leave such images out",
                )
            top, left = (image.shape[0] - op.height) // 2, (image.shape[1] - op.width) // 2
            return crop(image, top, left, op.height, op.width)
        case _:
            assert_never(op)
