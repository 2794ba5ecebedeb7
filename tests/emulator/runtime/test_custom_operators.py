"""Custom operators as scripts call them, each compared with a plain computation of the same thing."""

import ctypes
import math
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import ImageFormat, TypeFlag
from vcomp.emulator.runtime.custom_operators import CustomOperator
from vcomp.emulator.runtime.images import create_image
from vcomp.emulator.runtime.tensors import Tensor, as_numpy, from_numpy

HALF = TypeFlag.FLOAT16


def random_half(*shape: int, seed: int = 0) -> NDArray[np.float16]:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float16)


def integers(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def run(name: str, tensors: Any, config: Any, *output_info: Any) -> list[NDArray[Any]]:
    return [as_numpy(tensor) for tensor in CustomOperator(name).run_sync(tensors, config, list(output_info))]


# -- the class -------------------------------------------------------------------------------------------------------


def test_the_machine_code_may_be_missing(tmp_path: Path) -> None:
    assert CustomOperator(op_name="planar_argmax", elf_file_path=str(tmp_path / "none")).op_name == "planar_argmax"
    assert CustomOperator("planar_argmax", tmp_path / "none").op_name == "planar_argmax"


def test_an_operator_of_another_name_is_told_those_that_are_emulated() -> None:
    with pytest.raises(EmulatorError, match="opf_normalize, opf_space_to_depth_out_matrix") as caught:
        CustomOperator("opf_normalise")
    assert "did you mean 'opf_normalize'?" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("custom_op_pointpillar", "addresses of the card's memory"),
        ("brightness", "unpublished"),
        ("norma_tensor_3ch", "unpublished"),
        ("custom_op_tensor2image", "unpublished"),
    ],
)
def test_what_cannot_be_emulated_is_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(EmulatorError, match=reason):
        CustomOperator(name)


def test_the_two_step_form_gives_the_same() -> None:
    image = from_numpy(np.arange(48, dtype=np.uint8).reshape(3, 4, 4))
    config = normalize_config(4, 4, 3, 4)
    info = [((3, 4, 4), HALF)]
    [once] = CustomOperator("opf_normalize").run_sync(tensors=[image], config=config, output_info=info)
    older = CustomOperator("opf_normalize")
    older.set_callback_info([[3, 4, 4]], [[3, 4, 4]])
    older.set_config(config_bytes=config + b"more", config_size=len(config))
    [twice] = older.execute(tensors=[image], output_info=info)
    assert np.array_equal(as_numpy(once), as_numpy(twice))


def test_the_config_may_be_a_ctypes_structure() -> None:
    class Contours(ctypes.Structure):
        _fields_ = (("w", ctypes.c_int32), ("h", ctypes.c_int32), ("p", ctypes.c_int32), ("t", ctypes.c_float))

    map_ = from_numpy(random_half(1, 1, 5, 6))
    structure = Contours(6, 5, 6, 0.25)
    forms = [structure, bytes(structure), bytearray(bytes(structure))]
    bitmaps = [run("find_contours", [map_], form, *contour_info())[3] for form in forms]
    assert all(np.array_equal(bitmap, bitmaps[0]) for bitmap in bitmaps)


