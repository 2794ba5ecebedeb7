"""The kernels of a resize: each is a library's, bit for bit."""

from typing import Final

import numpy as np

from vcomp.preprocess.pictures import Pixels
from vcomp.spec import Kernel

# Kernels without a library in their name are unpublished: OpenCV's of that name stands for them.
_OPENCV: Final = {
    Kernel.NEAREST: "INTER_NEAREST",
    Kernel.NEAREST_CV: "INTER_NEAREST",
    Kernel.BILINEAR: "INTER_LINEAR",
    Kernel.BILINEAR_CV: "INTER_LINEAR",
    Kernel.BICUBIC: "INTER_CUBIC",
    Kernel.LANCZOS: "INTER_LANCZOS4",
    Kernel.LANCZOS_CV: "INTER_LANCZOS4",
}


def resample(image: Pixels, height: int, width: int, kernel: Kernel) -> Pixels:
    """H×W×C to height×width×C, bit-equal to the library that the kernel is named after."""
    if image.shape[:2] == (height, width):
        return image
    if kernel in _OPENCV:
        import cv2

        resized = cv2.resize(image, (width, height), interpolation=getattr(cv2, _OPENCV[kernel]))
        return np.asarray(resized, np.uint8).reshape(height, width, image.shape[2])
    from PIL import Image

    method = Image.Resampling[kernel.value.removesuffix("_PILLOW")]
    planes = [np.asarray(Image.fromarray(plane).resize((width, height), method)) for plane in np.moveaxis(image, -1, 0)]
    return np.stack(planes, axis=-1)
