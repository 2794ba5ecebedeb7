"""Affine warps, against OpenCV, and NV12 against what the same warp does to a picture."""

import cv2
import numpy as np
import pytest

from tests.preprocess.strategies import noise, nv12_noise
from vcomp.preprocess.geometry import flip
from vcomp.preprocess.pictures import Nv12
from vcomp.preprocess.warp import warp_affine

TURN = np.asarray([[0.9, -0.3, 4.2], [0.25, 1.1, -3.0]])


@pytest.mark.parametrize("nearest", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_are_warped_as_by_opencv(channels: int, nearest: bool) -> None:
    image = noise(20, 30, channels)
    flags = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    expected = cv2.warpAffine(image, TURN, (30, 20), flags=flags, borderValue=[10, 20, 30][:channels])
    made = warp_affine(image, TURN, (10, 20, 30), nearest=nearest)
    assert np.array_equal(made, expected.reshape(made.shape))


def test_what_no_pixel_reaches_has_the_border_value() -> None:
    away = np.asarray([[1, 0, 100], [0, 1, 100.0]])
    assert (warp_affine(noise(8, 8), away, (1, 2, 3)) == (1, 2, 3)).all()
    gone = warp_affine(Nv12.of(nv12_noise(8, 8)), away, (1, 2, 3))
    assert (gone.luma == 1).all()
    assert (gone.chroma == (2, 3)).all()


def test_a_mirror_of_nv12_moves_luma_and_chroma_alike() -> None:
    image = Nv12.of(nv12_noise(8, 12))
    mirror = np.asarray([[-1, 0, 11], [0, 1, 0.0]])
    assert np.array_equal(warp_affine(image, mirror, (0, 0, 0)).array(), flip(image, mirrored=True).array())


def test_a_shift_of_nv12_by_whole_squares_is_a_shift_of_the_picture() -> None:
    array, shift = nv12_noise(12, 16), np.asarray([[1, 0, 4], [0, 1, 2.0]])
    moved = cv2.cvtColor(warp_affine(Nv12.of(array), shift, (16, 128, 128)).array(), cv2.COLOR_YUV2RGB_NV12)
    assert np.array_equal(moved[2:, 4:], cv2.cvtColor(array, cv2.COLOR_YUV2RGB_NV12)[:-2, :-4])
    assert not moved[:2].any()


def test_a_smooth_nv12_picture_turns_as_its_rgb_does() -> None:
    ramp = np.add.outer(np.linspace(0, 120, 64), np.linspace(0, 120, 64))
    rgb = np.stack([ramp, ramp[::-1], np.full_like(ramp, 100)], axis=-1).astype(np.uint8)
    i420 = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
    array = np.vstack([i420[:64], i420[64:].reshape(2, 32, 32).transpose(1, 2, 0).reshape(32, 64)])
    turned = cv2.cvtColor(warp_affine(Nv12.of(array), TURN, (16, 128, 128)).array(), cv2.COLOR_YUV2RGB_NV12)
    expected = cv2.warpAffine(cv2.cvtColor(array, cv2.COLOR_YUV2RGB_NV12), TURN, (64, 64))
    inside = cv2.erode(cv2.warpAffine(np.ones((64, 64), np.uint8), TURN, (64, 64)), np.ones((5, 5))) == 1
    assert np.abs(turned[inside].astype(int) - expected[inside]).mean() < 1.5