@pytest.mark.parametrize(
    ("tensors", "config", "info", "says"),
    [
        ([np.zeros((3, 4, 4))], b"", [((4, 4), HALF)], "tensors holds a ndarray"),
        ([[from_numpy(np.zeros((3, 4, 4)))]], b"", [((4, 4), HALF)], "tensors holds a list"),
        ([from_numpy(np.zeros((3, 4, 4)))], 5, [((4, 4), HALF)], "the config is a int"),
        ([from_numpy(np.zeros((3, 4, 4)))], b"", [(4, 4)], "output_info is"),
        ([from_numpy(np.zeros((3, 4, 4)))], b"", [((4, 0), HALF)], "output_info is"),
        ([from_numpy(np.zeros((3, 4, 4)))], b"", [((4, 3), HALF)], "does not fit"),
        ([from_numpy(np.zeros((4, 4)))], b"", [((4, 4), HALF)], "the input has shape"),
        ([create_image(np.zeros((4, 4), np.uint8), ImageFormat.GRAY, 4, 4)], b"", [((4, 4), HALF)], "a tensor"),
        ([from_numpy(np.zeros((3, 4, 4)))] * 2, b"", [((4, 4), HALF)], "tensors holds 2"),
    ],
)
def test_what_an_operator_cannot_take_is_an_error_that_names_it(
    tensors: Any, config: Any, info: Any, says: str
) -> None:
    with pytest.raises(EmulatorError, match=says) as caught:
        CustomOperator("planar_argmax").run_sync(tensors, config, info)
    assert "planar_argmax" in str(caught.value)


# -- opf_normalize ---------------------------------------------------------------------------------------------------

MEAN, STD = (14275, 14156, 13951), (13140, 13099, 13107)  # ImageNet's, as bits of fp16


def normalize_config(width: int, height: int, channels: int, norma: int, std: tuple[int, ...] = STD) -> bytes:
    sizes = struct.pack("<7Ii", width, height, width, height, width, height, channels, norma)
    return sizes + struct.pack("<8H", *MEAN, 0, *std, 0)


def normalized(image: NDArray[np.uint8], norma: int) -> NDArray[np.float64]:
    """The published formulas, in double precision; C×H×W."""
    mean, std = (np.array(bits, np.uint16).view(np.float16).astype(float)[:, None, None] for bits in (MEAN, STD))
    x = image.astype(float)
    results: list[NDArray[np.float64]] = [x, (x - mean) / std, (x / 255 - mean) / std, x / 127.5 - 1, x / 255]
    return results[norma]


@pytest.mark.parametrize("norma", range(5))
def test_pixels_become_numbers_by_the_published_formula(norma: int) -> None:
    image = np.random.default_rng(norma).integers(0, 256, (3, 6, 8), np.uint8)
    [result] = run("opf_normalize", [from_numpy(image)], normalize_config(8, 6, 3, norma), ((1, 3, 6, 8), HALF))
    assert (result.dtype, result.shape) == (np.float16, (1, 3, 6, 8))
    np.testing.assert_allclose(result[0], normalized(image, norma), rtol=1e-3, atol=1e-3)


def test_an_image_is_normalised_in_whatever_layout_it_comes() -> None:
    planes = np.random.default_rng(1).integers(0, 256, (3, 6, 8), np.uint8)
    pixels = np.ascontiguousarray(planes.transpose(1, 2, 0))
    inputs = [
        from_numpy(planes),
        from_numpy(planes[np.newaxis]),
        from_numpy(pixels),
        create_image(planes, ImageFormat.RGB_PLANAR, 8, 6, 0),
        create_image(pixels, ImageFormat.BGR_INTERLEAVE, 8, 6, 0),
    ]
    results = [run("opf_normalize", [item], normalize_config(8, 6, 3, 2), ((3, 6, 8), HALF))[0] for item in inputs]
    assert all(np.array_equal(result, results[0]) for result in results)


def test_one_channel_takes_the_first_mean_and_std() -> None:
    plane = np.arange(48, dtype=np.uint8).reshape(1, 6, 8)
    [result] = run("opf_normalize", [from_numpy(plane)], normalize_config(8, 6, 1, 2), ((1, 6, 8), HALF))
    np.testing.assert_allclose(result, normalized(plane.repeat(3, 0), 2)[:1], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (b"", "the config has 0 bytes"),
        (normalize_config(8, 6, 3, 5), "norma_type 5"),
        (normalize_config(8, 6, 2, 0), "2 channels"),
        (normalize_config(8, 6, 3, 1, std=(0, 0, 0)), "std is"),
        (normalize_config(6, 8, 3, 0), "height 8, width 6"),
    ],
)
def test_a_config_that_does_not_fit_the_image_is_an_error(config: bytes, says: str) -> None:
    with pytest.raises(EmulatorError, match=says):
        run("opf_normalize", [from_numpy(np.zeros((3, 6, 8), np.uint8))], config, ((3, 6, 8), HALF))


