"""The post-processing that the chip appends to a network: `graph.extra_ops` of a compile file."""

from vcomp.emulator.postprocess.apply import apply
from vcomp.emulator.postprocess.describe import describe
from vcomp.emulator.postprocess.fit import fit_heads
from vcomp.emulator.postprocess.params import ExtraOp, read_extra_op

__all__ = ["ExtraOp", "apply", "describe", "fit_heads", "read_extra_op"]
