"""Resizing, cropping and flipping of images, of H×W×C or NV12."""

import numpy as np

from vcomp.preprocess.pictures import Nv12, Picture, SamePicture, each_plane, size_of
from vcomp.preprocess.resampling import resample
from vcomp.spec import Kernel


def resize(image: SamePicture, height: int, width: int, kernel: Kernel) -> SamePicture:
    """To height×width. The planes of NV12 are resized apart; a plane of chroma has half of an odd side, rounded up."""
    return each_plane(image, lambda plane, side: resample(plane, -(-height // side), -(-width // side), kernel))


def crop(image: SamePicture, top: int, left: int, height: int, width: int) -> SamePicture:
    """Cut a rectangle that lies inside the image; ValueError if it does not, or cuts through the squares of NV12."""
    rows, columns = size_of(image)
    if top < 0 or left < 0 or height < 1 or width < 1 or top + height > rows or left + width > columns:
        raise ValueError(f"a crop of {height}×{width} at ({top}, {left}) lies outside the image of {rows}×{columns}")
    require_even(image, f"a crop of {height}×{width} at ({top}, {left})", top, left, height, width)
    return each_plane(
        image,
        lambda plane, side: plane[top // side : (top + height) // side, left // side : (left + width) // side],
    )


def flip(image: SamePicture, *, upside_down: bool = False, mirrored: bool = False) -> SamePicture:
    """Turn the order of the rows, of the columns, or of both."""
    rows, columns = slice(None, None, -1 if upside_down else 1), slice(None, None, -1 if mirrored else 1)
    return each_plane(image, lambda plane, _: np.ascontiguousarray(plane[rows, columns]))


def require_even(image: Picture, what: str, *numbers: int) -> None:
    """ValueError if the image is NV12 and one of the numbers is odd."""
    if isinstance(image, Nv12) and any(number % 2 for number in numbers):
        raise ValueError(f"{what} cannot be had of an NV12 image, where four pixels share a colour: use even numbers")
