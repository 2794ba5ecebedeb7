"""What of a graph is quantized: its operators, its numbered layers, and where the range of each tensor comes from."""

from collections import Counter
from typing import TYPE_CHECKING

from vcomp.errors import VcompError
from vcomp.quantize.model import float_tensors
from vcomp.spec import Int8

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

CONVOLUTIONS = ("Conv", "ConvTranspose")
MATMULS = ("MatMul", "Gemm")
ACTIVATIONS = ("Relu", "Clip")
COMBINING = ("Add", "Concat", "GlobalAveragePool")
# Operators whose output keeps the range of their input.
RESHAPING = ("Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "DepthToSpace")
KEEPING = ("MaxPool", "AveragePool", "Resize", *RESHAPING)
QUANTIZED = (*CONVOLUTIONS, *MATMULS, *ACTIVATIONS, *COMBINING, *KEEPING)

# What the vendor's compiler calls an operator, less a leading "nn." or "_" and "vacc_".
COMPILER_NAMES = {
    "conv2d": ("Conv",),
    "conv2d_transpose": ("ConvTranspose",),
    "dense": ("Gemm",),
    "matmul": MATMULS,
    "batch_matmul": ("MatMul",),
    "add": ("Add",),
    "concatenate": ("Concat",),
    "relu": ("Relu",),
    "clip": ("Clip",),
    "max_pool2d": ("MaxPool",),
    "avg_pool2d": ("AveragePool",),
    "global_avg_pool2d": ("GlobalAveragePool",),
    "upsampling": ("Resize",),
}


def onnx_types(compiler_name: str) -> tuple[str, ...]:
    """The ONNX operators that the vendor's compiler calls so; none for those of its own that ONNX does not have."""
    return COMPILER_NAMES.get(compiler_name.removeprefix("nn.").removeprefix("_").removeprefix("vacc_"), ())


def quantized_types(options: Int8) -> list[str]:
    """The operators that the options leave to be quantized."""
    left_out = [name[1:] for name in options.quantize_operators if name.startswith("!")]
    in_float = {kind for name in (*left_out, *options.ops_usingfp) for kind in onnx_types(name)}
    return [kind for kind in QUANTIZED if kind not in in_float]


def interpolates(node: "NodeProto") -> bool:
    """Whether a node computes values between those that it takes.

    ONNX Runtime's integer kernel for that cuts off where it should round, and is slower than the one in floating point.
    """
    from onnx import helper

    return node.op_type == "Resize" and any(
        attribute.name == "mode" and helper.get_attribute_value(attribute) != b"nearest" for attribute in node.attribute
    )


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


def layers(graph: "GraphProto") -> "list[NodeProto]":
    """The layers that have weights: convolutions and matrix products, in the order of the graph."""
    return [node for node in graph.node if node.op_type in (*CONVOLUTIONS, *MATMULS)]


def layers_left_in_float(graph: "GraphProto", options: Int8) -> list[str]:
    """The names of the layers that the options keep from being quantized; VcompError for a number past the last.

    Layers count from 0 in the order of the graph. What the vendor's `exclude_layers` counts is not published; here it
    is convolutions and matrix products together.
    """
    both = layers(graph)
    convolutions = [node for node in both if node.op_type in CONVOLUTIONS]
    products = [node for node in both if node.op_type in MATMULS]
    return [
        *_picked("skip_conv_layers", options.skip_conv_layers, convolutions),
        *_picked("skip_matmul_layers", options.skip_matmul_layers, products),
        *_picked("exclude_layers", options.exclude_layers, both),
    ]


def _picked(field: str, numbers: tuple[int, ...], layers: "list[NodeProto]") -> list[str]:
    for number in numbers:
        if number >= len(layers):
            raise VcompError(
                f"{field} holds {number}, the network has {len(layers)} such layers",
                expected=f"numbers from 0 to {len(layers) - 1}" if layers else "an empty list",
            )
    return [layers[number].name for number in numbers]