# -- opf_space_to_depth_out_matrix -----------------------------------------------------------------------------------


def depth_config(channels: int, height: int, width: int, side: int, aligned: tuple[int, int]) -> bytes:
    rows, columns = height // side * (width // side), channels * side * side
    return integers(width, height, channels, width, height, side, side, columns, rows, aligned[1], aligned[0])


@given(st.sampled_from([2, 4, 7, 16]), st.integers(1, 4), st.integers(1, 4))
def test_rows_times_a_convolutions_weights_are_the_convolution(side: int, down: int, across: int) -> None:
    image = random_half(3, side * down, side * across)
    aligned = (down * across + 5, 3 * side * side + 7)
    config = depth_config(*image.shape, side, aligned)  # type: ignore[arg-type]
    [matrix] = run("opf_space_to_depth_out_matrix", [from_numpy(image)], config, (aligned, TypeFlag.FLOAT32))
    weights = torch.from_numpy(random_half(4, 3, side, side, seed=1).astype(np.float32))
    wanted = torch.conv2d(torch.from_numpy(image.astype(np.float32))[None], weights, stride=side)[0].flatten(1).T
    rows = torch.from_numpy(matrix[: down * across, : 3 * side * side])
    torch.testing.assert_close(rows @ weights.flatten(1).T, wanted, rtol=1e-4, atol=1e-4)
    assert np.count_nonzero(matrix) == np.count_nonzero(image)


def test_the_matrix_means_the_image_to_a_network() -> None:
    image = random_half(1, 3, 224, 224)
    config = depth_config(3, 224, 224, 16, (208, 1024))
    operator = CustomOperator("opf_space_to_depth_out_matrix")
    [matrix] = operator.run_sync([from_numpy(image)], config, [((208, 1024), HALF)])
    assert matrix.shape == [208, 1024]
    assert np.array_equal(matrix.logical, image[0])


@pytest.mark.parametrize("config", [integers(224, 224, 3, 16, 16), integers(8, 8, 3, 2, 16, 12, 4, 48), b"abc"])
def test_a_config_that_leaves_the_patch_open_is_an_error(config: bytes) -> None:
    with pytest.raises(EmulatorError, match="integers"):
        run("opf_space_to_depth_out_matrix", [from_numpy(random_half(3, 8, 8))], config, ((64, 64), HALF))


# -- tensorize_op, planar_argmax -------------------------------------------------------------------------------------


def test_a_tensorized_array_means_what_it_meant() -> None:
    array = random_half(1, 5, 6, 7).astype(np.float32)
    [tensor] = CustomOperator("tensorize_op").run_sync([from_numpy(array)], b"any", [((1, 1, 1, 2, 256), HALF)])
    assert (tensor.shape, tensor.dtype) == ([1, 1, 1, 2, 256], np.float16)
    assert np.array_equal(tensor.logical, array.astype(np.float16))
    assert np.array_equal(np.sort(tensor.numpy()[tensor.numpy() != 0]), np.sort(array[array != 0].ravel()))


def test_argmax_is_the_class_of_each_pixel() -> None:
    scores = random_half(1, 19, 8, 10)
    [classes] = run("planar_argmax", [from_numpy(scores)], None, ((1, 8, 12), TypeFlag.UINT16))
    wanted = torch.from_numpy(scores.astype(np.float32))[0].argmax(0).numpy()
    assert classes.dtype == np.uint16
    assert np.array_equal(classes[0, :, :10], wanted)
    assert not classes[0, :, 10:].any()


