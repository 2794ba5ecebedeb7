"""The prover: one picture through the calibration's preprocessing and the runtime's, until they part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vcomp.checks.calibration import place_of
from vcomp.checks.effect import effect_of_ops
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.tree import Pair
from vcomp.checks.vdsp_file import CONFIG
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess, reads_gray
from vcomp.preprocess.color import Order, order_of
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.vdsp import ColorCvtCode, NormaType, VdspOp
from vcomp.spec import CenterCrop, Decode, Letterbox, Op, PickChannel, Resize, ResizeToFit, ToBGR, ToTensor, ToYCrCb
from vcomp.spec.op_type import OpType, Step

Tensor = NDArray[np.float32] | NDArray[np.float16]
Size = tuple[int, int]
_IDLE = (Decode, ToTensor)
_GEOMETRY = (Resize, ResizeToFit, Letterbox, CenterCrop)


@dataclass(frozen=True)
class Parting:
    """Where calibration and runtime part: the op of the calibration, None if only the runtime has one, and by how much.

    `error` is the largest difference, in pixel values up to 255 before normalising, in the network's units after; None
    where not even the sizes are equal, which `says` tells.
    """

    op: Op | None
    error: float | None
    says: str


class Parts(Rule[Pair]):
    """A picture comes out of calibration and runtime differently; named is the first op that parts them.

    Run by `--prove`. Both sides are computed as the emulator computes them, so what is unpublished of the real
    programs, the calibration's default filter above all, is as it is there.
    """

    id = "VC711"
    severity = Severity.WARNING
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        image, ops, op = subject.compile.image_input, subject.compile.ops, subject.vdsp.op
        if not subject.same_network or image is None or ops is None or op is None:
            return
        calibrated = effect_of_ops(ops)
        tolerance = max(line.error for line in calibrated.lines) if calibrated else 0
        parting = prove(ops, op, (image[1], image[2]), tolerance)
        if parting is not None:
            own = parting.op is not None
            name = type(parting.op).__name__ if own else f"the runtime's {op.color.value}"
            yield self.finding(
                place_of(subject.compile, parting.op)
                if parting.op
                else subject.vdsp.at(CONFIG, "ColorCvtCode", spot=None),
                f"the two part at {name}: {parting.says} ({subject.compile.path.name} with {subject.vdsp.path.name})",
                "make this step the same on both sides",
            )


def provable(ops: Sequence[Op], op: VdspOp) -> bool:
    """Whether one picture can be given to both: not where a script converts colours, or tells the size, on its own."""
    converts = any(isinstance(item, (ToYCrCb, PickChannel)) for item in ops)
    return not (converts or op.op_type.takes_nv12 or op.op_type is OpType.RGB_LETTERBOX_CVTCOLOR_EXT)


def prove(ops: Sequence[Op], op: VdspOp, size: Size, tolerance: float = 0) -> Parting | None:
    """The first op at which the two differ; None if they never do, or it cannot be told.

    `size` is that of the network, `tolerance` what rounding to fp16 may cost after normalising.
    """
    if not provable(ops, op):
        return None
    picture = probe(gray=reads_gray(ops))
    moves = [item for item in ops if isinstance(item, _GEOMETRY)]
    pixels = [item for item in ops if isinstance(item, (*_GEOMETRY, ToBGR))]
    still = replace(op, norma=NormaType.EQUAL, color=ColorCvtCode.NO_CHANGE)
    stages: list[tuple[Sequence[Op], VdspOp, float]] = [
        *_moves(moves, still),
        (pixels, replace(op, norma=NormaType.EQUAL), 0),
        (ops, op, tolerance),
    ]
    done: Sequence[Op] = ()
    for some, runtime, allowed in stages:
        parting = _compare(picture, some, runtime, size, allowed)
        if parting is not None:
            return replace(
                parting, op=next((item for item in some if item not in done and not isinstance(item, _IDLE)), None)
            )
        done = some
    return None


def _moves(steps: Sequence[Op], still: VdspOp) -> Iterator[tuple[Sequence[Op], VdspOp, float]]:
    """The changes of size: where both resize before a crop the resize alone, then all."""
    if still.op_type.geometry == (Step.RESIZE, Step.CROP) and still.resize and len(steps) > 1:
        yield steps[:-1], replace(still, op_type=OpType.RGB_RESIZE_CVTCOLOR, output=still.resize), 0
    yield steps, still, 0


def probe(*, gray: bool = False) -> NDArray[np.uint8]:
    """Slopes under noise, always the same: no two rows, columns or channels are alike, and no network has its size."""
    rows, columns = np.mgrid[0:283, 0:397]
    slopes = np.stack([rows * 0.8, columns * 0.6, 190 - rows * 0.4 - columns * 0.2], axis=-1)
    noise = np.random.default_rng(0).integers(0, 48, slopes.shape)
    picture = np.clip(slopes + noise, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(picture[..., :1]) if gray else picture


def _compare(picture: NDArray[np.uint8], ops: Sequence[Op], op: VdspOp, size: Size, allowed: float) -> Parting | None:
    try:
        calibrated = preprocess(
            picture, [*(item for item in ops if not isinstance(item, _IDLE)), ToTensor()], half_constants=True
        )
        fed = run_vdsp(op, _as_fed(picture, op), size)[: calibrated.shape[0]]
    except (VcompError, ValueError) as error:
        return Parting(None, None, str(error))
    if calibrated.shape != fed.shape:
        one, other = ("×".join(map(str, array.shape[1:])) for array in (calibrated, fed))
        return Parting(None, None, f"calibration makes {one}, the runtime {other}")
    worst = float(np.abs(calibrated - fed.astype(np.float32)).max())
    units = "in the network's units" if op.norma is not NormaType.EQUAL else "of 255"
    return None if worst <= allowed else Parting(None, worst, f"up to {worst:.4g} {units}")


def _as_fed(picture: NDArray[np.uint8], op: VdspOp) -> NDArray[np.uint8]:
    """The picture in the operator's format."""
    order = order_of(op.image_format)
    if order is Order.GRAY:
        return np.ascontiguousarray(picture[..., :1])
    three = picture if picture.shape[2] == 3 else np.repeat(picture, 3, axis=2)
    return np.ascontiguousarray(three[..., ::-1]) if order is Order.BGR else three
