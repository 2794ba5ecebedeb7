"""Parameters, multiply-accumulates and floating-point operations, counted from an ONNX graph."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vcomp.networks.onnx_file import load_onnx
from vcomp.spec import Input

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

DEFINITION = (
    "MACs: one per multiply-accumulate of Conv, ConvTranspose, Gemm and MatMul, batch 1. FLOPs: 2 per MAC, plus 1 per "
    "output element of every bias and element-wise op, k² per output element of a k×k pooling, 8 of a bilinear resize. "
    "Parameters: weights, biases and batch-norm scales and shifts of the torch module; of an ONNX file, its weights."
)
_ELEMENTWISE = frozenset(
    "Add Sub Mul Div Relu LeakyRelu PRelu Sigmoid Tanh Softmax Exp Sqrt Clip HardSigmoid HardSwish Elu Gelu Erf "
    "BatchNormalization GlobalAveragePool ReduceMean".split()
)


@dataclass(frozen=True)
class Complexity:
    """Counts for one image; `parameters` are those of the ONNX file's float weights."""

    parameters: int
    macs: int
    flops: int


def count(path: Path, inputs: Sequence[Input] = ()) -> Complexity:
    """Count over an ONNX file, with the shapes of `inputs` where it leaves its own open.

    Nodes whose shapes cannot be inferred count nothing.
    """
    import onnx

    model = load_onnx(path)
    _fix_inputs(model.graph, inputs)
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes: dict[str, tuple[int, ...]] = {item.name: tuple(item.dims) for item in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        sides = tuple(side.dim_value for side in value.type.tensor_type.shape.dim)
        if value.type.tensor_type.HasField("shape") and all(side > 0 for side in sides):
            shapes[value.name] = sides
    macs = flops = 0
    for node in graph.node:
        done = _macs(node, shapes)
        macs += done
        flops += 2 * done + _other_flops(node, shapes)
    floats = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE)
    parameters = sum(math.prod(item.dims) for item in graph.initializer if item.data_type in floats and item.dims)
    return Complexity(parameters, macs, flops)


def _fix_inputs(graph: "GraphProto", inputs: Sequence[Input]) -> None:
    given = {item.name: item.shape for item in inputs}
    for value in graph.input:
        sides = value.type.tensor_type.shape.dim
        for side, length in zip(sides, given.get(value.name, ()), strict=False):
            side.dim_value = length


def _macs(node: "NodeProto", shapes: dict[str, tuple[int, ...]]) -> int:
    out = math.prod(shapes.get(node.output[0], (0,)))
    if node.op_type == "Conv":
        return out * math.prod(shapes.get(node.input[1], (0,))[1:])
    if node.op_type == "ConvTranspose":
        return math.prod(shapes.get(node.input[0], (0,))) * math.prod(shapes.get(node.input[1], (0,))[1:])
    if node.op_type == "MatMul":
        return out * shapes.get(node.input[0], (0,))[-1]
    if node.op_type == "Gemm":
        left = shapes.get(node.input[0], (0, 0))
        transposed = any(a.name == "transA" and a.i for a in node.attribute)
        return out * (left[0] if transposed else left[-1])
    return 0


def _other_flops(node: "NodeProto", shapes: dict[str, tuple[int, ...]]) -> int:
    out = math.prod(shapes.get(node.output[0], (0,)))
    if node.op_type in ("Conv", "ConvTranspose", "Gemm"):
        return out if len(node.input) > 2 else 0
    if node.op_type in ("MaxPool", "AveragePool"):
        kernel = next((list(a.ints) for a in node.attribute if a.name == "kernel_shape"), [])
        return out * math.prod(int(side) for side in kernel)
    if node.op_type in ("Resize", "Upsample"):
        linear = any(a.name == "mode" and a.s in (b"linear", b"cubic") for a in node.attribute)
        return 8 * out if linear else 0
    return out if node.op_type in _ELEMENTWISE else 0
