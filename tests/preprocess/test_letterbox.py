"""Where a letterbox puts an image, and what it fills the rest with."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.preprocess.strategies import IMAGES, KERNELS, SIDES
from vcomp.preprocess.geometry import resize
from vcomp.preprocess.letterbox import centred, fit, letterbox
from vcomp.preprocess.pictures import Pixels
from vcomp.spec import Kernel

LENGTHS = st.integers(1, 5000)
SIZES = st.tuples(LENGTHS, LENGTHS)
Size = tuple[int, int]


@given(image=SIZES, box=SIZES)
def test_what_is_fitted_lies_inside_the_box_and_fills_it_one_way(image: Size, box: Size) -> None:
    height, width = fit(image, box)
    assert 1 <= height <= box[0]
    assert 1 <= width <= box[1]
    assert height == box[0] or width == box[1]


@given(image=SIZES, box=SIZES)
def test_what_is_fitted_is_centred_with_the_smaller_half_first(image: Size, box: Size) -> None:
    inner = fit(image, box)
    top, bottom, left, right = centred(inner, box)
    assert (top + inner[0] + bottom, left + inner[1] + right) == box
    assert bottom - top in (0, 1)
    assert right - left in (0, 1)


@given(image=SIZES, box=SIZES)
def test_what_is_fitted_keeps_its_ratio_but_for_half_a_pixel(image: Size, box: Size) -> None:
    ratio = min(Fraction(box[0], image[0]), Fraction(box[1], image[1]))
    for side, length in zip(image, fit(image, box), strict=True):
        assert length == 1 or abs(length - side * ratio) <= Fraction(1, 2) + Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("image", "box", "fitted"),
    [
        ((100, 50), (64, 64), (64, 32)),
        ((50, 100), (64, 64), (32, 64)),
        ((10, 10), (64, 32), (32, 32)),
        ((4, 1), (2, 2), (2, 1)),  # 0.5 is rounded up
        ((4, 5), (2, 2), (2, 2)),  # 1.6 is rounded up
        ((8, 5), (4, 4), (4, 3)),  # 2.5 is rounded up, not to even
        ((8, 3), (4, 4), (4, 2)),  # 1.5 likewise
        ((1000, 1), (10, 10), (10, 1)),  # 0.01 is still a pixel
    ],
)
def test_the_fitted_size_is_rounded_half_away_from_zero(image: Size, box: Size, fitted: Size) -> None:
    assert fit(image, box) == fitted


@given(image=IMAGES, height=SIDES, width=SIDES, kernel=KERNELS, fill=st.tuples(*[st.integers(0, 255)] * 3))
def test_a_letterbox_is_the_resized_image_in_a_frame_of_its_fill(
    image: Pixels, height: int, width: int, kernel: Kernel, fill: tuple[int, int, int]
) -> None:
    inner = fit((image.shape[0], image.shape[1]), (height, width))
    top, _, left, _ = centred(inner, (height, width))
    boxed = letterbox(image, height, width, fill, kernel)
    inside = np.zeros((height, width), bool)
    inside[top : top + inner[0], left : left + inner[1]] = True
    assert np.array_equal(boxed[inside], resize(image, *inner, kernel).reshape(-1, 3))
    assert (boxed[~inside] == fill).all()
