"""From one value of a network's output back to the layers that computed it, through operators without weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vcomp.errors import VcompError, first_line
from vcomp.networks.session import open_session

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, ValueInfoProto

ACTIVATIONS = ("Sigmoid", "Softmax")
ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Pow", "Exp")
SAME_PLACE = (*ARITHMETIC, "Neg", "Clip", "Identity", "Cast", "Dropout")
# Operators that carry values to another place, and which of their inputs hold the values; None: all.
MOVING: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys(("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"), (0,)),
    **dict.fromkeys(("Split", "Slice", "Gather", "Expand", "Tile"), (0,)),
    "Concat": None,
    "ScatterND": (0, 2),
}


@dataclass
class Trace:
    """The operators that stand behind a value, up to the activation, and the values of layers that it depends on."""

    operators: set[str] = field(default_factory=set)
    sources: set[tuple[str, int]] = field(default_factory=set)


class Tail:
    """What a network does after its last layers. It is run once, on zeros, for the shapes of its tensors."""

    def __init__(self, network: ModelProto, size: tuple[int, int]) -> None:
        self._opsets = list(network.opset_import)
        self._outputs = [value.name for value in network.graph.output]
        self._varying = _varying(network)
        self._makers = {name: node for node in network.graph.node for name in node.output if name}
        self._values = _run(network, self._tensors(), size)
        self._moved: dict[str, NDArray[np.int64]] = {}

    def trace(self, output: int, place: int) -> Trace:
        """Behind the value at this place, counted in the flat array, of the network's output of this number."""
        trace, seen, ahead = Trace(), set[tuple[str, int]](), [(self._outputs[output], place)]
        while ahead:
            name, place = ahead.pop()
            if name not in self._varying or (name, place) in seen:
                continue
            seen.add((name, place))
            node = self._makers.get(name)
            if node is not None and node.op_type in ACTIVATIONS:
                trace.operators.add(node.op_type)
            elif node is not None and _passes(node):
                trace.operators.add(node.op_type)
                ahead += self._behind(node, name, place)
                continue
            trace.sources.add((name, place))
        return trace

    def _tensors(self) -> set[str]:
        """The names of all that the operators of the tail take and return."""
        names, ahead = set[str](self._outputs), list(self._outputs)
        while ahead:
            node = self._makers.get(ahead.pop())
            if node is not None and _passes(node):
                new = {name for name in (*node.input, *node.output) if name} - names
                names |= new
                ahead += new
        return names

    def _behind(self, node: NodeProto, name: str, place: int) -> list[tuple[str, int]]:
        """The values that an operator of the tail made this one of."""
        if node.op_type in MOVING:
            return [self._origin(node, name, place)]
        shape, operands = self._values[name].shape, [operand for operand in node.input if operand]
        if node.op_type not in ARITHMETIC:
            return [(operands[0], place)]
        places = [np.broadcast_to(_numbered(self._values[operand]), shape).flat[place] for operand in operands]
        return list(zip(operands, map(int, places), strict=True))

    def _origin(self, node: NodeProto, name: str, place: int) -> tuple[str, int]:
        """Where an operator took the value from: what it does to values it does to their numbers too."""
        carried = MOVING[node.op_type] or tuple(range(len(node.input)))
        feed = {operand: self._values[operand] for operand in node.input if operand}
        names, firsts, first = [node.input[index] for index in carried], [], 0
        for operand in names:
            firsts.append(first)
            first += self._values[operand].size
        if name not in self._moved:
            for operand, start in zip(names, firsts, strict=True):
                feed[operand] = _numbered(self._values[operand]) + start
            self._moved.update(_evaluate(node, feed, self._opsets))
        number = int(self._moved[name].flat[place])
        index = int(np.searchsorted(firsts, number, side="right")) - 1
        return names[index], number - firsts[index]


def _passes(node: NodeProto) -> bool:
    return node.op_type in SAME_PLACE or node.op_type in MOVING


def _numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    return np.arange(values.size).reshape(values.shape)


def _varying(network: ModelProto) -> set[str]:
    """The tensors that depend on the network's input, and not only on its shape."""
    constants = {tensor.name for tensor in network.graph.initializer}
    names = {value.name for value in network.graph.input} - constants
    for node in network.graph.node:
        if node.op_type not in ("Shape", "Size") and not names.isdisjoint(node.input):
            names.update(node.output)
    return names


def _evaluate(node: NodeProto, feed: dict[str, NDArray[Any]], opsets: list[Any]) -> dict[str, NDArray[np.int64]]:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    ports = [helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in feed]
    names = [name for name in node.output if name]
    returned = [helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in names]
    model = helper.make_model(helper.make_graph([node], "one", ports, returned), opset_imports=opsets)
    return dict(zip(names, ReferenceEvaluator(model).run(names, feed), strict=True))


def _run(network: ModelProto, names: set[str], size: tuple[int, int]) -> dict[str, NDArray[Any]]:
    """These tensors of the network, its inputs being zeros."""
    from onnx import ModelProto, numpy_helper

    constants = {tensor.name: tensor for tensor in network.graph.initializer}
    feed = {value.name: _zeros(value, size) for value in network.graph.input if value.name not in constants}
    values = {**feed, **{name: numpy_helper.to_array(constants[name]) for name in names & constants.keys()}}
    computed = sorted(names - values.keys())
    exposed = ModelProto()
    exposed.CopyFrom(network)
    for name in sorted(set(computed) - {value.name for value in network.graph.output}):
        exposed.graph.output.add().name = name
    try:
        results = open_session(exposed.SerializeToString(), "disabled").run(computed, feed)
    except VcompError:
        raise
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise VcompError(f"ONNX Runtime cannot run the network: {first_line(error)}") from error
    return {**values, **dict(zip(computed, results, strict=True))}


def _zeros(value: ValueInfoProto, size: tuple[int, int]) -> NDArray[Any]:
    """An input of zeros; the sides that an image leaves open are those of `size`."""
    from onnx import helper

    tensor = value.type.tensor_type
    sides = [side.dim_value for side in tensor.shape.dim]
    known = [1] * (len(sides) - 2) + list(size) if len(sides) == 4 else [1] * len(sides)
    shape = [side or other for side, other in zip(sides, known, strict=True)]
    return np.zeros(shape, helper.tensor_dtype_to_np_dtype(tensor.elem_type))
