"""Outputs that no trained network returns: the emulated chip neither fails nor takes long."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulator.postprocess import test_retinaface, test_yolo_anchors, test_yolo_dfl, test_yolox
from tests.emulator.postprocess.planted import LEVELS, OBJECTS, SIZE, STRIDES, Network, assert_found, export, fitted
from vcomp.emulator.postprocess import apply

KINDS = {
    "yolov4_nms": (test_yolo_anchors.PARAMS, 3 * 8),
    "yolov5_nms": (test_yolo_anchors.PARAMS, 3 * 8),
    "yolov8_nms": (test_yolo_dfl.PARAMS, 64 + 3),
    "yolov10_nms": (test_yolo_dfl.PARAMS, 64 + 3),
    "yolox_nms": (test_yolox.params(3), 8),
}


@pytest.fixture(scope="module")
def ops():
    """Each kind of op, and the shapes that it takes."""
    found = {}
    for kind, (params, channels) in KINDS.items():
        shapes = [(1, channels, *cells) for cells in LEVELS]
        network = export(Network([np.zeros(shape) for shape in shapes], STRIDES, lambda maps: maps))
        found[kind] = (fitted(kind, params, network), shapes)
    faces = export(Network(test_retinaface.plant(), STRIDES, test_retinaface.all_rows))
    found["retinaface_nms"] = (
        fitted("retinaface_nms", test_retinaface.PARAMS, faces),
        [(1, 252, channels) for channels in (2, 4, 10)],
    )
    return found


@pytest.mark.parametrize("kind", [*KINDS, "retinaface_nms"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 60000, -60000, 0])
@pytest.mark.filterwarnings("error")
def test_outputs_of_one_value_give_finite_detections(ops, kind, value):
    op, shapes = ops[kind]

    returned = apply(op, [np.full(shape, value, np.float16) for shape in shapes], SIZE)

    assert all(np.isfinite(array).all() for array in returned)


@given(st.integers(0, 2**32 - 1))
@pytest.mark.filterwarnings("error")
def test_outputs_of_any_bits_give_detections_in_order(ops, seed):
    generator = np.random.default_rng(seed)
    for kind, (op, shapes) in ops.items():
        outputs = [generator.integers(0, 2**16, shape, np.uint16).view(np.float16) for shape in shapes]
        returned = apply(op, outputs, SIZE)
        scores = returned[0 if kind == "retinaface_nms" else 1][0, :, 0]
        count = int((scores >= 0).sum())
        assert (np.diff(scores[:count]) <= 0).all()
        assert (scores[:count] > 0.25).all()
        assert all((array[0, count:] == -1).all() for array in returned)


def test_a_score_that_is_no_number_hides_only_itself(ops):
    op, _ = ops["yolov8_nms"]
    maps = test_yolo_dfl.plant()
    for item in OBJECTS:
        maps[item.level][0, 64 + (item.label + 1) % 3, item.row, item.column] = np.nan
    maps[0][0, 64:, 0, 0] = np.nan

    assert_found(apply(op, maps, SIZE))


def test_what_is_given_is_not_changed(ops):
    op, _ = ops["yolov5_nms"]
    maps = [array.astype(np.float32) for array in test_yolo_anchors.plant()]
    before = [array.copy() for array in maps]

    apply(op, maps, SIZE)

    for array, old in zip(maps, before, strict=True):
        np.testing.assert_array_equal(array, old)
