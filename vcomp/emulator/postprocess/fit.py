"""When a network is compiled: which of its outputs are the heads, and what it has done to them already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from vcomp.emulator.postprocess.heads import Head, Heads, PartName
from vcomp.emulator.postprocess.layouts import COEFFICIENTS, Shape, Size, recognise
from vcomp.emulator.postprocess.params import AnyDetector, DflYolo, ExtraOp, RetinaFace, Softmax
from vcomp.emulator.postprocess.refusal import decoded_faces, differing_heads, no_prototypes, not_heads
from vcomp.emulator.postprocess.trace import ACTIVATIONS, ARITHMETIC, Tail, Trace

if TYPE_CHECKING:
    from onnx import ModelProto

State: TypeAlias = Literal["raw", "activated", "xywh", "xyxy"]


def fit_heads(op: ExtraOp, network: ModelProto, size: Size, shapes: Sequence[Shape]) -> ExtraOp:
    """The op, told where in the network's outputs its heads are. A softmax needs none.

    `size` is the height and width of the network's input, `shapes` are those of its outputs, each with a leading 1.
    The network is run once, on zeros. VcompError if the outputs cannot be heads of that kind.
    """
    if isinstance(op, Softmax):
        return op
    found = recognise(op, size, shapes)
    if found is None:
        raise not_heads(op, size, shapes)
    tail = Tail(network, size)
    states: dict[PartName, State] = {}
    for head in found:
        for part, _ in head.parts:
            state = _state(op, part, head, tail, shapes[head.output])
            if states.setdefault(part, state) != state:
                raise differing_heads(op, part)
    if isinstance(op, RetinaFace) and states["box"] != "raw":
        raise decoded_faces(op)
    boxes = states["box"]
    heads = Heads(
        heads=found,
        activated=tuple(part for part, state in states.items() if state == "activated"),
        boxes="raw" if boxes == "activated" else boxes,
        prototypes=_prototypes(op, found, shapes),
    )
    return op.model_copy(update={"heads": heads})


def _state(op: AnyDetector, part: PartName, head: Head, tail: Tail, shape: Shape) -> State:
    """What the network has done to one part: nothing, a sigmoid or softmax, or all of the decoding."""
    x = tail.trace(head.output, _place(head, part, 0, shape))
    if part == "box":
        if isinstance(op, DflYolo) and dict(head.parts)["box"] == 4:
            # A corner lies at one of the four distances from its cell; the centre between two.
            return "xyxy" if len(x.sources) == 1 else "xywh"
        width = tail.trace(head.output, _place(head, part, 2, shape))
        if _is_decoded(x) or _is_decoded(width):
            return "xywh"
    return "raw" if x.operators.isdisjoint(ACTIVATIONS) else "activated"


def _is_decoded(trace: Trace) -> bool:
    """Whether a formula of some detector stands there; a product alone may be a weight of the network."""
    return "Exp" in trace.operators or ("Sigmoid" in trace.operators and not trace.operators.isdisjoint(ARITHMETIC))


def _place(head: Head, part: PartName, channel: int, shape: Shape) -> int:
    """Of one channel of a part, the first box's value in the flat output."""
    parts = [name for name, _ in head.parts]
    channel += sum(channels for _, channels in head.parts[: parts.index(part)])
    if head.form == "map":
        return channel * shape[2] * shape[3]
    return channel * shape[2] if head.form == "columns" else channel


def _prototypes(op: AnyDetector, heads: Sequence[Head], shapes: Sequence[Shape]) -> int | None:
    """The output that holds the maps which masks are composed of, where the op makes masks."""
    if not isinstance(op, DflYolo) or not op.seg_enable:
        return None
    taken = {head.output for head in heads}
    for output, shape in enumerate(shapes):
        if output not in taken and len(shape) == 4 and shape[:2] == (1, COEFFICIENTS):
            return output
    raise no_prototypes(op, shapes)
