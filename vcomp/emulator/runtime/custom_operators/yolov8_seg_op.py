"""`yolov8_seg_op`: the five outputs of a YOLO segmentation network to objects with masks.

The config is 32-bit integers: three sizes, each height, width and their pitches, then k (the count of coefficients),
retina_masks and max_detect_num. Which size is which is unpublished. Arithmetic tells: one is the prototypes' own, one,
four times as large, the network's input, and the third the image.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.runtime.custom_operators.call import Array, Call
from vcomp.emulator.runtime.tensors import Tensor
from vcomp.preprocess.letterbox import centred, fit

STRIDE = 4  # prototypes are a quarter of the network's input

Size = tuple[int, int]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Config:
    """Sizes are height and width."""

    model: Size
    image: Size
    retina_masks: bool
    max_detect_num: int


@dataclass(frozen=True)
class Detections:
    """The rows of the network's outputs that hold an object, and the prototypes."""

    classes: Floats
    scores: Floats
    boxes: Floats
    coefficients: Floats
    prototypes: Floats


def run(call: Call) -> list[Tensor]:
    """Classes, scores, boxes, masks (0 or 1), two numbers of which the first is the count, and the work buffer (zeros).

    Boxes are left, top, right and bottom in pixels of the image, the network's letterbox taken back. A mask is
    sigmoid(coefficients · prototypes), bilinearly resized, above 0.5, and inside the object's box: in the image's size
    with retina_masks, else in that of the network's input. What follows the last object is zero.
    """
    call.check_counts(
        inputs="classes scores boxes coefficients prototypes", outputs="classes scores boxes masks count buffer"
    )
    classes, scores, boxes, masks, count, buffer = call.outputs
    if len(masks.shape) < 3:
        raise call.error(f"the masks' shape is {list(masks.shape)}", expected="objects × height × width")
    prototypes = call.planes(4).astype(np.float32)
    config = _config(call, prototypes)
    room = min(classes.size, scores.size, boxes.size // 4, math.prod(masks.shape[:-2]), config.max_detect_num)
    found = _detections(call, prototypes, room)
    on_image = _on_image(found.boxes, config)
    return [
        Tensor(classes.filled(found.classes)),
        Tensor(scores.filled(found.scores)),
        Tensor(boxes.filled(on_image)),
        Tensor(masks.placed(_masks(found, on_image, config))),
        Tensor(count.filled(np.array([len(found.boxes)]))),
        Tensor(np.zeros(buffer.shape, buffer.dtype)),
    ]


def _config(call: Call, prototypes: Floats) -> Config:
    integers = call.integers()
    sizes = [(integers[at], integers[at + 1]) for at in (0, 4, 8)] if len(integers) == 15 else []
    k, height, width = prototypes.shape
    model = (height * STRIDE, width * STRIDE)
    for known in ((height, width), model):
        if known not in sizes:
            raise call.error(
                f"the config is {list(integers)}",
                expected=f"three sizes as height, width and their pitches, {height}×{width} (prototypes) and "
                f"{model[0]}×{model[1]} (network) among them; then k, retina_masks and max_detect_num",
            )
        sizes.remove(known)
    if integers[12] != k or min(sizes[0]) < 1 or integers[14] < 1:
        raise call.error(
            f"the config says k {integers[12]}, an image of {sizes[0]} and max_detect_num {integers[14]}",
            expected=f"k {k}, as there are prototypes, and the others from 1",
        )
    return Config(model, sizes[0], bool(integers[13]), integers[14])


def _detections(call: Call, prototypes: Floats, most: int) -> Detections:
    """The rows up to the first with a class below zero, and no more than `most`."""
    arrays = [call.array(index).astype(np.float32) for index in range(4)]
    widths = (1, 1, 4, len(prototypes))
    if any(array.size != arrays[0].size * width for array, width in zip(arrays, widths, strict=True)):
        raise call.error(
            f"the inputs have shapes {[list(array.shape) for array in arrays]}",
            expected=f"as many rows each, of {', '.join(map(str, widths))} numbers",
        )
    ends = np.flatnonzero(arrays[0] < 0)
    count = min(most, int(ends[0]) if len(ends) else arrays[0].size)
    rows = [array.reshape(-1, width)[:count] for array, width in zip(arrays, widths, strict=True)]
    classes, scores, boxes, coefficients = rows
    return Detections(classes, scores, boxes, coefficients, prototypes)


def _on_image(boxes: Floats, config: Config) -> Floats:
    """Boxes on the network's input as boxes on the image, cut at its edges."""
    (top, left), (inner_height, inner_width) = _place(config)
    height, width = config.image
    scale = np.array([width / inner_width, height / inner_height] * 2)
    on_image: Floats = np.clip((boxes - [left, top] * 2) * scale, 0, [width, height] * 2).astype(np.float32)
    return on_image


def _place(config: Config) -> tuple[Size, Size]:
    """Where the image lies on the network's input: its top left corner, and its size there."""
    inside = fit(config.image, config.model)
    top, _, left, _ = centred(inside, config.model)
    return (top, left), inside


def _masks(found: Detections, on_image: Floats, config: Config) -> NDArray[np.uint8]:
    """One mask per object. Only the inside of its box is computed."""
    rows, columns = _resizing(config, found.prototypes.shape[1:])
    masks = np.zeros((len(found.boxes), len(rows), len(columns)), np.uint8)
    boxes = on_image if config.retina_masks else np.clip(found.boxes, 0, config.model[::-1] * 2)
    for mask, box, coefficients in zip(masks, boxes, found.coefficients, strict=True):
        left, top, right, bottom = np.ceil(box).astype(int)
        small = _sigmoid(np.tensordot(coefficients, found.prototypes, 1))
        mask[top:bottom, left:right] = rows[top:bottom] @ small @ columns[left:right].T > 0.5
    return masks


def _sigmoid(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-values)))


def _resizing(config: Config, cells: tuple[int, ...]) -> tuple[Floats, Floats]:
    """The two matrices that resize a map of `cells`: rows · map · columnsᵀ."""
    if config.retina_masks:
        (starts, extents), sides = _place(config), config.image
    else:
        starts, extents, sides = (0, 0), config.model, config.model
    rows, columns = (
        _weights((start + (np.arange(side) + 0.5) * extent / side) / STRIDE - 0.5, count)
        for side, start, extent, count in zip(sides, starts, extents, cells, strict=True)
    )
    return rows, columns


def _weights(positions: NDArray[np.float64], cells: int) -> Floats:
    """How much of each cell reaches each of these positions, bilinearly: positions × cells."""
    inside = np.clip(positions, 0, cells - 1)
    low = np.floor(inside).astype(int)
    weights = np.zeros((len(inside), cells), np.float32)
    pixels = np.arange(len(inside))
    np.add.at(weights, (pixels, low), 1 - (inside - low))
    np.add.at(weights, (pixels, np.minimum(low + 1, cells - 1)), inside - low)
    return weights
