"""Where a detector's predictions stand in the outputs of its network, and how to get them out."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt, PositiveInt

from vcomp.spec import Part

Array = NDArray[np.float32]
PartName = Literal["box", "object", "class", "coefficients", "landmarks"]

# map: 1 × anchors·channels × h × w; anchor_map: 1 × anchors × h × w × channels;
# columns: 1 × channels × boxes; rows: 1 × boxes × channels.
Form = Literal["map", "anchor_map", "columns", "rows"]


Parts = tuple[tuple[PartName, PositiveInt], ...]


class Head(Part):
    """One output: how it lies, of which stride it is, and the parts in it with their channels, in order.

    `level` is the stride's place in the op's strides; None means all of them, one after the other.
    """

    output: NonNegativeInt
    form: Form
    level: NonNegativeInt | None
    parts: Parts


class Heads(Part):
    """All heads of a network, and what the network has done to them already.

    `activated` parts have passed their sigmoid or softmax. Boxes that are not raw are decoded, in pixels of the input.
    """

    heads: tuple[Head, ...]
    activated: tuple[PartName, ...] = ()
    boxes: Literal["raw", "xywh", "xyxy"] = "raw"
    prototypes: NonNegativeInt | None = None


def gather(heads: Heads, outputs: Sequence[NDArray[Any]], *, cell_major: bool = False) -> dict[PartName, Array]:
    """Each part as channels × boxes, stride after stride.

    In maps with several boxes per cell those of one anchor come together, or those of one cell if `cell_major`.
    """
    levels: dict[PartName, list[NDArray[Any]]] = {}
    for head in sorted(heads.heads, key=lambda head: head.level or 0):
        columns, start = _columns(head, outputs[head.output], cell_major), 0
        for part, channels in head.parts:
            levels.setdefault(part, []).append(columns[start : start + channels])
            start += channels
    return {part: _joined(columns) for part, columns in levels.items()}


def _columns(head: Head, array: NDArray[Any], cell_major: bool) -> NDArray[Any]:
    """One output as channels × boxes."""
    channels = sum(channels for _, channels in head.parts)
    columns: NDArray[Any]
    if head.form == "columns":
        columns = array[0]
    elif head.form == "map":
        by_anchor = array.reshape(array.shape[1] // channels, channels, -1)  # anchors × channels × cells
        by_channel = by_anchor.transpose(1, 2, 0) if cell_major else by_anchor.swapaxes(0, 1)
        columns = by_channel.reshape(channels, -1)
    else:
        columns = array.reshape(-1, channels).T
    return columns


def _joined(columns: list[NDArray[Any]]) -> Array:
    if len(columns) == 1:
        return columns[0].astype(np.float32, copy=False)
    joined: Array = np.concatenate(columns, axis=1, dtype=np.float32)
    return joined
