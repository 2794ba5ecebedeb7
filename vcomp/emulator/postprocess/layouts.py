"""The outputs that the heads of each family of detectors may be spread over."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from typing_extensions import assert_never

from vcomp.emulator.postprocess.heads import Form, Head, Parts
from vcomp.emulator.postprocess.params import AnchorYolo, AnyDetector, DflYolo, RetinaFace, Yolox

Shape = tuple[int, ...]
Size = tuple[int, int]

BINS = 16  # of the distance of a box's side, in all published networks
COEFFICIENTS = 32


@dataclass(frozen=True)
class Layout:
    """Parts that may share an output, with their channels. If `whole`, all strides must share it too."""

    groups: tuple[Parts, ...]
    whole: bool = False


def layouts(op: AnyDetector) -> Iterator[Layout]:
    """What a network may return, the rawest first: a network that also returns decoded boxes is read before that."""
    classes: Parts = (("class", op.num_classes),)
    match op:
        case AnchorYolo():
            yield Layout(((("box", 4), ("object", 1), *classes),))
        case Yolox():
            yield Layout(((("box", 4), ("object", 1), *classes), (("box", 4),), (("object", 1),), classes))
        case RetinaFace():
            yield Layout(((("class", 2),), (("box", 4),), (("landmarks", 10),)))
        case DflYolo():
            yield Layout(_dfl_groups(op, (("box", 4 * BINS),), classes))
            yield Layout(_dfl_groups(op, (("box", 4),), classes), whole=True)
        case _:
            assert_never(op)


def _dfl_groups(op: DflYolo, box: Parts, classes: Parts) -> tuple[Parts, ...]:
    coefficients: Parts = (("coefficients", COEFFICIENTS),)
    masks = (box + classes + coefficients, coefficients) if op.seg_enable else ()
    return *masks, box + classes, box, classes


def cells(strides: Sequence[int], size: Size) -> list[Size]:
    """Height and width, in cells, of the head of each stride."""
    return [(math.ceil(size[0] / stride), math.ceil(size[1] / stride)) for stride in strides]


def recognise(op: AnyDetector, size: Size, shapes: Sequence[Shape]) -> tuple[Head, ...] | None:
    """The outputs that hold every part at every stride, once; None if these shapes do not. Others may be among them."""
    for layout in layouts(op):
        heads = _cover(layout, cells(op.strides, size), op.per_cell, shapes)
        if heads:
            return heads
    return None


def _cover(layout: Layout, levels: Sequence[Size], per_cell: int, shapes: Sequence[Shape]) -> tuple[Head, ...] | None:
    """Take output after output, those of one stride first, for what is still missing."""
    every = range(len(levels))
    missing = {(part, level) for group in layout.groups for part, _ in group for level in every}
    heads: dict[int, Head] = {}
    for whole in (True,) if layout.whole else (False, True):
        for output, shape in enumerate(shapes):
            readings = () if output in heads else _readings(output, shape, layout.groups, levels, per_cell, whole)
            head = next((head for head in readings if _held(head, every) <= missing), None)
            if head:
                heads[output] = head
                missing -= _held(head, every)
    return None if missing else tuple(heads.values())


def _held(head: Head, every: Iterable[int]) -> set[tuple[str, int]]:
    """The parts in a head, at each stride that it is of."""
    return {(part, level) for part, _ in head.parts for level in (every if head.level is None else (head.level,))}


def _readings(
    output: int, shape: Shape, groups: Sequence[Parts], levels: Sequence[Size], per_cell: int, whole: bool
) -> Iterator[Head]:
    """Everything that an output of this shape can be."""
    boxes = [per_cell * height * width for height, width in levels]
    for group in groups:
        channels = sum(channels for _, channels in group)
        for level in (None,) if whole else range(len(levels)):
            forms: dict[Form, Shape] = {}
            if level is not None:
                forms["map"] = (1, per_cell * channels, *levels[level])
                forms["anchor_map"] = (1, per_cell, *levels[level], channels)
            count = sum(boxes) if level is None else boxes[level]
            forms["columns"], forms["rows"] = (1, channels, count), (1, count, channels)
            for form, fits in forms.items():
                if shape == fits:
                    yield Head(output=output, form=form, level=level, parts=group)