# -- find_contours ---------------------------------------------------------------------------------------------------


def contour_info(points: int = 100, contours: int = 10, height: int = 5, width: int = 6) -> list[Any]:
    return [
        ((points, 2), TypeFlag.INT16),
        ((contours, 5), TypeFlag.UINT32),
        ((1,), TypeFlag.UINT32),
        ((height, width), TypeFlag.UINT8),
    ]


def rectangles() -> NDArray[np.float16]:
    """Two of them: x from 2 to 8 and y from 3 to 5; x from 10 to 14 and y from 1 to 7."""
    map_ = np.full((1, 1, 12, 20), 0.125, np.float16)
    map_[..., 3:6, 2:9] = 0.75
    map_[..., 1:8, 10:15] = 0.5
    return map_


def contours(points: int, contours: int, threshold: float = 0.25) -> list[NDArray[Any]]:
    config = struct.pack("<3if", 20, 12, 20, threshold)
    return run("find_contours", [from_numpy(rectangles())], config, *contour_info(points, contours, 12, 20))


def test_contours_are_the_outlines_of_what_is_bright() -> None:
    points, rows, count, bitmap = contours(100, 10)
    assert [array.dtype for array in (points, rows, count, bitmap)] == [np.int16, np.uint32, np.uint32, np.uint8]
    assert count.tolist() == [2]
    assert sorted(rows[:2].tolist()) == [[4, 2, 3, 7, 3], [4, 10, 1, 5, 7]]
    assert not rows[2:].any()
    assert np.array_equal(bitmap, np.where(rectangles()[0, 0] > 0.25, 255, 0))
    filled = np.zeros((12, 20), np.uint8)
    cv2.fillPoly(filled, [points[:4].astype(np.int32), points[4:8].astype(np.int32)], 255)
    assert np.array_equal(filled, bitmap)
    assert not points[8:].any()


def test_only_what_is_above_the_threshold_counts() -> None:
    assert contours(100, 10, threshold=0.5)[2].tolist() == [1]
    assert contours(100, 10, threshold=0.75)[2].tolist() == [0]


@pytest.mark.parametrize(("room", "rows"), [(7, 10), (100, 1)])
def test_contours_without_room_are_left_out(room: int, rows: int) -> None:
    points, _, count, _ = contours(room, rows)
    assert count.tolist() == [1]
    assert not points[4:].any()


def test_rows_of_the_map_may_be_as_long_as_the_pitch() -> None:
    wide = np.full((12, 24), 0.75, np.float16)
    wide[:, :20] = rectangles()[0, 0]
    config = struct.pack("<3if", 20, 12, 24, 0.25)
    [*_, bitmap] = run("find_contours", [from_numpy(wide)], config, *contour_info(100, 10, 12, 20))
    assert np.array_equal(bitmap, contours(100, 10)[3])


@pytest.mark.parametrize("config", [b"", struct.pack("<3if", 19, 12, 19, 0.5), struct.pack("<3if", 20, 11, 20, 0.5)])
def test_a_map_of_another_size_is_an_error(config: bytes) -> None:
    with pytest.raises(EmulatorError, match="find_contours"):
        run("find_contours", [from_numpy(rectangles())], config, *contour_info(100, 10, 12, 20))


# -- yolov8_seg_op ---------------------------------------------------------------------------------------------------

MODEL, PROTOTYPES = (32, 48), (8, 12)


def segmentation_config(image: tuple[int, int], retina: int, most: int = 10, k: int = 32) -> bytes:
    sizes = [number for size in (MODEL, PROTOTYPES, image) for number in (*size, *size)]
    return integers(*sizes, k, retina, most)


