"""Resizing, letterboxing and cropping, against the libraries they are named after and against slow arithmetic."""

from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.preprocess.strategies import IMAGES, KERNELS, SIDES, noise
from vcomp.preprocess.geometry import Pixels, crop, fit, letterbox, resize
from vcomp.spec import Kernel

PILLOW = {Kernel.BILINEAR_PILLOW: Image.Resampling.BILINEAR, Kernel.BICUBIC_PILLOW: Image.Resampling.BICUBIC}
LENGTHS = st.integers(1, 5000)


@given(image=IMAGES, height=SIDES, width=SIDES)
def test_bilinear_cv_is_bit_equal_to_opencv(image: Pixels, height: int, width: int) -> None:
    expected = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(resize(image, height, width, Kernel.BILINEAR_CV), expected)


@pytest.mark.parametrize("kernel", PILLOW)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_pillow_kernels_are_bit_equal_to_pillow_on_rgb(image: Pixels, height: int, width: int, kernel: Kernel) -> None:
    expected = np.asarray(Image.fromarray(image).resize((width, height), PILLOW[kernel]))
    assert np.array_equal(resize(image, height, width, kernel), expected)


@pytest.mark.parametrize("kernel", Kernel)
def test_one_channel_keeps_its_axis(kernel: Kernel) -> None:
    assert resize(noise(9, 7, 1), 5, 11, kernel).shape == (5, 11, 1)


@pytest.mark.parametrize("kernel", Kernel)
def test_an_image_of_the_right_size_is_left_alone(kernel: Kernel) -> None:
    image = noise(9, 7)
    assert np.array_equal(resize(image, 9, 7, kernel), image)


@given(LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_what_is_fitted_lies_inside_the_box_and_fills_it_one_way(h: int, w: int, height: int, width: int) -> None:
    place = fit((h, w), (height, width))
    assert 1 <= place.height <= height
    assert 1 <= place.width <= width
    assert place.height == height or place.width == width


@given(LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_what_is_fitted_is_centred_with_the_smaller_half_first(h: int, w: int, height: int, width: int) -> None:
    place = fit((h, w), (height, width))
    assert height - place.height - 2 * place.top in (0, 1)
    assert width - place.width - 2 * place.left in (0, 1)


@given(LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_what_is_fitted_keeps_its_ratio_but_for_half_a_pixel(h: int, w: int, height: int, width: int) -> None:
    place = fit((h, w), (height, width))
    ratio = min(Fraction(height, h), Fraction(width, w))
    for side, length in ((h, place.height), (w, place.width)):
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
def test_the_fitted_size_is_rounded_half_away_from_zero(
    image: tuple[int, int], box: tuple[int, int], fitted: tuple[int, int]
) -> None:
    place = fit(image, box)
    assert (place.height, place.width) == fitted


@given(image=IMAGES, height=SIDES, width=SIDES, kernel=KERNELS, fill=st.tuples(*[st.integers(0, 255)] * 3))
def test_a_letterbox_is_the_resized_image_in_a_frame_of_its_fill(
    image: Pixels, height: int, width: int, kernel: Kernel, fill: tuple[int, int, int]
) -> None:
    place = fit((image.shape[0], image.shape[1]), (height, width))
    boxed = letterbox(image, height, width, fill, kernel)
    inside = np.zeros((height, width), bool)
    inside[place.top : place.top + place.height, place.left : place.left + place.width] = True
    assert np.array_equal(boxed[inside], resize(image, place.height, place.width, kernel).reshape(-1, 3))
    assert (boxed[~inside] == fill).all()


def test_a_crop_is_the_rectangle_asked_for() -> None:
    image = noise(9, 7)
    assert np.array_equal(crop(image, 2, 1, 5, 6), image[2:7, 1:7])


@pytest.mark.parametrize("place", [(-1, 0, 3, 3), (0, -1, 3, 3), (7, 0, 3, 3), (0, 5, 3, 3)])
def test_a_crop_outside_the_image_is_refused(place: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="lies outside the image of 9×7"):
        crop(noise(9, 7), *place)
