"""The fp16 model: weights and activations rounded to half precision, arithmetic in single.

ONNX Runtime's CPU provider has no half-precision convolution. It runs a graph of float16 tensors in float32, and drops
the rounding between operators with the casts that it inserts: a float16 graph would measure its weights alone. So the
rounding is written into the graph, as pairs of casts, which ONNX Runtime keeps at every optimisation level.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vcomp.quantize.model import float_tensors, read_model, replace_nodes
from vcomp.spec.ops import LARGEST_HALF

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

# Operators that return values which they took: what is rounded stays so, and needs no second rounding.
SELECTING = ("Relu", "MaxPool", "Concat", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split")
# Operators whose inputs after the first are sizes and scales, not data.
RESIZING = ("Resize", "Upsample")


@dataclass(frozen=True)
class AffectedWeight:
    """A weight, a layer that uses it, and how many of its `size` values do not survive."""

    name: str
    layer: str
    values: int
    size: int


@dataclass(frozen=True)
class Fp16Report:
    """The weights with values beyond ±65504, which are set to that, and with values that become zero."""

    overflowed: tuple[AffectedWeight, ...] = ()
    vanished: tuple[AffectedWeight, ...] = ()


def convert_fp16(model: "ModelProto | bytes") -> "tuple[ModelProto, Fp16Report]":
    """The model with fp16 weights, and every operator's result rounded to fp16; and what the weights lost.

    Inputs and outputs keep their names, shapes and float32. An operator accumulates in float32 and rounds once; an
    activation beyond 65504 becomes infinite.
    """
    import onnx

    converted = onnx.shape_inference.infer_shapes(read_model(model))
    floats = set(float_tensors(converted.graph))
    report = _round_weights(converted.graph)
    _round_activations(converted.graph, floats)
    return converted, report


def _round_weights(graph: "GraphProto") -> Fp16Report:
    """Store the weights as float16, each with a cast to float32 under its own name."""
    from onnx import TensorProto, helper, numpy_helper

    layers = {name: node.name for node in reversed(graph.node) for name in node.input}
    sizes = {name for node in graph.node if node.op_type in RESIZING for name in node.input[1:]}
    overflowed: list[AffectedWeight] = []
    vanished: list[AffectedWeight] = []
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or weight.name in sizes:
            continue
        name, values = weight.name, numpy_helper.to_array(weight)
        with np.errstate(over="ignore"):
            rounded = np.array(values, np.float16)
        beyond = np.isinf(rounded) & np.isfinite(values)
        rounded[beyond] = np.copysign(LARGEST_HALF, values[beyond])
        zero = (rounded == 0) & (values != 0)
        for lost, affected in ((beyond, overflowed), (zero, vanished)):
            if lost.any():
                affected.append(AffectedWeight(name, layers.get(name, ""), int(lost.sum()), lost.size))
        weight.CopyFrom(numpy_helper.from_array(rounded, f"{name}_fp16"))
        casts.append(helper.make_node("Cast", [weight.name], [name], f"{name}_cast", to=TensorProto.FLOAT))
    replace_nodes(graph, [*casts, *graph.node])
    return Fp16Report(tuple(overflowed), tuple(vanished))


def _round_activations(graph: "GraphProto", floats: set[str]) -> None:
    """Round the inputs, and each result as soon as it is computed; that of a layer with a ReLU, after the ReLU."""
    readers = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node.op_type)
    returned = {value.name for value in graph.output}
    rounded_inputs = {value.name: f"{value.name}_rounded" for value in graph.input if value.name in floats}
    nodes = [cast for name, rounded in rounded_inputs.items() for cast in _rounding(name, rounded)]
    unrounded: set[str] = set()
    for node in graph.node:
        nodes.append(node)
        node.input[:] = [rounded_inputs.get(name, name) for name in node.input]
        if node.op_type in SELECTING and not unrounded.intersection(node.input):
            continue
        for index, name in enumerate(node.output):
            if readers[name] == ["Relu"] and name not in returned:
                unrounded.add(name)
            elif name in floats:
                node.output[index] = f"{name}_unrounded"
                nodes.extend(_rounding(node.output[index], name))
    replace_nodes(graph, nodes)


def _rounding(name: str, rounded: str) -> "Iterator[NodeProto]":
    from onnx import TensorProto, helper

    half = f"{rounded}_fp16"
    yield helper.make_node("Cast", [name], [half], f"{half}_cast", to=TensorProto.FLOAT16)
    yield helper.make_node("Cast", [half], [rounded], f"{rounded}_cast", to=TensorProto.FLOAT)
