"""An op in one line, for the compiler's log."""

from vcomp.emulator.postprocess.params import ExtraOp, Softmax


def describe(op: ExtraOp) -> str:
    """What the op is, and what `fit_heads` found the network to do itself."""
    if isinstance(op, Softmax):
        return op.type
    what = f"{op.type} of {op.num_classes} {'class' if op.num_classes == 1 else 'classes'}"
    if not op.heads:
        return what
    numbers = ", ".join(str(head.output) for head in op.heads.heads)
    outputs = f"output {numbers}" if len(op.heads.heads) == 1 else f"outputs {numbers}"
    boxes = "boxes raw" if op.heads.boxes == "raw" else f"boxes decoded ({op.heads.boxes})"
    activated = f"activated by the network: {', '.join(op.heads.activated) or 'nothing'}"
    return f"{what} from {outputs}; {boxes}; {activated}"
