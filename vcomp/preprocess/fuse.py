"""How a sequence of ops becomes the one fused operator that does the same."""

from collections.abc import Sequence
from typing import Any

from vcomp.errors import VcompError
from vcomp.preprocess.op_type import OpType
from vcomp.preprocess.vdsp import ColorCvtCode, NormaType, VdspOp
from vcomp.spec import CenterCrop, Decode, Letterbox, Normalize, Op, Resize, ToBGR, ToTensor


def fuse(ops: Sequence[Op]) -> VdspOp:
    """The one fused operator that does what the ops do; VcompError if the chip has none."""
    steps = [op for op in ops if not isinstance(op, (Decode, ToBGR, ToTensor))]
    swaps = sum(isinstance(op, ToBGR) for op in ops)
    last = steps[-1] if steps else None
    normal = last if isinstance(last, Normalize) else Normalize(div255=False)  # without one, x stays as it is
    if normal is last:
        steps.pop()
    common: dict[str, Any] = {
        "norma": _norma_type(normal),
        "color": ColorCvtCode.RGB2BGR if swaps % 2 else ColorCvtCode.NO_CHANGE,
        "mean": _three(normal.mean),
        "std": _three(normal.std),
    }
    match steps:
        case [Resize() as size]:
            return VdspOp(OpType.RGB_RESIZE_CVTCOLOR, (size.height, size.width), kernel=size.kernel, **common)
        case [Resize() as size, CenterCrop() as cut]:
            return VdspOp(
                OpType.RGB_RESIZE_CVTCOLOR_CROP,
                (cut.height, cut.width),
                kernel=size.kernel,
                resize=(size.height, size.width),
                crop=((size.height - cut.height) // 2, (size.width - cut.width) // 2),
                **common,
            )
        case [Letterbox() as box]:
            return VdspOp(
                OpType.RGB_LETTERBOX_CVTCOLOR,
                (box.height, box.width),
                kernel=box.kernel,
                padding=(box.fill,) * 3,
                **common,
            )
        case _:
            raise _no_operator(steps)


def _no_operator(steps: Sequence[Op]) -> VcompError:
    return VcompError(
        f"the chip has no fused operator for {', '.join(type(step).__name__ for step in steps) or 'no resize at all'}",
        where="preprocess",
        expected="Resize, or Resize and CenterCrop, or Letterbox, with ToBGR and Normalize as needed",
        mend="rewrite the steps, or do the rest on the host",
    )


def _norma_type(op: Normalize) -> NormaType:
    if op.mean is None:
        return NormaType.DIV255 if op.div255 else NormaType.EQUAL
    return NormaType.DIV255_MINUSMEAN_DIVSTD if op.div255 else NormaType.MINUSMEAN_DIVSTD


def _three(values: Sequence[float] | None) -> tuple[float, ...] | None:
    """One value per channel of the operator, which always works on three; a grey network reads the first."""
    return tuple(values) * (3 // len(values)) if values else None
