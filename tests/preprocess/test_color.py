"""Colours: against OpenCV, against BT.709's definition, and the meaning of each code."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from tests.preprocess.strategies import NV12_IMAGES, noise, nv12_noise
from vcomp.preprocess.color import Order, apply_code, convert, order_of
from vcomp.preprocess.geometry import resize
from vcomp.preprocess.pictures import Nv12, Picture, Pixels
from vcomp.preprocess.vdsp import ColorCvtCode, ColorSpace, ImageFormat
from vcomp.spec import Kernel


def pixels(picture: Picture) -> Pixels:
    assert not isinstance(picture, Nv12)
    return picture


def planes(picture: Picture) -> Nv12:
    assert isinstance(picture, Nv12)
    return picture


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (Order.RGB, cv2.COLOR_YUV2RGB_NV12),
        (Order.BGR, cv2.COLOR_YUV2BGR_NV12),
        (Order.GRAY, cv2.COLOR_YUV2GRAY_NV12),
    ],
)
@given(array=NV12_IMAGES)
def test_nv12_in_bt601_is_bit_equal_to_opencv(array: Pixels, target: Order, code: int) -> None:
    expected = cv2.cvtColor(array, code)
    made = pixels(convert(Nv12.of(array), Order.YUV, target))
    assert np.array_equal(made, expected.reshape(made.shape))


def bt709(y: NDArray[np.float64], u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Its definition: the luma is 0.2126 R + 0.7152 G + 0.0722 B, the chroma what blue and red differ from it."""
    luma, cb, cr = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    red, blue = luma + 1.5748 * cr, luma + 1.8556 * cb
    green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152
    return np.clip(np.stack([red, green, blue], axis=-1), 0, 1) * 255


@given(array=NV12_IMAGES)
def test_nv12_in_bt709_is_its_definition_rounded(array: Pixels) -> None:
    height = array.shape[0] // 3 * 2
    u, v = (array[height:, i::2].repeat(2, axis=0).repeat(2, axis=1).astype(float) for i in (0, 1))
    exact = bt709(array[:height].astype(float), u, v)
    made = pixels(convert(Nv12.of(array), Order.YUV, Order.RGB, ColorSpace.BT709))
    assert np.abs(made - exact).max() < 0.501


@given(array=NV12_IMAGES)
def test_rgb_becomes_nv12_as_opencv_makes_i420(array: Pixels) -> None:
    rgb = cv2.cvtColor(array, cv2.COLOR_YUV2RGB_NV12)
    i420 = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
    made = planes(convert(rgb, Order.RGB, Order.YUV))
    assert np.array_equal(made.luma[..., 0], i420[: rgb.shape[0]])
    assert np.array_equal(made.chroma[..., 0].ravel(), i420[rgb.shape[0] :].ravel()[: made.chroma[..., 0].size])
    assert np.array_equal(made.chroma[..., 1].ravel(), i420[rgb.shape[0] :].ravel()[made.chroma[..., 0].size :])


@pytest.mark.parametrize("space", ColorSpace)
def test_a_colour_that_fills_its_squares_survives_nv12_and_back(space: ColorSpace) -> None:
    rgb = noise(8, 8).repeat(2, axis=0).repeat(2, axis=1)
    back = pixels(convert(convert(rgb, Order.RGB, Order.YUV, space), Order.YUV, Order.RGB, space))
    assert np.abs(back.astype(int) - rgb).max() <= 3  # 219 steps of luma and 224 of chroma stand for 256


def test_the_two_spaces_differ() -> None:
    array = nv12_noise(8, 8)
    made = [pixels(convert(Nv12.of(array), Order.YUV, Order.RGB, space)) for space in ColorSpace]
    assert np.abs(made[0].astype(int) - made[1]).max() > 10


