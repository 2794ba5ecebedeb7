"""The int8 model: quantize/dequantize pairs that ONNX Runtime turns into integer operators."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vcomp.errors import VcompError
from vcomp.quantize.histogram import TensorStatistics
from vcomp.quantize.integer_relu import integer_relus
from vcomp.quantize.layers import interpolates, layers_left_in_float, quantized_types, range_sources
from vcomp.quantize.model import prepare
from vcomp.quantize.ranges import STEPS, choose_range
from vcomp.quantize.shared_ranges import share_ranges
from vcomp.quantize.weights import weight_overrides
from vcomp.spec import Int8

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

# The numerics are symmetric and signed, [-128, 127] times the scale. They are written as unsigned with this zero point:
# the same results to the last bit, by ONNX Runtime's faster kernels (UNet++ takes a sixth less time).
ZERO_POINT = 128


def quantize_int8(
    model: "ModelProto | bytes",
    statistics: Mapping[str, TensorStatistics],
    options: Int8,
    only: Sequence[str] = (),
) -> "ModelProto":
    """The model with int8 weights and activations; inputs and outputs keep their names, shapes and float32.

    `statistics` are those that `collect` returned for the same model. Weights are symmetric, per output channel or per
    tensor; a bias is int32 at the product of the scales. What is not in `layers.QUANTIZED`, a final sigmoid say,
    stays in floating point. `only` names the nodes to quantize, where not all are meant. On x64 without VNNI, ONNX
    Runtime computes exactly this only when told to be precise, as `networks.session` does; else its 16-bit sums may
    saturate. VcompError when statistics are missing, or a layer's number is past the last.
    """
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.calibrate import CalibrationMethod, TensorData, TensorsData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    prepared = prepare(model)
    types = quantized_types(options)
    ranges = _ranges(prepared.graph, statistics, options, types)
    in_float = [
        *layers_left_in_float(prepared.graph, options),
        *(n.name for n in prepared.graph.node if interpolates(n)),
    ]
    writer = QDQQuantizer(
        prepared,
        per_channel=options.by_channel,
        reduce_range=False,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=TensorsData(
            CalibrationMethod.MinMax,
            {name: TensorData(lowest=-reach, highest=reach) for name, reach in ranges.items()},
        ),
        nodes_to_quantize=list(only),
        nodes_to_exclude=in_float,
        op_types_to_quantize=types,
        extra_options={
            "ActivationSymmetric": True,
            "TensorQuantOverrides": {
                **weight_overrides(prepared.graph, options),
                **{name: [_parameters(reach)] for name, reach in ranges.items()},
            },
        },
    )
    writer.quantize_model()
    writer.model.topological_sort()
    quantized: ModelProto = writer.model.model
    integer_relus(quantized.graph)
    return quantized


def _ranges(
    graph: "GraphProto", statistics: Mapping[str, TensorStatistics], options: Int8, types: list[str]
) -> dict[str, np.float32]:
    sources = range_sources(graph)
    missing = sorted(set(sources.values()) - statistics.keys())
    if missing:
        raise VcompError(
            f"there are no statistics of tensor {missing[0]!r}", expected="those collected on the same model"
        )
    chosen = {
        source: choose_range(statistics[source], options.mode, options.calibrate_range)
        for source in set(sources.values())
    }
    shared = share_ranges(graph, {name: chosen[source] for name, source in sources.items()}, types)
    # A tensor that was always zero may have any range but none.
    return {name: np.float32(reach or 1.0) for name, reach in shared.items()}


def _parameters(reach: np.float32) -> dict[str, Any]:
    return {"scale": np.array(reach / STEPS, np.float32), "zero_point": np.array(ZERO_POINT, np.uint8)}
