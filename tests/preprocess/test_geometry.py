"""Resizing, cropping and flipping, of pixels and of NV12."""

import cv2
import numpy as np
import pytest
from hypothesis import given

from tests.preprocess.strategies import EVEN_SIDES, KERNELS, NV12_IMAGES, noise, nv12_noise
from vcomp.preprocess.geometry import crop, flip, resize
from vcomp.preprocess.pictures import Nv12, Pixels
from vcomp.preprocess.resampling import resample
from vcomp.spec import Kernel


@given(array=NV12_IMAGES)
def test_nv12_is_split_into_planes_and_put_together_again(array: Pixels) -> None:
    assert np.array_equal(Nv12.of(array).array(), array)


def test_the_chroma_of_nv12_is_u_and_v_in_turn() -> None:
    array = np.asarray([[1, 2], [3, 4], [5, 6]], np.uint8)
    image = Nv12.of(array)
    assert image.luma[..., 0].tolist() == [[1, 2], [3, 4]]
    assert image.chroma.tolist() == [[[5, 6]]]


@pytest.mark.parametrize("shape", [(4, 2), (3, 3), (3, 2, 1), (0, 2), (3, 0), (6,)])
def test_an_array_that_is_no_nv12_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="is no NV12 image"):
        Nv12.of(np.zeros(shape, np.uint8))


def test_nv12_of_an_odd_size_is_no_array() -> None:
    with pytest.raises(ValueError, match="cannot be 3×4"):
        resize(Nv12.of(nv12_noise(8, 8)), 3, 4, Kernel.BILINEAR_CV).array()


@given(array=NV12_IMAGES, height=EVEN_SIDES, width=EVEN_SIDES, kernel=KERNELS)
def test_the_planes_of_nv12_are_resized_apart(array: Pixels, height: int, width: int, kernel: Kernel) -> None:
    rows = array.shape[0] // 3 * 2
    luma = resample(array[:rows, :, np.newaxis], height, width, kernel)
    chroma = resample(array[rows:].reshape(rows // 2, -1, 2), height // 2, width // 2, kernel)
    made = resize(Nv12.of(array), height, width, kernel).array()
    assert np.array_equal(made[:height], luma[..., 0])
    assert np.array_equal(made[height:, ::2], chroma[..., 0])
    assert np.array_equal(made[height:, 1::2], chroma[..., 1])


def test_a_crop_is_the_rectangle_asked_for() -> None:
    image = noise(9, 7)
    assert np.array_equal(crop(image, 2, 1, 5, 6), image[2:7, 1:7])


def test_a_crop_of_nv12_shows_the_same_part_in_rgb() -> None:
    array = nv12_noise(12, 16)
    whole = cv2.cvtColor(array, cv2.COLOR_YUV2RGB_NV12)
    part = crop(Nv12.of(array), 2, 4, 6, 10).array()
    assert np.array_equal(cv2.cvtColor(part, cv2.COLOR_YUV2RGB_NV12), whole[2:8, 4:14])


@pytest.mark.parametrize("place", [(-1, 0, 3, 3), (0, -1, 3, 3), (7, 0, 3, 3), (0, 5, 3, 3), (0, 0, 0, 3)])
def test_a_crop_outside_the_image_is_refused(place: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="lies outside the image of 9×7"):
        crop(noise(9, 7), *place)


@pytest.mark.parametrize("place", [(1, 0, 2, 2), (0, 1, 2, 2), (0, 0, 3, 2), (0, 0, 2, 3)])
def test_an_odd_crop_of_nv12_is_refused(place: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="use even numbers"):
        crop(Nv12.of(nv12_noise(8, 8)), *place)


@pytest.mark.parametrize(
    ("code", "axes"),
    [
        (0, {"upside_down": True}),
        (1, {"mirrored": True}),
        (-1, {"upside_down": True, "mirrored": True}),
    ],
)
def test_a_flip_is_opencvs_and_the_same_in_nv12_as_in_rgb(code: int, axes: dict[str, bool]) -> None:
    image, array = noise(9, 7), nv12_noise(8, 12)
    assert np.array_equal(flip(image, **axes), cv2.flip(image, code))
    flipped = cv2.cvtColor(flip(Nv12.of(array), **axes).array(), cv2.COLOR_YUV2RGB_NV12)
    assert np.array_equal(flipped, cv2.flip(cv2.cvtColor(array, cv2.COLOR_YUV2RGB_NV12), code))