def objects(count: int, capacity: int = 6) -> list[Tensor]:
    """A network's five outputs with so many objects on its input, the rest filled with -1."""
    generator = np.random.default_rng(5)
    corners = np.sort(generator.uniform(-2, 50, (capacity, 2, 2)), axis=1) * (1, MODEL[0] / MODEL[1])
    outputs = [
        generator.integers(0, 80, (capacity, 1)),
        generator.uniform(0, 1, (capacity, 1)),
        corners.reshape(capacity, 4),
        generator.normal(0, 1, (capacity, 32)),
    ]
    for output in outputs:
        output[count:] = -1
    prototypes = generator.normal(0, 1, (1, 32, *PROTOTYPES))
    return [from_numpy(array.astype(np.float16)[np.newaxis]) for array in outputs] + [
        from_numpy(prototypes.astype(np.float16))
    ]


def segmentation_info(height: int, width: int, capacity: int = 6) -> list[Any]:
    shapes = [((capacity, 1), HALF), ((capacity, 1), HALF), ((capacity, 4), TypeFlag.FLOAT32)]
    return [*shapes, ((capacity, height, width), TypeFlag.UINT8), ((2,), TypeFlag.UINT32), ((64,), HALF)]


def place(image: tuple[int, int]) -> tuple[int, int, int, int]:
    """The resized height and width, top and left of a centred letterbox."""
    ratio = min(MODEL[0] / image[0], MODEL[1] / image[1])
    height, width = (math.floor(side * ratio + 0.5) for side in image)
    return height, width, (MODEL[0] - height) // 2, (MODEL[1] - width) // 2


def slow_probability(small: NDArray[np.float64], y: float, x: float) -> float:
    """A map's value at a place in its own cells, bilinearly, its edge going on outside."""
    y, x = min(max(y, 0), small.shape[0] - 1), min(max(x, 0), small.shape[1] - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, small.shape[0] - 1), min(left + 1, small.shape[1] - 1)
    above = small[top, left] * (1 - (x - left)) + small[top, right] * (x - left)
    below = small[bottom, left] * (1 - (x - left)) + small[bottom, right] * (x - left)
    return float(above * (1 - (y - top)) + below * (y - top))


def slow_objects(inputs: list[Tensor], count: int, image: tuple[int, int], retina: bool) -> tuple[Any, Any]:
    """Boxes on the image, and the probability of each pixel of each mask, 0 outside its box. Pixel by pixel."""
    boxes, coefficients, prototypes = (as_numpy(inputs[at]).astype(float)[0] for at in (2, 3, 4))
    height, width, top, left = place(image)
    target = image if retina else MODEL
    moved, masks = [], np.zeros((count, *target))
    for mask, box, factors in zip(masks, boxes[:count], coefficients, strict=False):
        small = 1 / (1 + np.exp(-sum(factor * plane for factor, plane in zip(factors, prototypes, strict=True))))
        xs = [min(max((x - left) * image[1] / width, 0), image[1]) for x in box[0::2]]
        ys = [min(max((y - top) * image[0] / height, 0), image[0]) for y in box[1::2]]
        moved.append([xs[0], ys[0], xs[1], ys[1]])
        x0, y0, x1, y1 = moved[-1] if retina else box
        for y, x in np.ndindex(*target):
            if x0 <= x < x1 and y0 <= y < y1:
                on_model = ((y + 0.5) * height / image[0] + top, (x + 0.5) * width / image[1] + left)
                my, mx = on_model if retina else (y + 0.5, x + 0.5)
                mask[y, x] = slow_probability(small, my / 4 - 0.5, mx / 4 - 0.5)
    return moved, masks


