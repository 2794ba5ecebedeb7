"""Where an image lands inside a larger box, with its aspect ratio kept."""

import math

from vcomp.preprocess.border import pad
from vcomp.preprocess.geometry import resize
from vcomp.preprocess.pictures import Edges, Pixels, Size, size_of
from vcomp.spec import Kernel


def fit(image: Size, box: Size) -> Size:
    """The largest height and width with the image's aspect ratio inside the box.

    The ratio is taken in double precision and sizes are rounded half away from zero, as the vendor's library does.
    """
    ratio = min(box[0] / image[0], box[1] / image[1])
    height, width = (min(limit, max(1, _round(side * ratio))) for side, limit in zip(image, box, strict=True))
    return height, width


def _round(value: float) -> int:
    """The nearest integer of a positive number, halves up; `int(value + 0.5)` is wrong just below a half."""
    whole = math.floor(value)
    return whole + (value - whole >= 0.5)


def centred(image: Size, box: Size) -> Edges:
    """The border that makes an image of this size as large as the box; of an odd rest the smaller half comes first."""
    top, left = (box[0] - image[0]) // 2, (box[1] - image[1]) // 2
    return top, box[0] - image[0] - top, left, box[1] - image[1] - left


def letterbox(image: Pixels, height: int, width: int, fill: tuple[int, ...], kernel: Kernel) -> Pixels:
    """Resize to fit, and fill the rest of height×width with one value per channel."""
    box = (height, width)
    inside = resize(image, *fit(size_of(image), box), kernel)
    return pad(inside, centred(size_of(inside), box), fill)
