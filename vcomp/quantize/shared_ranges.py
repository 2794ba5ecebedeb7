"""Tensors that have one range between them, so that joining and pooling them moves bytes and computes nothing."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from vcomp.quantize.layers import ACTIVATIONS, KEEPING, interpolates, range_sources

if TYPE_CHECKING:
    from onnx import GraphProto


def share_ranges(graph: "GraphProto", ranges: Mapping[str, float], types: Collection[str]) -> dict[str, float]:
    """The ranges, with the widest of a concatenation's for all that it joins; `types` are the quantized operators.

    As in TFLite's int8 specification, what a concatenation takes and returns has one scale; pooling, reshaping and a
    ReLU pass a scale on. Interpolation does not: its result is rounded anew, and takes the scale of where it goes.
    """
    groups = {name: {name} for name in ranges}
    for one, other in _pairs(graph, types):
        if one in groups and other in groups and groups[one] is not groups[other]:
            groups[one] |= groups[other]
            for name in groups[other]:
                groups[name] = groups[one]
    return {name: max(ranges[member] for member in groups[name]) for name in ranges}


def _pairs(graph: "GraphProto", types: Collection[str]) -> Iterator[tuple[str, str]]:
    """Tensors that must have the same range."""
    sources = range_sources(graph)
    for node in graph.node:
        if node.op_type == "Concat" and node.op_type in types:
            yield from ((name, node.output[0]) for name in node.input)
        fused = node.op_type in ACTIVATIONS and sources.get(node.input[0]) == node.output[0]
        if fused or (node.op_type in KEEPING and not interpolates(node)):
            yield node.input[0], node.output[0]
