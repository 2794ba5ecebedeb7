"""An int8 model in part: its weights alone, or its activations alone, to see where the accuracy goes."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vcomp.quantize.model import prepare, replace_nodes

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

WEIGHT = "_quantized"  # what ONNX Runtime's QDQ writer adds to the name of a weight


def int8_weights_alone(model: "ModelProto | bytes", quantized: "ModelProto") -> "ModelProto":
    """The fp32 model with the values that the int8 model's weights have; biases stay as they are."""
    from onnx import TensorProto, numpy_helper

    rounded = {
        name: _dequantized(quantized.graph, node)
        for name, node in _dequantized_constants(quantized.graph).items()
        if _constants(quantized.graph)[node.input[0]].data_type == TensorProto.INT8
    }
    result = prepare(model)
    for initializer in result.graph.initializer:
        if initializer.name in rounded:
            initializer.CopyFrom(numpy_helper.from_array(rounded[initializer.name], initializer.name))
    return result


def int8_activations_alone(model: "ModelProto | bytes", quantized: "ModelProto") -> "ModelProto":
    """The int8 model with the weights and biases of the fp32 model."""
    original = _constants(prepare(model).graph)
    result = type(quantized)()
    result.CopyFrom(quantized)
    replaced = _dequantized_constants(result.graph)
    back = {node.output[0]: name for name, node in replaced.items()}
    for node in result.graph.node:
        node.input[:] = [back.get(name, name) for name in node.input]
    gone = {node.name for node in replaced.values()}
    replace_nodes(result.graph, [node for node in result.graph.node if node.name not in gone])
    have = _constants(result.graph)
    result.graph.initializer.extend(original[name] for name in sorted(replaced.keys() - have.keys()))
    return result


def _constants(graph: "GraphProto") -> "dict[str, TensorProto]":
    return {initializer.name: initializer for initializer in graph.initializer}


def _dequantized_constants(graph: "GraphProto") -> "dict[str, NodeProto]":
    """By the name of each weight and bias: the node that makes it float again."""
    constants = _constants(graph)
    return {
        node.input[0].removesuffix(WEIGHT): node
        for node in graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in constants
    }


def _dequantized(graph: "GraphProto", node: "NodeProto") -> NDArray[Any]:
    from onnx import numpy_helper

    constants = _constants(graph)
    values, scale = (numpy_helper.to_array(constants[name]) for name in node.input[:2])
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
    if scale.ndim:
        scale = scale.reshape([-1 if index == axis % values.ndim else 1 for index in range(values.ndim)])
    return np.asarray(values.astype(np.float32) * scale, np.float32)
