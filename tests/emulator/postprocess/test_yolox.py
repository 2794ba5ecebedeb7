"""yolox_nms: every way in which networks return their heads gives the objects that were planted."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.emulator.postprocess.planted import LEVELS, NOTHING, OBJECTS, STRIDES, assert_found, detect, logit


def params(num_classes):
    return {"num_classes": num_classes, "nms_threshold": 0.45, "confidence_threshold": 0.25}


def plant(num_classes=3, objects=OBJECTS):
    maps = [np.full((1, 5 + num_classes, *cells), NOTHING) for cells in LEVELS]
    for item in objects:
        values, stride = maps[item.level][0, :, item.row, item.column], STRIDES[item.level]
        x, y, width, height = np.asarray(item.box) / stride
        values[:4] = x - item.column, y - item.row, np.log(width), np.log(height)
        values[4], values[5 + item.label] = logit(np.sqrt(item.score)), logit(np.sqrt(item.score))
    return maps


def rows(maps):
    return torch.cat([head.flatten(2) for head in maps], dim=2).transpose(1, 2)


def activated(head):
    return torch.cat([head[:, :4], head[:, 4:].sigmoid()], dim=1)


def decoded(maps):
    """As YOLOX exports it when told to decode: centres and sizes in pixels."""
    grids = []
    for (height, width), stride in zip(LEVELS, STRIDES, strict=True):
        y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        grids.append(torch.stack([x.ravel(), y.ravel(), torch.full((height * width,), stride)], dim=1).float())
    cells, all_rows = torch.cat(grids), rows([activated(head) for head in maps])
    centres, sides = (all_rows[..., :2] + cells[:, :2]) * cells[:, 2:], all_rows[..., 2:4].exp() * cells[:, 2:]
    return torch.cat([centres, sides, all_rows[..., 4:]], dim=-1)


def apart(maps):
    return [part for head in maps for part in head.split((4, 1, head.shape[1] - 5), dim=1)]


TAILS = {
    "a map per stride": lambda maps: maps,
    "the largest stride first": lambda maps: maps[::-1],
    "a map per stride, activated": lambda maps: [activated(head) for head in maps],
    "box, object and classes apart": apart,
    "all boxes, objects, then classes, activated": lambda maps: [
        *apart(maps)[::3],
        *(part.sigmoid() for part in apart(maps)[1::3]),
        *(part.sigmoid() for part in apart(maps)[2::3]),
    ],
    "all rows in one": rows,
    "all rows in one, activated": lambda maps: rows([activated(head) for head in maps]),
    "decoded": decoded,
}


@pytest.mark.parametrize("layout", TAILS)
def test_objects_are_found_in(layout):
    assert_found(detect("yolox_nms", params(3), plant(), TAILS[layout]))


@pytest.mark.parametrize("layout", TAILS)
def test_one_class_and_the_object_may_change_places(layout):
    """As in trackers of people: the maps of class and object have the same shape."""
    objects = [replace(item, label=0) for item in OBJECTS if item.level == 0]

    assert_found(detect("yolox_nms", params(1), plant(1, objects), TAILS[layout]), objects)
