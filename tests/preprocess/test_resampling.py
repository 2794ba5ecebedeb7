"""Every kernel, against the library that it is named after."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from tests.preprocess.strategies import IMAGES, SIDES, noise
from vcomp.preprocess.pictures import Pixels
from vcomp.preprocess.resampling import resample
from vcomp.spec import Kernel

OPENCV = {
    Kernel.NEAREST: cv2.INTER_NEAREST,
    Kernel.NEAREST_CV: cv2.INTER_NEAREST,
    Kernel.BILINEAR: cv2.INTER_LINEAR,
    Kernel.BILINEAR_CV: cv2.INTER_LINEAR,
    Kernel.BICUBIC: cv2.INTER_CUBIC,
    Kernel.LANCZOS: cv2.INTER_LANCZOS4,
    Kernel.LANCZOS_CV: cv2.INTER_LANCZOS4,
}
PILLOW = {
    Kernel.BILINEAR_PILLOW: Image.Resampling.BILINEAR,
    Kernel.BICUBIC_PILLOW: Image.Resampling.BICUBIC,
    Kernel.LANCZOS_PILLOW: Image.Resampling.LANCZOS,
    Kernel.BOX_PILLOW: Image.Resampling.BOX,
    Kernel.HAMMING_PILLOW: Image.Resampling.HAMMING,
}


def test_every_kernel_has_a_library() -> None:
    assert set(OPENCV) | set(PILLOW) == set(Kernel)


@pytest.mark.parametrize("kernel", OPENCV)
@settings(max_examples=40)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_it_is_bit_equal_to_opencv(image: Pixels, height: int, width: int, kernel: Kernel) -> None:
    expected = cv2.resize(image, (width, height), interpolation=OPENCV[kernel])
    assert np.array_equal(resample(image, height, width, kernel), expected)


@pytest.mark.parametrize("kernel", PILLOW)
@settings(max_examples=40)
@given(image=IMAGES, height=SIDES, width=SIDES)
def test_it_is_bit_equal_to_pillow_on_rgb(image: Pixels, height: int, width: int, kernel: Kernel) -> None:
    expected = np.asarray(Image.fromarray(image).resize((width, height), PILLOW[kernel]))
    assert np.array_equal(resample(image, height, width, kernel), expected)


@pytest.mark.parametrize("kernel", Kernel)
@pytest.mark.parametrize("channels", [1, 2])
def test_one_channel_or_two_are_resized_like_three(kernel: Kernel, channels: int) -> None:
    image = noise(9, 7)
    alone, together = resample(image[..., :channels], 5, 11, kernel), resample(image, 5, 11, kernel)
    assert alone.shape == (5, 11, channels)
    assert np.abs(alone.astype(int) - together[..., :channels]).max() <= 1  # OpenCV's bicubic rounds by position


@pytest.mark.parametrize("kernel", Kernel)
def test_an_image_of_the_right_size_is_left_alone(kernel: Kernel) -> None:
    image = noise(9, 7)
    assert np.array_equal(resample(image, 9, 7, kernel), image)
