"""Networks whose outputs cannot be the heads that a compile file asks for."""

import numpy as np
import pytest
import torch

from tests.emulator.postprocess.planted import LEVELS, STRIDES, Network, export, fitted
from vcomp.errors import VcompError

THRESHOLDS = {"nms_threshold": 0.45, "confidence_threshold": 0.25}
YOLOV5 = THRESHOLDS | {"num_classes": 80, "anchor": list(range(1, 19)), "strides": list(STRIDES)}
YOLOV8 = THRESHOLDS | {"num_classes": 80, "strides": list(STRIDES)}


def network(channels, tail=lambda maps: maps, levels=LEVELS, strides=STRIDES):
    maps = [np.zeros((1, channels, *cells)) for cells in levels]
    return export(Network(maps, strides, tail))


def refused(kind, params, given):
    with pytest.raises(VcompError) as caught:
        fitted(kind, params, given)
    return caught.value


def test_the_error_says_what_was_expected_and_what_there_is():
    error = refused("yolov5_nms", YOLOV5, network(7))

    assert "yolov5_nms is for: 1×7×8×12, 1×7×4×6, 1×7×2×3" in error.what
    assert "255 channels (3 anchors × (5 + 80 classes)) at strides 8, 16, 32: 1×255×8×12, " in error.expected
    assert "all in one, 1×378×85" in error.expected
    assert "without non-maximum suppression" in error.mend


@pytest.mark.parametrize(
    ("kind", "params", "channels"),
    [
        ("yolov4_nms", YOLOV5, 3 * (5 + 7)),
        ("yolov5_nms", YOLOV5, 3 * (5 + 7)),
        ("yolov8_nms", YOLOV8, 64 + 7),
        ("yolov10_nms", YOLOV8, 64 + 7),
        ("yolox_nms", THRESHOLDS | {"num_classes": 80}, 5 + 7),
    ],
)
def test_another_number_of_classes_is_named(kind, params, channels):
    assert refused(kind, params, network(channels)).mend == "these outputs fit num_classes: 7"


def test_another_number_of_classes_is_named_where_boxes_are_decoded():
    def tail(maps):
        return torch.cat([head.flatten(2) for head in maps], dim=2)

    assert refused("yolov8_nms", YOLOV8, network(4 + 7, tail)).mend == "these outputs fit num_classes: 7"


def test_a_stride_that_the_network_lacks_is_refused():
    given = network(255, lambda maps: maps[:2])

    assert "at strides 8, 16, 32" in refused("yolov5_nms", YOLOV5, given).expected


def test_heads_of_another_input_size_are_refused():
    doubled = [(2 * height, 2 * width) for height, width in LEVELS]

    assert "1×255×16×24" in refused("yolov5_nms", YOLOV5, network(255, levels=doubled, strides=(4, 8, 16))).what


def test_a_network_for_segmentation_is_told_from_one_for_detection():
    def tail(maps):
        return torch.cat([head.flatten(2) for head in maps], dim=2)

    decoded = network(4 + 80 + 32, tail)
    assert refused("yolov8_nms", YOLOV8, decoded).mend == "these outputs fit seg_enable: true"
    plain = refused("yolov8_nms", YOLOV8 | {"seg_enable": True}, network(64 + 80))
    assert plain.mend == "these outputs fit seg_enable: false"
    assert "with 32 mask coefficients" in plain.expected


def test_masks_need_prototypes():
    error = refused("yolov8_nms", YOLOV8 | {"seg_enable": True}, network(64 + 80 + 32))

    assert "no mask prototypes" in error.what


def test_heads_that_are_not_alike_are_refused():
    given = network(255, lambda maps: [maps[0].sigmoid(), *maps[1:]])

    assert "some of the network's heads for yolov5_nms are activated" in refused("yolov5_nms", YOLOV5, given).what


def test_retinaface_says_which_outputs_it_wants():
    params = THRESHOLDS | {"num_classes": 2, "anchor": [16, 32, 64, 128, 256, 512]}

    error = refused("retinaface_nms", params, network(2))

    assert "classes, boxes and landmarks of 1×252×2, 1×252×4, 1×252×10" in error.expected


def test_yolox_says_which_outputs_it_wants():
    error = refused("yolox_nms", THRESHOLDS | {"num_classes": 80}, network(3))

    assert "85 channels (4 for the box, 1 for the object, 80 classes)" in error.expected


def test_many_outputs_are_not_all_listed():
    given = network(3, lambda maps: [maps[0] + index for index in range(30)])

    assert refused("yolov5_nms", YOLOV5, given).what.count("1×3×8×12") == 12