@pytest.mark.parametrize("image", [(32, 48), (20, 50), (61, 33), (8, 12)])
@pytest.mark.parametrize("retina", [False, True])
def test_objects_get_the_boxes_and_masks_of_the_plain_formula(image: tuple[int, int], retina: bool) -> None:
    inputs = objects(4)
    size = image if retina else MODEL
    result = run("yolov8_seg_op", inputs, segmentation_config(image, int(retina)), *segmentation_info(*size))
    classes, scores, boxes, masks, count, buffer = result
    wanted_boxes, probabilities = slow_objects(inputs, 4, image, retina)
    assert count.tolist() == [4, 0]
    assert np.array_equal(classes[:4], as_numpy(inputs[0])[0, :4])
    assert np.array_equal(scores[:4], as_numpy(inputs[1])[0, :4])
    np.testing.assert_allclose(boxes[:4], wanted_boxes, atol=1e-3)
    clear = np.abs(probabilities - 0.5) > 1e-4
    assert np.array_equal(masks[:4][clear], (probabilities > 0.5)[clear])
    assert masks.max() == 1
    assert not any(array[4:].any() for array in (classes, scores, boxes, masks))
    assert not buffer.any()


def test_masks_of_the_networks_size_are_opencvs_resizing() -> None:
    inputs = objects(3)
    *_, masks, _, _ = run("yolov8_seg_op", inputs, segmentation_config((61, 33), 0), *segmentation_info(*MODEL))
    coefficients, prototypes = (as_numpy(inputs[at])[0].astype(np.float32) for at in (3, 4))
    for mask, factors, box in zip(masks[:3], coefficients, as_numpy(inputs[2])[0], strict=False):
        small = 1 / (1 + np.exp(-np.tensordot(factors, prototypes, 1)))
        large = cv2.resize(small, MODEL[::-1], interpolation=cv2.INTER_LINEAR)
        y, x = np.indices(MODEL)
        inside = (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
        unclear = np.abs(large - 0.5) < 1e-4
        assert np.array_equal(mask[~unclear], ((large > 0.5) & inside)[~unclear])


@pytest.mark.parametrize(("most", "capacity", "counted"), [(2, 6, 2), (10, 3, 3), (10, 6, 5)])
def test_there_are_no_more_objects_than_there_is_room_for(most: int, capacity: int, counted: int) -> None:
    config = segmentation_config((20, 50), 1, most)
    *_, count, _ = run("yolov8_seg_op", objects(5), config, *segmentation_info(20, 50, capacity))
    assert count[0] == counted


def test_without_objects_all_is_zero() -> None:
    result = run("yolov8_seg_op", objects(0), segmentation_config((20, 50), 1), *segmentation_info(20, 50))
    assert not any(array.any() for array in result)


def test_rows_of_a_mask_may_be_longer_than_the_image() -> None:
    config = segmentation_config((20, 50), 1)
    *_, masks, _, _ = run("yolov8_seg_op", objects(4), config, *segmentation_info(20, 50))
    *_, padded, _, _ = run("yolov8_seg_op", objects(4), config, *segmentation_info(24, 64))
    assert np.array_equal(padded[:, :20, :50], masks)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (segmentation_config((20, 50), 1)[:-4], "three sizes"),
        (integers(*[32, 48, 32, 48] * 3, 32, 1, 10), "8×12"),
        (segmentation_config((20, 50), 1, k=16), "k 16"),
        (segmentation_config((20, 50), 1, most=0), "max_detect_num 0"),
    ],
)
def test_a_config_that_does_not_fit_the_outputs_is_an_error(config: bytes, says: str) -> None:
    with pytest.raises(EmulatorError, match=says):
        run("yolov8_seg_op", objects(2), config, *segmentation_info(20, 50))


def test_outputs_that_do_not_fit_together_are_an_error() -> None:
    inputs = objects(2)
    inputs[1] = from_numpy(np.zeros((1, 5, 1), np.float16))
    with pytest.raises(EmulatorError, match="as many rows each"):
        run("yolov8_seg_op", inputs, segmentation_config((20, 50), 1), *segmentation_info(20, 50))


def test_masks_of_another_size_than_declared_are_an_error() -> None:
    with pytest.raises(EmulatorError, match="does not fit into"):
        run("yolov8_seg_op", objects(2), segmentation_config((20, 50), 1), *segmentation_info(10, 50))
