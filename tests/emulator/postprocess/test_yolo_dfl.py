"""yolov8_nms, 10, 11 and 12: every way in which networks return their heads gives the objects that were planted."""

import numpy as np
import pytest
import torch

from tests.emulator.postprocess.planted import (
    LEVELS,
    NOTHING,
    NUM_CLASSES,
    OBJECTS,
    SIZE,
    STRIDES,
    Network,
    assert_found,
    detect,
    export,
    fitted,
    logit,
    outputs_of,
)
from vcomp.emulator.postprocess import apply, describe

PARAMS = {"num_classes": NUM_CLASSES, "nms_threshold": 0.45, "confidence_threshold": 0.25, "strides": list(STRIDES)}
BINS, MASKS = 16, 32
BOX = 4 * BINS
PLAIN, SEGMENTING = ["yolov8_nms", "yolov11_nms", "yolov12_nms"], PARAMS | {"seg_enable": True}


def coefficients(planted):
    return np.sin(np.arange(MASKS) + planted.score * 10)


def plant(masks=0):
    """Per stride 1 × (box + classes + masks) × h × w."""
    maps = [np.full((1, BOX + NUM_CLASSES + masks, *cells), NOTHING) for cells in LEVELS]
    for item in OBJECTS:
        values = maps[item.level][0, :, item.row, item.column]
        stride, (x1, y1, x2, y2) = STRIDES[item.level], item.corners
        x, y = (item.column + 0.5) * stride, (item.row + 0.5) * stride
        for side, distance in enumerate(np.asarray([x - x1, y - y1, x2 - x, y2 - y]) / stride):
            bins = values[side * BINS : (side + 1) * BINS]
            below = int(distance)
            bins[below], bins[below + 1] = np.log(1 - distance + below + 1e-9), np.log(distance - below + 1e-9)
            bins[below : below + 2] += 20
        values[BOX + item.label] = logit(item.score)
        if masks:
            values[BOX + NUM_CLASSES :] = coefficients(item)
    return maps


def apart(maps):
    """Per stride the box and the classes."""
    return [part for head in maps for part in head.split((BOX, NUM_CLASSES), dim=1)]


def flat(head):
    return head.reshape(1, head.shape[1], -1)


def joined(maps):
    return torch.cat([flat(head) for head in maps], dim=2)


def cells():
    grids = []
    for (height, width), stride in zip(LEVELS, STRIDES, strict=True):
        y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
        grids.append(torch.stack([x.ravel(), y.ravel(), torch.full((height * width,), float(stride))]))
    return torch.cat(grids, dim=1)


def decoded(maps, *, centres=True, activate=True):
    """As Ultralytics exports it: boxes in pixels, then classes, then what else there is."""
    box, classes, rest = joined(maps).split((BOX, NUM_CLASSES, maps[0].shape[1] - BOX - NUM_CLASSES), dim=1)
    weights = box.view(1, 4, BINS, -1).transpose(2, 1).softmax(1)
    convolution = torch.arange(BINS, dtype=torch.float32).view(1, BINS, 1, 1)
    near, far = torch.nn.functional.conv2d(weights, convolution).view(1, 4, -1).chunk(2, 1)
    middle, stride = cells()[:2], cells()[2]
    first, second = middle - near, middle + far
    box = torch.cat([(first + second) / 2, second - first] if centres else [first, second], dim=1) * stride
    return torch.cat([box, classes.sigmoid() if activate else classes, rest], dim=1)


TAILS = {
    "a map per stride": lambda maps: maps,
    "the largest stride first": lambda maps: maps[::-1],
    "a map per stride, classes activated": lambda maps: [
        torch.cat([head[:, :BOX], head[:, BOX:].sigmoid()], dim=1) for head in maps
    ],
    "box and classes apart": apart,
    "all boxes, then all classes": lambda maps: [*apart(maps)[::2], *apart(maps)[1::2]],
    "all classes, activated, then all boxes": lambda maps: [
        *(p.sigmoid() for p in apart(maps)[1::2]),
        *apart(maps)[::2],
    ],
    "distributions activated": lambda maps: [
        part.view(1, 4, BINS, *part.shape[2:]).softmax(2).reshape(part.shape) if part.shape[1] == BOX else part
        for part in apart(maps)
    ],
    "columns per stride": lambda maps: [flat(head) for head in maps],
    "all columns in one": joined,
    "all rows in one": lambda maps: joined(maps).transpose(1, 2),
    "decoded": decoded,
    "decoded, transposed": lambda maps: decoded(maps).transpose(1, 2),
    "decoded, classes not activated": lambda maps: decoded(maps, activate=False),
    "decoded to corners": lambda maps: decoded(maps, centres=False),
    "decoded, boxes and classes apart": lambda maps: decoded(maps).split((4, NUM_CLASSES), dim=1),
    "decoded, beside the maps": lambda maps: [decoded(maps), *maps],
}


@pytest.mark.parametrize("layout", TAILS)
def test_objects_are_found_in(layout):
    assert_found(detect("yolov8_nms", PARAMS, plant(), TAILS[layout]))


