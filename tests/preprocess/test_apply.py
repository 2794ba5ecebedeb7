"""What each op does to pixels."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from tests.preprocess.strategies import IMAGES, noise, normalizations
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess, reads_gray
from vcomp.preprocess.geometry import resize
from vcomp.preprocess.letterbox import letterbox
from vcomp.preprocess.pictures import Pixels
from vcomp.spec import (
    CenterCrop,
    Decode,
    Kernel,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)

IMAGE = noise(13, 21)


def after(*ops: Op, image: Pixels = IMAGE) -> NDArray[np.float32]:
    """The image after these ops, still H×W×C."""
    return preprocess(image, [Decode(), *ops])


def test_decode_alone_leaves_the_pixels_as_they_are() -> None:
    assert np.array_equal(after(), IMAGE)


def test_to_bgr_swaps_the_outer_channels() -> None:
    assert np.array_equal(after(ToBGR()), IMAGE[..., [2, 1, 0]])


def test_to_ycrcb_is_what_opencv_computes() -> None:
    assert np.array_equal(after(ToYCrCb()), cv2.cvtColor(IMAGE, cv2.COLOR_RGB2YCrCb))


@pytest.mark.parametrize("index", [0, 1, 2])
def test_pick_channel_keeps_one_with_its_axis(index: int) -> None:
    assert np.array_equal(after(PickChannel(index=index)), IMAGE[..., [index]])


@pytest.mark.parametrize("kernel", Kernel)
def test_resize_uses_its_own_kernel(kernel: Kernel) -> None:
    assert np.array_equal(after(Resize(height=6, width=5, kernel=kernel)), resize(IMAGE, 6, 5, kernel))


def test_resize_to_fit_keeps_the_ratio_and_fills_nothing() -> None:
    assert np.array_equal(after(ResizeToFit(height=7, width=7)), resize(IMAGE, 4, 7, Kernel.BILINEAR_CV))


def test_letterbox_fills_what_is_left() -> None:
    expected = letterbox(IMAGE, 9, 9, (7, 7, 7), Kernel.BILINEAR_PILLOW)
    assert np.array_equal(after(Letterbox(height=9, width=9, fill=7, kernel=Kernel.BILINEAR_PILLOW)), expected)


def test_letterbox_fills_a_grey_image_too() -> None:
    assert after(Letterbox(height=9, width=9, fill=7), image=noise(4, 2, 1)).shape == (9, 9, 1)


def test_center_crop_cuts_out_of_the_middle_the_smaller_rest_first() -> None:
    assert np.array_equal(after(CenterCrop(height=4, width=5)), IMAGE[4:8, 8:13])


def test_a_crop_that_is_larger_than_the_image_is_told_with_both_sizes() -> None:
    with pytest.raises(VcompError, match=r"an image of 13×21 is smaller than CenterCrop\(14×5\)"):
        after(CenterCrop(height=14, width=5))


def test_to_tensor_puts_channels_first_and_scales_nothing() -> None:
    assert np.array_equal(preprocess(IMAGE, [Decode(), ToTensor()]), IMAGE.transpose(2, 0, 1))


def test_what_comes_out_is_single_precision_and_contiguous() -> None:
    out = preprocess(IMAGE, [Decode(), ToBGR(), ToTensor()])
    assert out.dtype == np.float32
    assert out.flags.c_contiguous


def test_the_image_given_is_not_changed() -> None:
    image = IMAGE.copy()
    preprocess(image, [Decode(), Normalize(mean=(1, 2, 3), std=(4, 5, 6)), ToTensor()])
    assert np.array_equal(image, IMAGE)


@given(image=IMAGES, op=normalizations())
def test_normalize_is_the_affine_map_of_its_docstring(image: Pixels, op: Normalize) -> None:
    mean, std = op.mean or (0,) * 3, op.std or (1,) * 3
    exact = (image.astype(np.float64) / (255 if op.div255 else 1) - np.asarray(mean)) / np.asarray(std)
    np.testing.assert_allclose(after(op, image=image), exact, rtol=1e-5, atol=1e-4 / min(map(abs, std)))


def test_normalize_divides_by_255_in_single_precision() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert np.array_equal(after(Normalize(), image=image), image.astype(np.float32) / np.float32(255))


def test_half_constants_are_mean_and_std_as_fp16_stores_them() -> None:
    op = Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    stored = Normalize(mean=(0.48510742, 0.4560547, 0.40600586), std=(0.22900391, 0.22399902, 0.22497559))
    assert np.array_equal(preprocess(IMAGE, [Decode(), op], half_constants=True), after(stored))
    assert not np.array_equal(preprocess(IMAGE, [Decode(), op], half_constants=True), after(op))


def test_an_image_is_read_as_grey_when_decode_says_so() -> None:
    assert reads_gray([Decode(gray=True), ToTensor()])
    assert not reads_gray([Decode(), PickChannel(), ToTensor()])
