"""yolov5_nms and yolov4_nms: every way in which networks return their heads gives the objects that were planted."""

import numpy as np
import pytest
import torch

from tests.emulator.postprocess.planted import (
    LEVELS,
    NOTHING,
    NUM_CLASSES,
    OBJECTS,
    STRIDES,
    assert_found,
    detect,
    export,
    fitted,
    logit,
    outputs_of,
)
from tests.emulator.postprocess.planted import Network as PlantedNetwork
from vcomp.emulator.postprocess import apply

ANCHORS = np.asarray([[[10, 13], [16, 30], [33, 23]], [[30, 61], [20, 19], [59, 69]], [[60, 40], [70, 60], [90, 30]]])
PARAMS = {
    "num_classes": NUM_CLASSES,
    "nms_threshold": 0.45,
    "confidence_threshold": 0.25,
    "anchor": ANCHORS.ravel().tolist(),
    "strides": list(STRIDES),
}
CHANNELS = 5 + NUM_CLASSES


def encode(kind, planted):
    """x, y, w, h of an object as the published formulas, turned around, want them."""
    x, y, width, height = planted.box
    stride, (across, down) = STRIDES[planted.level], ANCHORS[planted.level][planted.anchor]
    left, top = x / stride - planted.column, y / stride - planted.row
    if kind == "yolov4_nms":
        return logit(left), logit(top), np.log(width / across), np.log(height / down)
    sides = np.sqrt(width / across) / 2, np.sqrt(height / down) / 2
    return logit((left + 0.5) / 2), logit((top + 0.5) / 2), logit(sides[0]), logit(sides[1])


def plant(kind="yolov5_nms"):
    maps = [np.full((3, CHANNELS, *cells), NOTHING) for cells in LEVELS]
    for item in OBJECTS:
        values = maps[item.level][item.anchor, :, item.row, item.column]
        values[:4] = encode(kind, item)
        values[4], values[5 + item.label] = logit(np.sqrt(item.score)), logit(np.sqrt(item.score))
    return [array.reshape(1, -1, *array.shape[2:]) for array in maps]


def by_anchor(head):
    """1 × 3 × h × w × channels."""
    return head.view(1, 3, CHANNELS, *head.shape[2:]).permute(0, 1, 3, 4, 2)


def grid(level):
    y, x = torch.meshgrid(torch.arange(LEVELS[level][0]), torch.arange(LEVELS[level][1]), indexing="ij")
    return torch.stack([x, y], dim=-1).float(), torch.from_numpy(ANCHORS[level]).float().view(1, 3, 1, 1, 2)


def decoded(maps):
    """As YOLOv5 exports it: one output of centres and sizes, objectness and classes."""
    levels = []
    for level, head in enumerate(maps):
        cells, anchors = grid(level)
        xy, wh, rest = by_anchor(head).sigmoid().split((2, 2, CHANNELS - 4), dim=-1)
        xy, wh = (xy * 2 + cells - 0.5) * STRIDES[level], (wh * 2) ** 2 * anchors
        levels.append(torch.cat([xy, wh, rest], dim=-1).reshape(1, -1, CHANNELS))
    return torch.cat(levels, dim=1)


def decoded_in_place(maps):
    """As its early versions did: slices of the activated head are overwritten."""
    levels = []
    for level, head in enumerate(maps):
        cells, anchors = grid(level)
        y = by_anchor(head).sigmoid()
        y[..., 0:2] = (y[..., 0:2] * 2.0 - 0.5 + cells) * STRIDES[level]
        y[..., 2:4] = (y[..., 2:4] * 2) ** 2 * anchors
        levels.append(y.reshape(1, -1, CHANNELS))
    return torch.cat(levels, dim=1)


def decoded_by_yolov4(maps):
    levels = []
    for level, head in enumerate(maps):
        cells, anchors = grid(level)
        xy, wh, rest = by_anchor(head).split((2, 2, CHANNELS - 4), dim=-1)
        box = [(xy.sigmoid() + cells) * STRIDES[level], wh.exp() * anchors]
        levels.append(torch.cat([*box, rest.sigmoid()], dim=-1).reshape(1, -1, CHANNELS))
    return torch.cat(levels, dim=1)


TAILS = {
    "a map per stride": lambda maps: maps,
    "the largest stride first": lambda maps: maps[::-1],
    "a map per stride, multiplied by a weight": lambda maps: [
        head * torch.ones(1, head.shape[1], 1, 1) for head in maps
    ],
    "a map per stride, activated": lambda maps: [head.sigmoid() for head in maps],
    "anchors on an axis of their own": lambda maps: [by_anchor(head) for head in maps],
    "anchors on an axis of their own, activated": lambda maps: [by_anchor(head).sigmoid() for head in maps],
    "rows per stride": lambda maps: [by_anchor(head).reshape(1, -1, CHANNELS) for head in maps],
    "all rows in one": lambda maps: torch.cat([by_anchor(head).reshape(1, -1, CHANNELS) for head in maps], 1),
    "decoded": decoded,
    "decoded in place": decoded_in_place,
    "decoded, transposed": lambda maps: decoded(maps).transpose(1, 2),
    "decoded, beside the maps": lambda maps: [decoded(maps), *(by_anchor(head) for head in maps)],
}


