"""What of a graph is quantized: its operators, its numbered layers, and where the range of each tensor comes from."""

from collections import Counter
from typing import TYPE_CHECKING

from vcomp.errors import VcompError
from vcomp.quantize.model import float_tensors
from vcomp.spec import Int8

if TYPE_CHECKING:
    from onnx import GraphProto

CONVOLUTIONS = ("Conv", "ConvTranspose")
MATMULS = ("MatMul", "Gemm")
ACTIVATIONS = ("Relu", "Clip")
COMBINING = ("Add", "Concat", "GlobalAveragePool")
# Operators whose output keeps the range of their input.
KEEPING = ("MaxPool", "AveragePool", "Resize", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze")
QUANTIZED = (*CONVOLUTIONS, *MATMULS, *ACTIVATIONS, *COMBINING, *KEEPING)


def range_sources(graph: "GraphProto") -> dict[str, str]:
    """For each activation that may be stored as int8: the one whose statistics give its range.

    Mostly itself. What pooling, resizing and reshaping return has the range of what they took. What goes into a ReLU
    alone has the range of what comes out, so that the two become one operation. Needs inferred shapes.
    """
    floats = set(float_tensors(graph)) - {initializer.name for initializer in graph.initializer}
    readers = Counter(name for node in graph.node for name in node.input)
    readers.update(value.name for value in graph.output)
    sources: dict[str, str] = {}
    for node in graph.node:
        if node.op_type not in QUANTIZED:
            continue
        for name in (*node.input, *node.output):
            if name in floats:
                sources.setdefault(name, name)
        taken, returned = node.input[0], node.output[0]
        if node.op_type in KEEPING and taken in sources:
            sources[returned] = sources[taken]
        elif node.op_type in ACTIVATIONS and sources.get(taken) == taken and readers[taken] == 1:
            sources[taken] = returned
    return sources


def layers_left_in_float(graph: "GraphProto", options: Int8) -> list[str]:
    """The names of the layers that the options keep from being quantized; VcompError for a number past the last.

    Layers count from 0 in the order of the graph. What the vendor's `exclude_layers` counts is not published; here it
    is convolutions and matrix products together.
    """
    convolutions = [node.name for node in graph.node if node.op_type in CONVOLUTIONS]
    products = [node.name for node in graph.node if node.op_type in MATMULS]
    both = [node.name for node in graph.node if node.op_type in (*CONVOLUTIONS, *MATMULS)]
    return [
        *_picked("skip_conv_layers", options.skip_conv_layers, convolutions),
        *_picked("skip_matmul_layers", options.skip_matmul_layers, products),
        *_picked("exclude_layers", options.exclude_layers, both),
    ]


def _picked(field: str, numbers: tuple[int, ...], layers: list[str]) -> list[str]:
    for number in numbers:
        if number >= len(layers):
            raise VcompError(
                f"{field} holds {number}, the network has {len(layers)} such layers",
                expected=f"numbers from 0 to {len(layers) - 1}" if layers else "an empty list",
            )
    return [layers[number] for number in numbers]