@pytest.mark.parametrize("kind", ["yolov10_nms", "yolov11_nms", "yolov12_nms"])
@pytest.mark.parametrize("layout", ["a map per stride", "decoded"])
def test_successors_have_the_same_heads(kind, layout):
    assert_found(detect(kind, PARAMS, plant(), TAILS[layout]))


@pytest.mark.parametrize("opset", [9, 13, 17])
@pytest.mark.parametrize("layout", ["decoded", "decoded to corners"])
def test_the_opset_does_not_matter(layout, opset):
    assert_found(detect("yolov8_nms", PARAMS, plant(), TAILS[layout], opset=opset))


def test_yolov10_keeps_boxes_that_overlap():
    maps = plant()
    maps[0][:, :, 3, 3] = maps[0][:, :, 2, 3]  # the best object again, one cell below

    assert (detect("yolov8_nms", PARAMS, maps, TAILS["a map per stride"])[0] >= 0).sum() == len(OBJECTS)
    assert (detect("yolov10_nms", PARAMS, maps, TAILS["a map per stride"])[0] >= 0).sum() == len(OBJECTS) + 1


def split_masks(maps):
    return [head.split((BOX + NUM_CLASSES, MASKS), dim=1) for head in maps]


SEGMENTING_TAILS = {
    "maps per stride with coefficients": lambda maps: maps,
    "maps per stride and maps of coefficients": lambda maps: [part for pair in split_masks(maps) for part in pair],
    "maps per stride and all coefficients in one": lambda maps: [
        *(head for head, _ in split_masks(maps)),
        joined([masks for _, masks in split_masks(maps)]),
    ],
    "all columns in one": lambda maps: [joined(maps)],
    "decoded": lambda maps: [decoded(maps)],
    "decoded, transposed": lambda maps: [decoded(maps).transpose(1, 2)],
}


@pytest.mark.parametrize("layout", SEGMENTING_TAILS)
@pytest.mark.parametrize("prototypes_first", [False, True])
def test_segmentation_also_returns_coefficients_and_prototypes(layout, prototypes_first):
    def tail(maps):
        heads, prototypes = SEGMENTING_TAILS[layout](maps[:3]), [maps[3]]
        return [*prototypes, *heads] if prototypes_first else [*heads, *prototypes]

    prototypes = np.random.default_rng(0).normal(size=(1, MASKS, 16, 24)).astype(np.float32)
    returned = detect("yolov8_nms", SEGMENTING, [*plant(MASKS), prototypes], tail, strides=(*STRIDES, 4))

    assert_found(returned)
    assert [array.shape for array in returned[3:]] == [(1, 300, MASKS), (1, MASKS, 16, 24)]
    expected = [coefficients(item) for item in OBJECTS]
    np.testing.assert_allclose(returned[3][0, : len(OBJECTS)], expected, rtol=1e-5, atol=1e-6)
    assert (returned[3][0, len(OBJECTS) :] == -1).all()
    np.testing.assert_array_equal(returned[4], prototypes)


def test_random_heads_decode_as_the_published_formula_says():
    generator = np.random.default_rng(5)
    maps = [generator.normal(0, 2, (1, BOX + NUM_CLASSES, *cells)) for cells in LEVELS]
    classes, scores, boxes = detect("yolov8_nms", PARAMS | {"nms_threshold": 1.0}, maps, lambda maps: maps)

    expected = []
    for head, stride in zip(maps, STRIDES, strict=True):
        for row, column in np.ndindex(head.shape[2:]):
            values = head[0, :, row, column]
            label = int(np.argmax(values[BOX:]))
            score = 1 / (1 + np.exp(-values[BOX + label]))
            powers = np.exp(values[:BOX].reshape(4, BINS))
            left, top, right, bottom = (powers * np.arange(BINS)).sum(1) / powers.sum(1)
            x, y = column + 0.5, row + 0.5
            if score > 0.25:
                box = np.asarray([x - left, y - top, x + right, y + bottom]) * stride
                expected.append((score, label, *box))
    expected = np.asarray(sorted(expected, reverse=True))
    assert len(expected) > 50
    np.testing.assert_allclose(scores[0, : len(expected), 0], expected[:, 0], rtol=1e-4)
    np.testing.assert_array_equal(classes[0, : len(expected), 0], expected[:, 1])
    np.testing.assert_allclose(boxes[0, : len(expected)], expected[:, 2:], rtol=1e-4, atol=1e-3)


def test_the_log_line_says_what_was_found_out():
    network = export(Network(plant(), STRIDES, decoded))

    line = describe(fitted("yolov8_nms", PARAMS, network))

    assert line == "yolov8_nms of 3 classes from output 0; boxes decoded (xywh); activated by the network: class"


def test_what_was_found_out_survives_json():
    from pydantic import TypeAdapter

    from vcomp.emulator.postprocess import ExtraOp

    network = export(Network(plant(), STRIDES, lambda maps: apart(maps)[::-1]))
    op = fitted("yolov8_nms", PARAMS, network)
    adapter = TypeAdapter(ExtraOp)

    assert_found(apply(adapter.validate_json(adapter.dump_json(op)), outputs_of(network), SIZE))