@pytest.mark.parametrize("layout", TAILS)
def test_yolov5_finds_what_was_planted_in(layout):
    assert_found(detect("yolov5_nms", PARAMS, plant(), TAILS[layout]))


@pytest.mark.parametrize("layout", ["a map per stride", "anchors on an axis of their own", "all rows in one"])
def test_yolov4_finds_what_was_planted_in(layout):
    assert_found(detect("yolov4_nms", PARAMS, plant("yolov4_nms"), TAILS[layout]))


def test_yolov4_finds_what_was_planted_in_decoded_boxes():
    assert_found(detect("yolov4_nms", PARAMS, plant("yolov4_nms"), decoded_by_yolov4))


def test_yolov4_does_not_apply_the_sigmoid_of_the_centre_twice():
    def tail(maps):
        parts = [by_anchor(head).split((2, 2, CHANNELS - 4), dim=-1) for head in maps]
        return [torch.cat([xy.sigmoid(), wh, rest.sigmoid()], dim=-1) for xy, wh, rest in parts]

    assert_found(detect("yolov4_nms", PARAMS, plant("yolov4_nms"), tail))


@pytest.mark.parametrize("opset", [9, 13, 17])
@pytest.mark.parametrize("layout", ["anchors on an axis of their own, activated", "decoded"])
def test_the_opset_does_not_matter(layout, opset):
    assert_found(detect("yolov5_nms", PARAMS, plant(), TAILS[layout], opset=opset))


def test_a_network_exported_with_open_sides_is_understood():
    assert_found(detect("yolov5_nms", PARAMS, plant(), TAILS["decoded"], open_sides=True))


def test_strides_may_stand_in_any_order_with_their_anchors():
    params = PARAMS | {"anchor": ANCHORS[::-1].ravel().tolist(), "strides": list(STRIDES[::-1])}

    assert_found(detect("yolov5_nms", params, plant(), TAILS["a map per stride"]))


def test_an_input_of_another_size_has_heads_of_another_size():
    """As in a network of open sides, which is fitted at one size and run at others."""
    op = fitted("yolov5_nms", PARAMS, export(PlantedNetwork(plant(), STRIDES, lambda maps: maps)))
    wider = [
        np.pad(array, [(0, 0), (0, 0), (0, 0), (0, array.shape[3] // 3)], constant_values=NOTHING) for array in plant()
    ]

    assert_found(apply(op, wider, (64, 128)))


def test_random_heads_decode_as_the_published_formula_says():
    """Against loops in double precision; the fourth stride is YOLOR's."""
    generator = np.random.default_rng(3)
    strides = (*STRIDES, 64)
    anchors = generator.integers(5, 60, (4, 3, 2))
    params = PARAMS | {"anchor": anchors.ravel().tolist(), "strides": list(strides), "nms_threshold": 1.0}
    maps = [generator.normal(0, 1.5, (1, 3 * CHANNELS, -(-64 // stride), -(-96 // stride))) for stride in strides]

    network = export(PlantedNetwork(maps, strides, lambda maps: maps))
    classes, scores, boxes = apply(fitted("yolov5_nms", params, network), outputs_of(network), (64, 96))

    expected = []
    for level, head in enumerate(maps):
        for anchor in range(3):
            for row, column in np.ndindex(head.shape[2:]):
                values = 1 / (1 + np.exp(-head.reshape(3, CHANNELS, *head.shape[2:])[anchor, :, row, column]))
                label = int(np.argmax(values[5:]))
                x, y = (values[:2] * 2 - 0.5 + (column, row)) * strides[level]
                w, h = (values[2:4] * 2) ** 2 * anchors[level, anchor]
                if values[4] * values[5 + label] > 0.25:
                    box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
                    expected.append((values[4] * values[5 + label], label, *box))
    expected = np.asarray(sorted(expected, reverse=True)[:300])
    assert len(expected) > 50
    np.testing.assert_allclose(scores[0, : len(expected), 0], expected[:, 0], rtol=1e-4)
    np.testing.assert_array_equal(classes[0, : len(expected), 0], expected[:, 1])
    np.testing.assert_allclose(boxes[0, : len(expected)], expected[:, 2:], rtol=1e-4, atol=1e-3)