@pytest.mark.parametrize("space", ColorSpace)
@pytest.mark.parametrize("size", [(3, 5), (4, 5), (3, 6)])
def test_odd_sides_use_the_chroma_of_the_cut_square(size: tuple[int, int], space: ColorSpace) -> None:
    even = resize(Nv12.of(nv12_noise(8, 8)), 4, 6, Kernel.BILINEAR_CV)
    cut = Nv12(even.luma[: size[0], : size[1]], even.chroma[: -(-size[0] // 2), : -(-size[1] // 2)])
    whole = pixels(convert(even, Order.YUV, Order.RGB, space))
    assert np.array_equal(pixels(convert(cut, Order.YUV, Order.RGB, space)), whole[: size[0], : size[1]])


@pytest.mark.parametrize("order", [Order.RGB, Order.BGR])
def test_grey_is_opencvs(order: Order) -> None:
    image = noise(6, 8)
    expected = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY if order is Order.RGB else cv2.COLOR_BGR2GRAY)
    gray = pixels(convert(image, order, Order.GRAY))
    assert np.array_equal(gray[..., 0], expected)
    assert np.array_equal(convert(gray, Order.GRAY, order), expected[..., np.newaxis].repeat(3, axis=-1))


def test_grey_is_the_luma_of_nv12_there_and_back() -> None:
    gray = noise(6, 8, 1)
    made = planes(convert(gray, Order.GRAY, Order.YUV))
    assert (made.chroma == 128).all()
    assert np.array_equal(convert(made, Order.YUV, Order.GRAY), gray)


@pytest.mark.parametrize("source", ImageFormat)
@pytest.mark.parametrize("target", ImageFormat)
def test_any_format_becomes_any_other_and_its_colours_stay(source: ImageFormat, target: ImageFormat) -> None:
    blue = np.full((4, 6, 3), (60, 90, 180), np.uint8)
    there = convert(convert(blue, Order.RGB, order_of(source)), order_of(source), order_of(target))
    back = pixels(convert(there, order_of(target), Order.RGB))
    if ImageFormat.GRAY in (source, target):
        back = back.mean(axis=(0, 1), keepdims=True).round().astype(np.uint8)
        assert np.ptp(back) <= 1
    else:
        assert np.abs(back.astype(int) - blue).max() <= 3


def test_an_odd_image_cannot_become_nv12() -> None:
    with pytest.raises(ValueError, match="an image of 5×6 cannot become NV12"):
        convert(noise(5, 6), Order.RGB, Order.YUV)


IMAGE = noise(6, 8)
CODES = {
    ColorCvtCode.NO_CHANGE: IMAGE,
    ColorCvtCode.RGB2BGR: IMAGE[..., ::-1],
    ColorCvtCode.BGR2RGB: IMAGE[..., ::-1],
    ColorCvtCode.BGR2RGB_INTERLEAVE2PLANAR: IMAGE[..., ::-1],
    ColorCvtCode.RGB2BGR_INTERLEAVE2PLANAR: IMAGE[..., ::-1],
    ColorCvtCode.BGR2BGR_INTERLEAVE2PLANAR: IMAGE,
    ColorCvtCode.RGB2RGB_INTERLEAVE2PLANAR: IMAGE,
    ColorCvtCode.BGR2GRAY_INTERLEAVE: cv2.cvtColor(IMAGE, cv2.COLOR_BGR2GRAY)[..., np.newaxis],
    ColorCvtCode.BGR2GRAY_PLANAR: cv2.cvtColor(IMAGE, cv2.COLOR_BGR2GRAY)[..., np.newaxis],
    ColorCvtCode.RGB2GRAY_INTERLEAVE: cv2.cvtColor(IMAGE, cv2.COLOR_RGB2GRAY)[..., np.newaxis],
    ColorCvtCode.RGB2GRAY_PLANAR: cv2.cvtColor(IMAGE, cv2.COLOR_RGB2GRAY)[..., np.newaxis],
}
TO_NV12 = {
    ColorCvtCode.RGB2YUV_NV12_PLANAR: cv2.COLOR_RGB2YUV_I420,
    ColorCvtCode.BGR2YUV_NV12_PLANAR: cv2.COLOR_BGR2YUV_I420,
}
FROM_NV12 = {
    ColorCvtCode.YUV2RGB_NV12: cv2.COLOR_YUV2RGB_NV12,
    ColorCvtCode.YUV2BGR_NV12: cv2.COLOR_YUV2BGR_NV12,
    ColorCvtCode.YUV2GRAY_NV12: cv2.COLOR_YUV2GRAY_NV12,
}


def test_every_code_is_tested() -> None:
    assert {*CODES, *TO_NV12, *FROM_NV12} == set(ColorCvtCode)


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_rgb_does_what_its_name_says(code: ColorCvtCode) -> None:
    assert np.array_equal(pixels(apply_code(IMAGE, code)), CODES[code])


@pytest.mark.parametrize("code", TO_NV12)
def test_a_code_to_nv12_does_what_its_name_says(code: ColorCvtCode) -> None:
    made = planes(apply_code(IMAGE, code))
    assert np.array_equal(made.luma[..., 0], cv2.cvtColor(IMAGE, TO_NV12[code])[:6])


@pytest.mark.parametrize("code", FROM_NV12)
def test_a_code_of_nv12_does_what_its_name_says(code: ColorCvtCode) -> None:
    array = nv12_noise(6, 8)
    made = pixels(apply_code(Nv12.of(array), code))
    assert np.array_equal(made, cv2.cvtColor(array, FROM_NV12[code]).reshape(made.shape))


@pytest.mark.parametrize("code", CODES)
def test_a_grey_image_is_the_same_in_every_order(code: ColorCvtCode) -> None:
    gray = noise(6, 8, 1)
    assert np.array_equal(pixels(apply_code(gray, code)), gray)


@pytest.mark.parametrize("code", FROM_NV12)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_code_of_nv12_is_refused_for_pixels(code: ColorCvtCode, channels: int) -> None:
    with pytest.raises(ValueError, match="was to be converted from YUV"):
        apply_code(noise(6, 8, channels), code)


def test_a_code_of_rgb_is_refused_for_nv12() -> None:
    with pytest.raises(ValueError, match="the image is NV12, and was to be converted from RGB"):
        apply_code(Nv12.of(nv12_noise(6, 8)), ColorCvtCode.RGB2BGR)
