"""The scales of weights, where they are not simply the largest magnitude over 127."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vcomp.quantize.layers import layers
from vcomp.quantize.ranges import STEPS
from vcomp.spec import Int8, WeightScale

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

Parameters = dict[str, Any]


def weight_overrides(graph: "GraphProto", options: Int8) -> dict[str, list[Parameters]]:
    """What ONNX Runtime's QDQ writer is told of each weight; nothing for the rule that is its own, max."""
    from onnx import numpy_helper

    if options.weight_scale is not WeightScale.POWER2:
        return {}
    constants = {initializer.name: initializer for initializer in graph.initializer}
    overrides: dict[str, list[Parameters]] = {}
    for layer in layers(graph):
        if (name := layer.input[1]) in constants:
            weight = numpy_helper.to_array(constants[name])
            axis = output_axis(layer) if options.by_channel and weight.ndim > 1 else None
            scales = power_of_two_scales(weight, axis)
            overrides[name] = [_parameters(scale, axis) for scale in scales]
    return overrides


def power_of_two_scales(weight: NDArray[np.float32], axis: int | None) -> NDArray[np.float32]:
    """The least powers of two at which no weight exceeds 127 steps; one per index of the axis, or one in all."""
    others = tuple(other for other in range(weight.ndim) if other != axis)
    largest = np.atleast_1d(np.abs(weight).max(axis=others))
    return np.exp2(np.ceil(np.log2(np.where(largest > 0, largest, STEPS) / STEPS))).astype(np.float32)


def output_axis(layer: "NodeProto") -> int:
    """The axis of a layer's weight that runs over its output channels."""
    transposed = any(attribute.name == "transB" and attribute.i for attribute in layer.attribute)
    return 0 if layer.op_type == "Conv" or (layer.op_type == "Gemm" and transposed) else 1


def _parameters(scale: np.float32, axis: int | None) -> Parameters:
    parameters = {"scale": np.array(scale, np.float32), "zero_point": np.array(0, np.int8)}
    return parameters if axis is None else {**parameters, "axis": axis}
