"""What preprocessing does to an image, as numbers: however it is written, the same work has the same effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vcomp.preprocess.color import Order, order_of
from vcomp.preprocess.vdsp import ColorCvtCode, VdspOp
from vcomp.spec import (
    CenterCrop,
    Decode,
    Kernel,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)
from vcomp.spec.op_type import Step

Size = tuple[int, int]
Channels = Literal["RGB", "BGR", "grey", "YCrCb", "one of YCrCb"]
_CHANNELS: dict[Order, Channels] = {Order.RGB: "RGB", Order.BGR: "BGR", Order.YUV: "RGB", Order.GRAY: "grey"}
_SWAPPED: dict[Channels, Channels] = {"RGB": "BGR", "BGR": "RGB"}
_HALF = 2.0**-10  # twice the relative error of a number that was rounded to fp16


@dataclass(frozen=True)
class Move:
    """One change of the size: a stretch, a letterbox, a fit without padding, or a crop at (top, left)."""

    how: Literal["stretch", "letterbox", "fit", "crop", "set by the script"]
    size: Size | None
    place: tuple[int, int] | None = None

    def __str__(self) -> str:
        to = f" to {self.size[0]}×{self.size[1]}" if self.size else ""
        return f"{self.how}{to}" + (f" at {self.place}" if self.place else "")


@dataclass(frozen=True)
class Line:
    """One channel's map from a pixel: scale·x + shift; `error` is what rounding its constants to fp16 may cost."""

    scale: float
    shift: float
    error: float

    def __str__(self) -> str:
        return f"{self.scale:.4g}·x {'−' if self.shift < 0 else '+'} {abs(self.shift):.4g}"


@dataclass(frozen=True)
class Effect:
    """All that a preprocessing does. `kernel` is None where nothing is resized."""

    channels: Channels
    moves: tuple[Move, ...]
    kernel: Kernel | None
    lines: tuple[Line, ...]


def effect_of_ops(ops: Sequence[Op]) -> Effect | None:
    """What the calibration's ops do to an RGB image; None if one of them is not known."""
    channels: Channels = "RGB"
    moves: list[Move] = []
    kernel: Kernel | None = None
    lines = lines_of(None, None, div255=False)
    for op in ops:
        match op:
            case Decode():
                channels = "grey" if op.gray else "RGB"
            case ToBGR():
                channels = _swapped(channels)
            case ToYCrCb():
                channels = "YCrCb"
            case PickChannel():
                channels = "one of YCrCb" if channels == "YCrCb" else "grey"
            case Resize():
                moves, kernel = [*moves, Move("stretch", (op.height, op.width))], op.kernel
            case Letterbox():
                moves, kernel = [*moves, Move("letterbox", (op.height, op.width))], op.kernel
            case ResizeToFit():
                moves, kernel = [*moves, Move("fit", (op.height, op.width))], op.kernel
            case CenterCrop():
                moves.append(_centre_crop((op.height, op.width), moves[-1].size if moves else None))
            case Normalize():
                lines = lines_of(op.mean, op.std, div255=op.div255)
            case ToTensor():
                pass
            case _:
                return None
    return Effect(channels, _without_idle(moves), kernel, lines)


def effect_of_vdsp(op: VdspOp, model: Size | None) -> Effect:
    """What the runtime's operator does to an image of its format, for a network of this size."""
    channels = _CHANNELS[order_of(op.image_format)]
    if op.color in (ColorCvtCode.YUV2BGR_NV12,) or op.color.value.startswith(("RGB2BGR", "BGR2RGB")):
        channels = _swapped(channels)
    elif "2GRAY" in op.color.value:
        channels = "grey"
    mean, std, div255 = op.norma.constants(op.mean, op.std)
    lines = lines_of(mean, std, div255=div255)
    moves = _without_idle(_moves(op, op.output or model))
    return Effect(channels, moves, op.kernel if moves else None, lines)


def lines_of(mean: Sequence[float] | None, std: Sequence[float] | None, *, div255: bool) -> tuple[Line, ...]:
    """(k·x − mean) / std per channel, with mean and std as fp16 holds them."""
    count = len(mean or std or (0.0,) * 3)
    k = 1 / 255 if div255 else 1.0
    means = [float(np.float16(value)) for value in mean or (0.0,) * count]
    stds = [float(np.float16(value)) for value in std or (1.0,) * count]
    return tuple(_line(k, *pair) for pair in zip(means, stds, strict=False))


def furthest(one: Sequence[Line], other: Sequence[Line]) -> tuple[float, bool]:
    """By how much two maps of pixels differ at most, and whether that is more than rounding explains."""
    worst, apart = 0.0, False
    for a, b in zip(one, other, strict=False):
        difference = max(abs(a.shift - b.shift), abs(255 * (a.scale - b.scale) + a.shift - b.shift))
        worst = max(worst, difference)
        apart = apart or not difference <= max(a.error, b.error)
    return worst, apart


def _line(k: float, mean: float, std: float) -> Line:
    if std == 0:
        return Line(float("inf"), 0.0, 0.0)
    return Line(k / std, -mean / std, _HALF * (255 * k + abs(mean)) / abs(std))


def _swapped(channels: Channels) -> Channels:
    return _SWAPPED.get(channels, channels)


def _centre_crop(size: Size, before: Size | None) -> Move:
    place = None if before is None else ((before[0] - size[0]) // 2, (before[1] - size[1]) // 2)
    return Move("crop", size, place)


def _moves(op: VdspOp, output: Size | None) -> list[Move]:
    match op.op_type.geometry:
        case (Step.RESIZE,):
            return [Move("stretch", output)]
        case (Step.RESIZE, Step.CROP):
            return [Move("stretch", op.resize), Move("crop", output, op.crop)]
        case (Step.CROP, Step.RESIZE):
            return [Move("crop", op.crop_size, op.crop), Move("stretch", output)]
        case (Step.FIT, Step.PAD):
            return [Move("letterbox", output)]
        case (Step.RESIZE, Step.PAD):
            return [Move("set by the script", op.resize)]
        case _:
            return []


def _without_idle(moves: Sequence[Move]) -> tuple[Move, ...]:
    """Without the moves that keep every pixel: a crop or stretch to the size that there is already."""
    kept: list[Move] = []
    for move in moves:
        idle = kept and move.how in ("crop", "stretch") and move.size is not None and move.size == kept[-1].size
        if not idle:
            kept.append(move)
    return tuple(kept)
