"""ReLUs of a quantized graph, without leaving the integers."""

from collections import defaultdict
from typing import TYPE_CHECKING

from vcomp.quantize.model import replace_nodes

if TYPE_CHECKING:
    from onnx import GraphProto


def integer_relus(graph: "GraphProto") -> None:
    """Turn each dequantize → Relu → quantize that has one scale and zero point into a Clip at that zero point.

    The results are the same to the last bit. The opset must be 12 or later, in which Clip takes integers.
    """
    from onnx import NodeProto, numpy_helper

    constants = {initializer.name: initializer for initializer in graph.initializer}
    producers = {name: node for node in graph.node for name in node.output}
    readers: dict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)

    def parameters(node: NodeProto) -> list[bytes]:
        return [numpy_helper.to_array(constants[name]).tobytes() for name in node.input[1:]]

    replaced: set[str] = set()
    for relu in [node for node in graph.node if node.op_type == "Relu"]:
        before, after = producers.get(relu.input[0]), readers[relu.output[0]]
        if before is None or before.op_type != "DequantizeLinear":
            continue
        if [node.op_type for node in after] != ["QuantizeLinear"] or parameters(before) != parameters(after[0]):
            continue
        relu.op_type = "Clip"
        relu.input[:] = [before.input[0], before.input[2]]
        relu.output[0] = after[0].output[0]
        replaced.add(after[0].name)
        if len(readers[before.output[0]]) == 1:
            replaced.add(before.name)
    replace_nodes(graph, [node for node in graph.node if node.name not in replaced])
