"""Resizing, letterboxing and cropping of H×W×C 8-bit images."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.spec import Kernel

Pixels = NDArray[np.uint8]


def resize(image: Pixels, height: int, width: int, kernel: Kernel) -> Pixels:
    """H×W×C to height×width×C, bit-equal to the library that the kernel is named after."""
    if image.shape[:2] == (height, width):
        return image
    match kernel:
        case Kernel.BILINEAR_CV:
            import cv2

            resized: Pixels = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
            return resized.reshape(height, width, image.shape[2])
        case Kernel.BILINEAR_PILLOW | Kernel.BICUBIC_PILLOW:
            from PIL import Image

            method = Image.Resampling.BILINEAR if kernel is Kernel.BILINEAR_PILLOW else Image.Resampling.BICUBIC
            planes = [
                np.asarray(Image.fromarray(image[..., c]).resize((width, height), method), dtype=np.uint8)
                for c in range(image.shape[2])
            ]
            return np.stack(planes, axis=-1)
        case _:
            assert_never(kernel)


@dataclass(frozen=True)
class Fit:
    """Where an image lands inside a larger box: its resized size, and the offset of its top left corner."""

    height: int
    width: int
    top: int
    left: int


def fit(image_size: tuple[int, int], box: tuple[int, int]) -> Fit:
    """The largest size with the image's aspect ratio inside the box, centred.

    Of an odd rest the smaller half comes first.
    The ratio is taken in double precision and sizes are rounded half away from zero, as the vendor's library does.
    """
    ratio = min(box[0] / image_size[0], box[1] / image_size[1])
    height, width = (min(limit, max(1, _round(side * ratio))) for side, limit in zip(image_size, box, strict=True))
    return Fit(height, width, (box[0] - height) // 2, (box[1] - width) // 2)


def _round(value: float) -> int:
    """The nearest integer of a positive number, halves up; `int(value + 0.5)` is wrong just below a half."""
    whole = math.floor(value)
    return whole + (value - whole >= 0.5)


def letterbox(image: Pixels, height: int, width: int, fill: tuple[int, ...], kernel: Kernel) -> Pixels:
    """Resize to fit, and fill the rest of height×width with one value per channel."""
    place = fit(image.shape[:2], (height, width))
    boxed = np.empty((height, width, image.shape[2]), np.uint8)
    boxed[:] = np.asarray(fill[: image.shape[2]], np.uint8)
    inside = resize(image, place.height, place.width, kernel)
    boxed[place.top : place.top + place.height, place.left : place.left + place.width] = inside
    return boxed


def crop(image: NDArray[Any], top: int, left: int, height: int, width: int) -> NDArray[Any]:
    """Cut a rectangle that lies inside the image; ValueError if it does not."""
    if top < 0 or left < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError(
            f"a crop of {height}×{width} at ({top}, {left}) lies outside the image of {image.shape[0]}×{image.shape[1]}"
        )
    return image[top : top + height, left : left + width]
