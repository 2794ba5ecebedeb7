"""From an fp32 ONNX model to one that computes as the chip does: calibration, the int8 graph, the fp16 graph.

statistics = collect(model, feeds)
quantized = quantize_int8(model, statistics, Int8(calibrate="percentile"))
"""

from vcomp.quantize.collect import collect
from vcomp.quantize.fp16 import AffectedWeight, Fp16Report, convert_fp16
from vcomp.quantize.histogram import TensorStatistics
from vcomp.quantize.int8 import quantize_int8
from vcomp.quantize.model import prepare
from vcomp.quantize.ranges import choose_range

__all__ = [
    "AffectedWeight",
    "Fp16Report",
    "TensorStatistics",
    "choose_range",
    "collect",
    "convert_fp16",
    "prepare",
    "quantize_int8",
]
