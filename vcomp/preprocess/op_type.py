"""The fused operators' names, which specs use too, where the operators are computed."""

from vcomp.spec.op_type import OpType, Step

__all__ = ["OpType", "Step"]
