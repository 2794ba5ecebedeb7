"""Every fused operator, against the same steps written with OpenCV and numpy alone."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.preprocess.strategies import noise, nv12_noise
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.resampling import resample
from vcomp.preprocess.vdsp import VdspOp
from vcomp.preprocess.vdsp_json import read_vdsp
from vcomp.spec import Kernel
from vcomp.spec.op_type import OpType

Pixels = NDArray[Any]
NOWHERE = (1, 1)  # a network's size that an operator which states one never falls back on

RGB, NV12 = noise(47, 61), nv12_noise(48, 62)
WORDS = {"NormaType": "EQUAL", "ResizeType": "BILINEAR_CV", "Padding": [10, 20, 30]}
SIZES = {
    "OimageWidth": 40, "OimageHeight": 30,
    "ResizeWidth": 50, "ResizeHeight": 44,
    "CropX": 4, "CropY": 6, "CropWidth": 20, "CropHeight": 16,
    "PaddingTop": 1, "PaddingBottom": 2, "PaddingLeft": 3, "PaddingRight": 4,
}  # fmt: skip
FORMAT = {"IimageFormat": "RGB_PLANAR", "ColorCvtCode": "RGB2BGR"}


def operator(kind: OpType, **changes: Any) -> VdspOp:
    """As a JSON states it. All operators get all keys: each takes its own."""
    own = {"ColorCvtCode": "YUV2RGB_NV12"} if kind.takes_nv12 else FORMAT
    config = {key: value for key, value in {**WORDS, **SIZES, **own, **changes}.items() if value is not ...}
    return read_vdsp({"OpType": kind.value, "OpConfig": config}, where="here")


def stretched(image: Pixels, height: int, width: int) -> Pixels:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)


def framed(image: Pixels, top: int, bottom: int, left: int, right: int) -> Pixels:
    height, width, _ = image.shape
    frame = np.empty((top + height + bottom, left + width + right, 3), np.uint8)
    frame[...] = (10, 20, 30)
    frame[top : top + height, left : left + width] = image
    return frame


def swapped(image: Pixels) -> Pixels:
    return image[..., ::-1]


def in_rgb(nv12: Pixels) -> Pixels:
    return cv2.cvtColor(nv12, cv2.COLOR_YUV2RGB_NV12)


def stretched_nv12_in_rgb(nv12: Pixels, height: int, width: int) -> Pixels:
    """Both planes stretched; one more column or row of luma where there is an odd one, for OpenCV to take it."""
    rows, columns = nv12.shape[0] // 3 * 2, nv12.shape[1]
    luma = stretched(nv12[:rows], height, width)
    chroma = stretched(nv12[rows:].reshape(rows // 2, columns // 2, 2), (height + 1) // 2, (width + 1) // 2)
    luma = np.pad(luma, ((0, height % 2), (0, width % 2)))
    even = np.vstack([luma, chroma.reshape(chroma.shape[0], -1)])
    return in_rgb(even)[:height, :width]


EXPECTED = {
    OpType.RGB_CVTCOLOR: swapped(RGB),
    OpType.RGB_RESIZE_CVTCOLOR: swapped(stretched(RGB, 30, 40)),
    OpType.RGB_RESIZE_CVTCOLOR_CROP: swapped(stretched(RGB, 44, 50)[6:36, 4:44]),
    OpType.RGB_CROP_RESIZE_CVTCOLOR: swapped(stretched(RGB[6:22, 4:24], 30, 40)),
    OpType.RGB_LETTERBOX_CVTCOLOR: swapped(framed(stretched(RGB, 30, 39), 0, 0, 0, 1)),
    OpType.RGB_LETTERBOX_CVTCOLOR_EXT: swapped(framed(stretched(RGB, 44, 50), 1, 2, 3, 4)),
    OpType.YUV_NV12_RESIZE_2RGB: stretched_nv12_in_rgb(NV12, 30, 40),
    OpType.YUV_NV12_CVTCOLOR_RESIZE: stretched(in_rgb(NV12), 30, 40),
    OpType.YUV_NV12_RESIZE_CVTCOLOR_CROP: stretched_nv12_in_rgb(NV12, 44, 50)[6:36, 4:44],
    OpType.YUV_NV12_CROP_CVTCOLOR_RESIZE: stretched(in_rgb(NV12)[6:22, 4:24], 30, 40),
    OpType.YUV_NV12_CVTCOLOR_RESIZE_CROP: stretched(in_rgb(NV12), 44, 50)[6:36, 4:44],
    OpType.YUV_NV12_CVTCOLOR_LETTERBOX: framed(stretched(in_rgb(NV12), 30, 39), 0, 0, 0, 1),
    OpType.YUV_NV12_LETTERBOX_2RGB: framed(stretched_nv12_in_rgb(NV12, 30, 39), 0, 0, 0, 1),
}


def image_for(kind: OpType) -> Pixels:
    return NV12 if kind.takes_nv12 else RGB


@pytest.mark.parametrize("kind", OpType)
def test_the_steps_are_taken_in_the_order_of_the_words(kind: OpType) -> None:
    made = run_vdsp(operator(kind), image_for(kind), NOWHERE)
    assert made.dtype == np.float16
    assert np.array_equal(made, EXPECTED[kind].transpose(2, 0, 1))


@pytest.mark.parametrize("kind", [kind for kind in OpType if kind not in (OpType.RGB_CVTCOLOR,)])
def test_without_a_size_of_its_own_it_makes_the_networks(kind: OpType) -> None:
    op = operator(kind, OimageWidth=..., OimageHeight=...)
    wanted = op.output_size((26, 24)) or (47, 57)  # EXT makes what its numbers add up to
    assert run_vdsp(op, image_for(kind), (26, 24)).shape == (3, *wanted)


def test_cvtcolor_alone_keeps_the_size_and_needs_no_format() -> None:
    op = operator(OpType.RGB_CVTCOLOR, IimageFormat=..., OimageWidth=..., OimageHeight=..., ResizeType=...)
    assert run_vdsp(op, RGB, NOWHERE).shape == (3, 47, 61)
    assert op.output_size(NOWHERE) is None


@pytest.mark.parametrize("kind", [OpType.YUV_NV12_RESIZE_2RGB, OpType.YUV_NV12_LETTERBOX_2RGB])
def test_2rgb_makes_rgb_without_a_colour_code(kind: OpType) -> None:
    assert np.array_equal(run_vdsp(operator(kind, ColorCvtCode=...), NV12, NOWHERE), EXPECTED[kind].transpose(2, 0, 1))


def test_a_letterbox_to_rgb_makes_bgr_if_its_code_says_so() -> None:
    made = run_vdsp(operator(OpType.YUV_NV12_LETTERBOX_2RGB, ColorCvtCode="YUV2BGR_NV12"), NV12, NOWHERE)
    expected = framed(swapped(stretched_nv12_in_rgb(NV12, 30, 39)), 0, 0, 0, 1)
    assert np.array_equal(made, expected.transpose(2, 0, 1))


def test_nv12_may_be_resized_to_odd_sides() -> None:
    made = run_vdsp(operator(OpType.YUV_NV12_RESIZE_2RGB, OimageWidth=29, OimageHeight=33), NV12, NOWHERE)
    assert np.array_equal(made, stretched_nv12_in_rgb(NV12, 33, 29).transpose(2, 0, 1))


def test_nv12_as_grey_is_its_luma() -> None:
    made = run_vdsp(operator(OpType.YUV_NV12_CVTCOLOR_RESIZE, ColorCvtCode="YUV2GRAY_NV12"), NV12, NOWHERE)
    assert np.array_equal(made[0], stretched(NV12[:48], 30, 40))
    assert made.shape == (1, 30, 40)


def test_the_colour_space_is_the_files() -> None:
    by_default, bt601, bt709 = (
        run_vdsp(operator(OpType.YUV_NV12_CVTCOLOR_RESIZE, ColorSpace=space), NV12, NOWHERE)
        for space in (..., "BT601", "BT709")
    )
    assert np.array_equal(by_default, bt601)
    assert not np.array_equal(bt601, bt709)


@pytest.mark.parametrize("image_format", ["RGB_PLANAR", "BGR_PLANAR", "RGB888", "BGR888"])
@pytest.mark.parametrize("code", ["RGB2BGR", "BGR2RGB"])
def test_either_swap_swaps_whatever_the_format(image_format: str, code: str) -> None:
    op = operator(OpType.RGB_RESIZE_CVTCOLOR, IimageFormat=image_format, ColorCvtCode=code)
    assert np.array_equal(run_vdsp(op, RGB, NOWHERE), EXPECTED[OpType.RGB_RESIZE_CVTCOLOR].transpose(2, 0, 1))


def test_a_grey_image_makes_one_channel() -> None:
    gray = noise(47, 61, 1)
    op = operator(OpType.RGB_RESIZE_CVTCOLOR, IimageFormat="GRAY", ColorCvtCode="NO_CHANGE")
    assert np.array_equal(run_vdsp(op, gray, NOWHERE), stretched(gray, 30, 40)[np.newaxis])


def test_colour_becomes_grey_by_the_code() -> None:
    op = operator(OpType.RGB_RESIZE_CVTCOLOR, ColorCvtCode="RGB2GRAY_PLANAR")
    assert np.array_equal(run_vdsp(op, RGB, NOWHERE)[0], cv2.cvtColor(stretched(RGB, 30, 40), cv2.COLOR_RGB2GRAY))


def test_mean_belongs_to_the_channel_after_the_colour_step() -> None:
    constants = {"NormaType": "MINUSMEAN_DIVSTD", "Mean": [1, 2, 3], "Std": [1, 1, 1]}
    image = np.full((9, 9, 3), (30, 20, 10), np.uint8)
    made = run_vdsp(operator(OpType.RGB_RESIZE_CVTCOLOR, **constants), image, NOWHERE)
    assert made[:, 0, 0].tolist() == [9, 18, 27]


@pytest.mark.parametrize("kernel", Kernel)
def test_the_kernel_is_the_files(kernel: Kernel) -> None:
    made = run_vdsp(operator(OpType.RGB_CROP_RESIZE_CVTCOLOR, ResizeType=kernel.value), RGB, NOWHERE)
    expected = swapped(resample(RGB[6:22, 4:24], 30, 40, kernel))
    assert np.array_equal(made, expected.transpose(2, 0, 1))


def test_a_letterbox_pads_before_its_colour_step() -> None:
    made = run_vdsp(operator(OpType.RGB_LETTERBOX_CVTCOLOR), noise(1, 40), NOWHERE)
    assert made[:, 0, 0].tolist() == [30, 20, 10]


@pytest.mark.parametrize("kind", [OpType.RGB_LETTERBOX_CVTCOLOR, OpType.YUV_NV12_LETTERBOX_2RGB])
def test_a_letterbox_without_padding_is_filled_with_114(kind: OpType) -> None:
    image = nv12_noise(2, 40) if kind.takes_nv12 else noise(1, 40)
    assert (run_vdsp(operator(kind, Padding=...), image, NOWHERE)[:, 0] == 114).all()


def test_a_letterbox_may_repeat_its_edge() -> None:
    made = run_vdsp(operator(OpType.RGB_LETTERBOX_CVTCOLOR, EdgePaddingType="REPLICATE"), noise(1, 40), NOWHERE)
    assert (made == made[:, 15:16]).all()


def test_the_geometry_of_ext_is_replaced_for_each_image() -> None:
    keys = ("ResizeWidth", "ResizeHeight", "PaddingTop", "PaddingBottom", "PaddingLeft", "PaddingRight")
    op = operator(OpType.RGB_LETTERBOX_CVTCOLOR_EXT, **dict.fromkeys(keys, ...)).with_letterbox(17, 11, 5, 0, 2, 1)
    expected = swapped(framed(stretched(RGB, 11, 17), 5, 0, 2, 1))
    assert np.array_equal(run_vdsp(op, RGB, NOWHERE), expected.transpose(2, 0, 1))


@pytest.mark.parametrize("kind", [kind for kind in OpType if kind.name.endswith("CROP")])
def test_the_crop_and_its_resize_are_replaced_for_each_image(kind: OpType) -> None:
    op = operator(kind).with_crop_resize(2, 3, 45, 41)
    assert op == replace(op, resize=(41, 45), crop=(3, 2))
    whole = (
        stretched_nv12_in_rgb(NV12, 41, 45) if "RESIZE_CVTCOLOR_CROP" in kind.name else stretched(in_rgb(NV12), 41, 45)
    )
    expected = whole if kind.takes_nv12 else swapped(stretched(RGB, 41, 45))
    assert np.array_equal(run_vdsp(op, image_for(kind), NOWHERE), expected[3:33, 2:42].transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("kind", "method", "numbers", "says"),
    [
        (OpType.RGB_RESIZE_CVTCOLOR, "with_letterbox", (8, 8, 0, 0, 0, 0), "takes no rgb_letterbox_ext"),
        (
            OpType.RGB_LETTERBOX_CVTCOLOR_EXT,
            "with_letterbox",
            (0, 8, 0, 0, 0, 0),
            "expected a width and a height from 1",
        ),
        (
            OpType.RGB_LETTERBOX_CVTCOLOR_EXT,
            "with_letterbox",
            (8, 8, 0, -1, 0, 0),
            "top, bottom, left and right from 0",
        ),
        (OpType.RGB_CROP_RESIZE_CVTCOLOR, "with_crop_resize", (0, 0, 8, 8), "takes no crop_resize_ext"),
        (OpType.RGB_RESIZE_CVTCOLOR_CROP, "with_crop_resize", (-1, 0, 8, 8), "expected the crop's x and y from 0"),
        (OpType.RGB_RESIZE_CVTCOLOR_CROP, "with_crop_resize", (0, 0, 8, 0), "width and height to resize to from 1"),
    ],
)
def test_geometry_that_an_operator_cannot_take_is_refused(
    kind: OpType, method: str, numbers: tuple[int, ...], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        getattr(operator(kind), method)(*numbers)


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (OpType.RGB_RESIZE_CVTCOLOR_CROP, {"ResizeWidth": ..., "ResizeHeight": ...}, "no ResizeWidth and ResizeHeight"),
        (OpType.RGB_RESIZE_CVTCOLOR_CROP, {"CropX": ..., "CropY": ...}, "no CropX and CropY"),
        (OpType.RGB_CROP_RESIZE_CVTCOLOR, {"CropWidth": ..., "CropHeight": ...}, "no CropWidth and CropHeight"),
        (OpType.RGB_LETTERBOX_CVTCOLOR_EXT, {"ResizeWidth": ..., "ResizeHeight": ...}, "no ResizeWidth"),
        (OpType.RGB_RESIZE_CVTCOLOR_CROP, {"CropX": 11}, "lies outside the image of 44×50"),
        (OpType.RGB_CROP_RESIZE_CVTCOLOR, {"CropWidth": 60}, "lies outside the image of 47×61"),
        (OpType.YUV_NV12_CROP_CVTCOLOR_RESIZE, {"CropX": 3}, "use even numbers"),
        (OpType.YUV_NV12_CVTCOLOR_RESIZE, {"ColorCvtCode": "NO_CHANGE"}, "NO_CHANGE leaves NV12"),
        (OpType.YUV_NV12_CVTCOLOR_RESIZE, {"ColorCvtCode": "RGB2BGR"}, "the image is NV12"),
        (OpType.RGB_CVTCOLOR, {"ColorCvtCode": "YUV2RGB_NV12"}, "the image has 3 channels"),
    ],
)
def test_what_cannot_run_says_why(kind: OpType, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        run_vdsp(operator(kind, **changes), image_for(kind), NOWHERE)


@pytest.mark.parametrize(
    ("kind", "changes", "image"),
    [
        (OpType.RGB_RESIZE_CVTCOLOR, {}, noise(8, 8, 1)),
        (OpType.RGB_RESIZE_CVTCOLOR, {}, NV12),
        (OpType.RGB_RESIZE_CVTCOLOR, {"IimageFormat": "GRAY"}, RGB),
        (OpType.YUV_NV12_CVTCOLOR_RESIZE, {}, RGB),
    ],
)
def test_an_image_of_another_kind_is_refused(kind: OpType, changes: dict[str, Any], image: Pixels) -> None:
    with pytest.raises(ValueError, match=r"^an array of shape .* is no "):
        run_vdsp(operator(kind, **changes), image, NOWHERE)


def test_the_image_given_is_not_changed() -> None:
    for kind in OpType:
        before = image_for(kind).copy()
        run_vdsp(operator(kind), image_for(kind), NOWHERE)
        assert np.array_equal(image_for(kind), before)
