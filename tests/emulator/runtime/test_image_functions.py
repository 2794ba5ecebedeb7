"""The functions on images: what scripts call, positionally and by name, against OpenCV and numpy."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import (
    ImageColorSpace,
    ImageFlipType,
    ImageFormat,
    ImagePaddingType,
    ImageResizeType,
    ImageWarpAffineMode,
)
from vcomp.emulator.runtime.image_functions import (
    batch_crop_resize,
    crop,
    cvtcolor,
    resize,
    resize_copy_make_border,
    scale,
    warpaffine,
    yuvflip,
)
from vcomp.emulator.runtime.images import Image, create_image

RGB = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
YUV = np.random.default_rng(1).integers(0, 256, (18, 16), np.uint8)
BILINEAR = ImageResizeType.BILINEAR_CV
CONSTANT = ImagePaddingType.PADDING_TYPE_CONSTANT


def image(format: ImageFormat) -> Image:
    """RGB in a format; for NV12, YUV."""
    arrays = {
        ImageFormat.RGB_PLANAR: RGB.transpose(2, 0, 1),
        ImageFormat.BGR_PLANAR: RGB[..., ::-1].transpose(2, 0, 1),
        ImageFormat.RGB_INTERLEAVE: RGB,
        ImageFormat.BGR_INTERLEAVE: RGB[..., ::-1],
        ImageFormat.GRAY: cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY),
        ImageFormat.YUV_NV12: YUV,
    }
    return create_image(arrays[format], format, 16, 12)


def seen(shown: Image) -> NDArray[Any]:
    """The pixels of an image as RGB, or as grey in three channels."""
    match shown.format:
        case ImageFormat.YUV_NV12:
            return cv2.cvtColor(shown.numpy(), cv2.COLOR_YUV2RGB_NV12)
        case ImageFormat.GRAY:
            return cv2.cvtColor(shown.numpy(), cv2.COLOR_GRAY2RGB)
        case ImageFormat.RGB_PLANAR | ImageFormat.BGR_PLANAR:
            pixels = shown.numpy().transpose(1, 2, 0)
        case _:
            pixels = shown.numpy()
    return pixels if shown.format in (ImageFormat.RGB_PLANAR, ImageFormat.RGB_INTERLEAVE) else pixels[..., ::-1]


@pytest.mark.parametrize("source", ImageFormat)
@pytest.mark.parametrize("target", ImageFormat)
def test_cvtcolor_makes_any_format_of_any(source: ImageFormat, target: ImageFormat) -> None:
    before, after = image(source), cvtcolor(image(source), target)
    assert (after.format, after.width, after.height) == (target, 16, 12)
    if target is ImageFormat.GRAY and source is not ImageFormat.GRAY:
        code = cv2.COLOR_YUV2GRAY_NV12 if source is ImageFormat.YUV_NV12 else cv2.COLOR_RGB2GRAY
        given = YUV if source is ImageFormat.YUV_NV12 else RGB
        assert np.array_equal(after.numpy(), cv2.cvtColor(given, code))
    elif target is not ImageFormat.YUV_NV12:
        assert np.array_equal(seen(after), seen(before))
    elif source not in (ImageFormat.YUV_NV12, ImageFormat.GRAY):
        assert np.array_equal(after.numpy()[:12], cv2.cvtColor(RGB, cv2.COLOR_RGB2YUV_I420)[:12])


def test_cvtcolor_takes_a_colour_space() -> None:
    yuv = image(ImageFormat.YUV_NV12)
    plain = cvtcolor(yuv, ImageFormat.RGB_PLANAR).numpy()
    bt601, bt709 = (
        cvtcolor(yuv, ImageFormat.RGB_PLANAR, space).numpy()
        for space in (ImageColorSpace.COLOR_SPACE_BT601, ImageColorSpace.COLOR_SPACE_BT709)
    )
    assert np.array_equal(plain, bt601)
    assert not np.array_equal(plain, bt709)


@pytest.mark.parametrize("format", ImageFormat)
def test_resize_stretches_any_format(format: ImageFormat) -> None:
    before, after = image(format), resize(image(format), BILINEAR, resize_width=20, resize_height=6)
    assert (after.format, after.width, after.height) == (format, 20, 6)
    if format is not ImageFormat.YUV_NV12:
        assert np.array_equal(seen(after), cv2.resize(seen(before), (20, 6)))
    else:
        assert np.array_equal(after.numpy()[:6], cv2.resize(YUV[:12], (20, 6)))


def test_resize_by_position_and_by_pillow() -> None:
    after = resize(image(ImageFormat.RGB_PLANAR), ImageResizeType.HAMMING_PILLOW, 7, 5)
    expected = PillowImage.fromarray(RGB).resize((7, 5), PillowImage.Resampling.HAMMING)
    assert np.array_equal(seen(after), np.asarray(expected))


@pytest.mark.parametrize("format", ImageFormat)
def test_crop_cuts_x_y_width_height(format: ImageFormat) -> None:
    assert np.array_equal(seen(crop(image(format), (4, 2, 10, 6))), seen(image(format))[2:8, 4:14])


def test_crop_takes_numbers_of_numpy() -> None:
    assert crop(image(ImageFormat.RGB_PLANAR), np.asarray([1, 2, 3, 4])).shape == (3, 4, 3)


def test_resize_copy_make_border_makes_the_final_size() -> None:
    made = resize_copy_make_border(
        image=image(ImageFormat.BGR_INTERLEAVE),
        resize_type=BILINEAR,
        resize_width=20,
        resize_height=30,
        padding_type=CONSTANT,
        padding_values=[10, 20, 30],
        padding_edges=(1, 2, 3, 4),
    )
    assert made.shape == (30, 20, 3)
    assert made.numpy()[0, 0].tolist() == [10, 20, 30]
    assert np.array_equal(seen(made)[1:28, 3:16], cv2.resize(RGB, (13, 27)))


@pytest.mark.parametrize(
    ("kind", "border"),
    [
        (ImagePaddingType.PADDING_TYPE_REPLICATE, cv2.BORDER_REPLICATE),
        (ImagePaddingType.PADDING_TYPE_REFLECT, cv2.BORDER_REFLECT),
    ],
)
@pytest.mark.parametrize("format", [ImageFormat.RGB_PLANAR, ImageFormat.GRAY])
def test_resize_copy_make_border_may_continue_the_picture(
    format: ImageFormat, kind: ImagePaddingType, border: int
) -> None:
    made = resize_copy_make_border(image(format), BILINEAR, 21, 14, kind, (0, 0, 0), (1, 1, 2, 3))
    assert np.array_equal(seen(made), cv2.copyMakeBorder(seen(image(format)), 1, 1, 2, 3, border))


def test_batch_crop_resize_makes_an_image_of_each_rectangle() -> None:
    rects = [[0, 0, 4, 4], [2, 6, 10, 6]]
    for format in ImageFormat:
        made = batch_crop_resize(image(format), rects, BILINEAR, resize_width=8, resize_height=6)
        assert [(part.width, part.height, part.format) for part in made] == [(8, 6, format)] * 2
        whole = image(format)
        assert np.array_equal(made[1].numpy(), resize(crop(whole, rects[1]), BILINEAR, 8, 6).numpy())


def test_scale_makes_an_image_of_each_size() -> None:
    yuv = image(ImageFormat.YUV_NV12)
    made = scale(yuv, ImageResizeType.BILINEAR, [(8, 6), (32, 24)])
    assert [(one.width, one.height) for one in made] == [(8, 6), (32, 24)]
    assert np.array_equal(made[1].numpy(), resize(yuv, ImageResizeType.BILINEAR, 32, 24).numpy())


@pytest.mark.parametrize(
    ("mode", "flags"),
    [
        (ImageWarpAffineMode.WARP_AFFINE_MODE_NEAREST, cv2.INTER_NEAREST),
        (ImageWarpAffineMode.WARP_AFFINE_MODE_BILINEAR, cv2.INTER_LINEAR),
    ],
)
def test_warpaffine_moves_pixels_as_opencv_does(mode: ImageWarpAffineMode, flags: int) -> None:
    matrix = [[0.9, -0.2, 3], [0.1, 1.2, -1]]
    for format in (ImageFormat.RGB_PLANAR, ImageFormat.BGR_INTERLEAVE, ImageFormat.GRAY):
        made = warpaffine(image(format), matrix=matrix, mode=mode, border_mode=CONSTANT, value=[9, 9, 9])
        expected = cv2.warpAffine(seen(image(format)), np.asarray(matrix), (16, 12), flags=flags, borderValue=[9] * 3)
        assert np.array_equal(seen(made), expected)
    yuv = warpaffine(image(ImageFormat.YUV_NV12), matrix=matrix, mode=mode, border_mode=CONSTANT, value=[9, 9, 9])
    expected = cv2.warpAffine(YUV[:12], np.asarray(matrix), (16, 12), flags=flags, borderValue=9)
    assert np.array_equal(yuv.numpy()[:12], expected)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ImageFlipType.FLIP_TYPE_X_AXIS, 0),
        (ImageFlipType.FLIP_TYPE_Y_AXIS, 1),
        (ImageFlipType.FLIP_TYPE_BOTH_AXES, -1),
    ],
)
def test_yuvflip_turns_the_picture(kind: ImageFlipType, code: int) -> None:
    yuv = image(ImageFormat.YUV_NV12)
    assert np.array_equal(seen(yuvflip(yuv, kind)), cv2.flip(seen(yuv), code))


def test_what_a_function_was_given_stays_as_it_was() -> None:
    for format in ImageFormat:
        given = image(format)
        before = given.numpy()
        cvtcolor(given, format), resize(given, BILINEAR, 8, 6), crop(given, (0, 0, 4, 4))
        assert np.array_equal(given.numpy(), before)


NV12, PLANAR = image(ImageFormat.YUV_NV12), image(ImageFormat.RGB_PLANAR)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: resize(RGB, BILINEAR, 4, 4), "resize got a ndarray"),
        (lambda: yuvflip(RGB, ImageFlipType.FLIP_TYPE_X_AXIS), "yuvflip got a ndarray"),
        (lambda: cvtcolor(PLANAR, "RGB"), "is no ImageFormat"),
        (lambda: cvtcolor(PLANAR, ImageFormat.GRAY, 7), "is no ImageColorSpace"),
        (lambda: cvtcolor(crop(PLANAR, (0, 0, 3, 4)), ImageFormat.YUV_NV12), "both sides must be even"),
        (lambda: resize(PLANAR, ImageResizeType.NO_RESIZE, 4, 4), "a resize by NO_RESIZE"),
        (lambda: resize(PLANAR, BILINEAR, 0, 4), "width 0 and height 4"),
        (lambda: resize(PLANAR, BILINEAR, 1 << 20, 4), "both from 1 to 65536"),
        (lambda: resize(PLANAR, BILINEAR, 4.5, 4), "expected 2 integers: resize_width and resize_height"),
        (lambda: resize(NV12, BILINEAR, 5, 4), "both sides are even"),
        (lambda: crop(PLANAR, (0, 0, 4)), "expected 4 integers: x, y, width and height"),
        (lambda: crop(PLANAR, None), "the rectangle is None"),
        (lambda: crop(PLANAR, (8, 0, 9, 4)), "lies outside the image of 12×16"),
        (lambda: crop(NV12, (1, 0, 4, 4)), "use even numbers"),
        (lambda: bordered(padding_edges=(6, 6, 0, 0)), "leaves nothing of 12×16"),
        (lambda: bordered(padding_edges=(0, 0, 0)), "expected 4 integers: top, bottom, left and right"),
        (lambda: bordered(padding_edges=(-1, 0, 0, 0)), "cannot have -1"),
        (lambda: bordered(padding_values=[1, 2, 300]), "expected integers from 0 to 255"),
        (lambda: bordered(padding_values=114), "expected 3 integers"),
        (lambda: bordered(padding_type=9), "is no ImagePaddingType"),
        (lambda: batch_crop_resize(PLANAR, [], BILINEAR, 4, 4), "0 rectangles were given"),
        (lambda: batch_crop_resize(PLANAR, [(0, 0, 1, 1)] * 257, BILINEAR, 4, 4), "a list of 1 to 256"),
        (lambda: scale(NV12, BILINEAR, [(4, 4)] * 17), "a list of 1 to 16"),
        (lambda: scale(NV12, BILINEAR, [4, 4]), "expected 2 integers: width and height"),
        (lambda: warpaffine(PLANAR, matrix=[[1, 0], [0, 1]]), "expected 2×3 numbers"),
        (lambda: warpaffine(PLANAR, matrix=[[1, 0, float("nan")], [0, 1, 0]]), "expected 2×3 numbers"),
        (lambda: warpaffine(PLANAR, matrix="ab"), "the matrix is 'ab'"),
        (lambda: warpaffine(PLANAR, np.eye(2, 3), border_mode=2), "expected PADDING_TYPE_CONSTANT"),
        (lambda: yuvflip(PLANAR, ImageFlipType.FLIP_TYPE_X_AXIS), "convert it with cvtcolor"),
    ],
)
def test_wrong_use_is_told_and_is_never_a_value_error(call: Callable[[], object], says: str) -> None:
    with pytest.raises(EmulatorError) as caught:
        call()
    assert says in str(caught.value)
    assert not isinstance(caught.value, ValueError)


def bordered(**changes: Any) -> Image:
    arguments = {
        "resize_type": BILINEAR,
        "resize_width": 16,
        "resize_height": 12,
        "padding_type": CONSTANT,
        "padding_values": [0, 0, 0],
        "padding_edges": (0, 0, 0, 0),
    }
    return resize_copy_make_border(PLANAR, **{**arguments, **changes})
