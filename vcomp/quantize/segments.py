"""A network run piece by piece: each tensor that is measured is handed over, and freed, before the next is computed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from vcomp.networks.session import open_session
from vcomp.quantize.model import is_weight

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto
    from onnxruntime import InferenceSession

Values = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Segment:
    """Some nodes in a row: the tensors that they take, those of theirs that are wanted later, those that end here.

    Their weights are handed to them with the tensors: in a session of their own they would be copied three times.
    """

    session: "InferenceSession"
    weights: Values
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    last_uses: tuple[str, ...]


def cut(model: "ModelProto", measured: Sequence[str]) -> list[Segment]:
    """The model, with inferred shapes, cut behind each measured tensor; what follows the last of them is left out.

    A session has one thread and no graph optimisation: fused operators would hide, and slightly move, what is measured.
    It keeps no memory from one run to the next, and may be run by several threads at once.
    """
    from onnx import numpy_helper

    graph = model.graph
    weights = {item.name: numpy_helper.to_array(item) for item in graph.initializer if is_weight(item)}
    constants = {initializer.name for initializer in graph.initializer}
    uses = [[name for name in _needs(node) if name not in constants] for node in graph.node]
    ends = [index for index, node in enumerate(graph.node) if set(node.output) & set(measured)]
    last_use = {name: index for index in range(ends[-1] + 1 if ends else 0) for name in uses[index]}
    typed = {value.name for value in (*graph.input, *graph.value_info, *graph.output)}
    segments, start = [], 0
    for end in ends:
        made = [name for node in graph.node[start : end + 1] for name in node.output if name]
        crossing = [name for name in made if last_use.get(name, -1) > end]
        if end != ends[-1] and not typed.issuperset(crossing):
            continue  # the next segment could not say what it takes
        taken = dict.fromkeys(name for names in uses[start : end + 1] for name in names)
        takes = tuple(name for name in taken if name not in made)
        gives = tuple(name for name in made if name in crossing or name in measured)
        over = tuple(name for name in (*takes, *gives) if last_use.get(name, -1) <= end)
        own = {name: weights[name] for node in graph.node[start : end + 1] for name in _needs(node) if name in weights}
        part = _part(model, start, end, (*takes, *own), gives)
        session = open_session(part, "disabled", intra_op_threads=1, keep_memory=False)
        segments.append(Segment(session, own, takes, gives, over))
        start = end + 1
    return segments


def run(segments: Sequence[Segment], feed: Values) -> Iterator[tuple[str, NDArray[Any]]]:
    """The tensors that the segments give, each as soon as it is computed."""
    for segment, values in _steps(segments, feed):
        yield from ((name, values[name]) for name in segment.gives)


def live_bytes(segments: Sequence[Segment], feed: Values) -> int:
    """How much the tensors take that are held at once while a feed is run, at most; found by running it."""
    return max(sum(value.nbytes for value in values.values()) for _, values in _steps(segments, feed))


def _steps(segments: Sequence[Segment], feed: Values) -> Iterator[tuple[Segment, dict[str, NDArray[Any]]]]:
    values = dict(feed)
    for segment in segments:
        taken = {**segment.weights, **{name: values[name] for name in segment.takes}}
        given = segment.session.run(list(segment.gives), taken)
        values.update(zip(segment.gives, given, strict=True))
        del taken, given  # or they would outlive their last use
        yield segment, values
        for name in segment.last_uses:
            del values[name]


def _needs(node: "NodeProto") -> Iterator[str]:
    """The names that a node reads, those inside its branches and loops among them."""
    yield from filter(None, node.input)
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            yield from _needs_from_outside(graph)


def _needs_from_outside(graph: "GraphProto") -> Iterator[str]:
    own = {value.name for value in graph.input} | {initializer.name for initializer in graph.initializer}
    own |= {name for node in graph.node for name in node.output}
    used = [name for node in graph.node for name in _needs(node)] + [value.name for value in graph.output]
    yield from (name for name in used if name not in own)


def _part(model: "ModelProto", start: int, end: int, takes: Sequence[str], gives: Sequence[str]) -> bytes:
    """Some nodes of a model as a model of their own, without its weights."""
    from onnx import ModelProto

    part = ModelProto(ir_version=model.ir_version, opset_import=model.opset_import, functions=model.functions)
    part.graph.name = model.graph.name
    part.graph.node.extend(model.graph.node[start : end + 1])
    needed = {name for node in part.graph.node for name in _needs(node)}
    needed.difference_update(takes)
    part.graph.initializer.extend(item for item in model.graph.initializer if item.name in needed)
    values = (*model.graph.input, *model.graph.value_info, *model.graph.output)
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    types |= {item.name: item.data_type for item in model.graph.initializer}
    for name in takes:
        part.graph.input.add(name=name).type.tensor_type.elem_type = types[name]
    for name in gives:
        part.graph.output.add(name=name)
    written: bytes = part.SerializeToString()
    return written
