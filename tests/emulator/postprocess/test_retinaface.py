"""retinaface_nms: every way in which networks return their heads gives the faces that were planted."""

import numpy as np
import pytest
import torch

from tests.emulator.postprocess.planted import (
    LEVELS,
    OBJECTS,
    SIZE,
    STRIDES,
    Network,
    Planted,
    detect,
    export,
    fitted,
    logit,
    outputs_of,
)
from vcomp.emulator.postprocess import apply
from vcomp.errors import VcompError

SIDES = [[10, 20], [32, 40], [64, 90]]
PARAMS = {"num_classes": 2, "nms_threshold": 0.4, "confidence_threshold": 0.25, "anchor": np.ravel(SIDES).tolist()}
CHANNELS = 2 + 4 + 10
FACES = [item for item in OBJECTS if item.anchor < 2]


def landmarks(planted):
    """Five points within the face."""
    x, y, width, height = planted.box
    return [[x - width / 4, y - height / 4], [x + width / 4, y - height / 4], [x, y], [x - 1, y + 2], [x + 1, y + 2]]


def plant(faces=FACES):
    """Per stride 1 × (2 anchors of 2 class channels, of 4 box channels, of 10 landmark channels) × h × w."""
    maps = []
    for level, cells in enumerate(LEVELS):
        classes, boxes, points = (np.zeros((2, channels, *cells)) for channels in (2, 4, 10))
        classes[:, 0] = 9
        for item in (item for item in faces if item.level == level):
            place = (item.anchor, slice(None), item.row, item.column)
            side, stride = SIDES[level][item.anchor], STRIDES[level]
            middle = np.asarray([item.column + 0.5, item.row + 0.5]) * stride
            classes[place] = [1, 1 + logit(item.score)]
            centre, sides = (
                (np.asarray(item.box[:2]) - middle) / side / 0.1,
                np.log(np.divide(item.box[2:], side)) / 0.2,
            )
            boxes[place] = [*centre, *sides]
            points[place] = ((np.asarray(landmarks(item)) - middle) / side / 0.1).ravel()
        maps.append(np.concatenate([array.reshape(1, -1, *cells) for array in (classes, boxes, points)], axis=1))
    return maps


def parts(head):
    """The class, box and landmark maps of a stride."""
    return head.split((4, 8, 20), dim=1)


def rows(head, channels):
    return head.permute(0, 2, 3, 1).reshape(1, -1, channels)


def all_rows(maps):
    heads = [parts(head) for head in maps]
    return [torch.cat([rows(head[i], n) for head in heads], dim=1) for i, n in enumerate((2, 4, 10))]


def published(maps):
    """As the PyTorch original exports it: boxes, probabilities of the classes, landmarks."""
    classes, boxes, points = all_rows(maps)
    return boxes, classes.softmax(dim=-1), points


TAILS = {
    "maps per stride": lambda maps: [part for head in maps for part in parts(head)],
    "all class maps, then all boxes, then all landmarks": lambda maps: [
        parts(head)[index] for index in range(3) for head in maps
    ],
    "rows per stride": lambda maps: [
        rows(part, channels) for head in maps for part, channels in zip(parts(head), (2, 4, 10), strict=True)
    ],
    "all rows of each": all_rows,
    "all rows of each, classes activated": published,
    "landmarks first": lambda maps: all_rows(maps)[::-1],
}


@pytest.mark.parametrize("layout", TAILS)
def test_faces_are_found_in(layout):
    scores, boxes, points = detect("retinaface_nms", PARAMS, plant(), TAILS[layout])

    count = len(FACES)
    assert (scores.shape, boxes.shape, points.shape) == ((1, 300, 1), (1, 300, 4), (1, 300, 10))
    np.testing.assert_allclose(scores[0, :count, 0], [face.score for face in FACES], rtol=1e-4)
    np.testing.assert_allclose(boxes[0, :count], [face.corners for face in FACES], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(points[0, :count], [np.ravel(landmarks(f)) for f in FACES], rtol=1e-4, atol=1e-3)
    assert all((array[0, count:] == -1).all() for array in (scores, boxes, points))


def test_whether_the_background_is_counted_as_a_class_does_not_matter():
    network = export(Network(plant(), STRIDES, all_rows))
    with_background, without = (fitted("retinaface_nms", PARAMS | {"num_classes": n}, network) for n in (2, 1))

    for first, second in zip(*(apply(op, outputs_of(network), SIZE) for op in (with_background, without)), strict=True):
        np.testing.assert_array_equal(first, second)


def test_faces_that_overlap_are_suppressed_whatever_their_anchor():
    face, again = (
        Planted(0, anchor, 2, 3, 0, score, (27.0, 21.5, 14.0, 22.0)) for anchor, score in ((0, 0.9), (1, 0.8))
    )

    scores, *_ = detect("retinaface_nms", PARAMS, plant([face, again]), all_rows)

    assert scores[0, 0, 0] == pytest.approx(0.9, rel=1e-4)
    assert scores[0, 1, 0] == -1


def test_a_network_that_decodes_its_boxes_is_refused():
    def tail(maps):
        classes, boxes, points = all_rows(maps)
        return classes, torch.cat([boxes[..., :2] * 0.1, (boxes[..., 2:] * 0.2).exp()], dim=-1), points

    with pytest.raises(VcompError, match="the network decodes its boxes itself"):
        fitted("retinaface_nms", PARAMS, export(Network(plant(), STRIDES, tail)))
