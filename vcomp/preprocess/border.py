"""Borders around images, of H×W×C or NV12."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from vcomp.preprocess.geometry import require_even, resize
from vcomp.preprocess.pictures import Edges, Nv12, Pixels, SamePicture
from vcomp.preprocess.vdsp import PaddingType
from vcomp.spec import Kernel

_OPENCV: Final = {
    PaddingType.CONSTANT: "BORDER_CONSTANT",
    PaddingType.REPLICATE: "BORDER_REPLICATE",
    PaddingType.REFLECT: "BORDER_REFLECT",
}


def pad(image: SamePicture, edges: Edges, fill: Sequence[int], kind: PaddingType = PaddingType.CONSTANT) -> SamePicture:
    """Add a border: of `fill`, one value per channel (Y, U, V for NV12), or of the pixels at the edge.

    ValueError if an edge is negative, or odd around NV12.
    """
    if min(edges) < 0:
        raise ValueError(f"a border cannot have {min(edges)} pixels")
    require_even(image, f"a border of {', '.join(map(str, edges))}", *edges)
    if isinstance(image, Nv12):
        top, bottom, left, right = (edge // 2 for edge in edges)
        chroma = _pad(image.chroma, (top, bottom, left, right), fill[1:], kind)
        return Nv12(_pad(image.luma, edges, fill[:1], kind), chroma)
    return _pad(image, edges, fill, kind)


def _pad(plane: Pixels, edges: Edges, fill: Sequence[int], kind: PaddingType) -> Pixels:
    import cv2

    channels = plane.shape[2]
    value = [int(number) for number in fill[:channels]]
    padded = np.asarray(cv2.copyMakeBorder(plane, *edges, getattr(cv2, _OPENCV[kind]), value=value), np.uint8)
    return padded.reshape(*padded.shape[:2], channels)


def resize_copy_make_border(
    image: SamePicture,
    height: int,
    width: int,
    edges: Edges,
    fill: Sequence[int],
    kernel: Kernel,
    kind: PaddingType = PaddingType.CONSTANT,
) -> SamePicture:
    """To height×width with the border in it: the image itself gets what the edges leave. ValueError if nothing."""
    top, bottom, left, right = edges
    inner = height - top - bottom, width - left - right
    if min(inner) < 1:
        raise ValueError(
            f"a border of {top}+{bottom} rows and {left}+{right} columns leaves nothing of {height}×{width}"
        )
    return pad(resize(image, *inner, kernel), edges, fill, kind)
