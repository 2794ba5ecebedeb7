"""An ONNX model read, and made ready to be quantized."""

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vcomp.errors import VcompError, first_line

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

OPSET = 13  # the first in which QuantizeLinear and DequantizeLinear know channels
LARGE = 256  # values: a constant with more says nothing about shapes


def read_model(model: "ModelProto | bytes") -> "ModelProto":
    """A copy of the model in which nodes have names of their own, and constants are initializers but no inputs."""
    from onnx import ModelProto

    copy = ModelProto()
    copy.ParseFromString(model if isinstance(model, bytes) else model.SerializeToString())
    _name_nodes(copy.graph)
    _constants_to_initializers(copy.graph)
    constants = {initializer.name for initializer in copy.graph.initializer}
    inputs = [value for value in copy.graph.input if value.name not in constants]
    del copy.graph.input[:]
    copy.graph.input.extend(inputs)
    copy.ir_version = max(copy.ir_version, 4)  # before, initializers had to be inputs
    return copy


def prepare(model: "ModelProto | bytes") -> "ModelProto":
    """A copy of the model at opset 13 or later, with the type and shape of every tensor.

    VcompError if ONNX's converter cannot bring the model there.
    """
    return complete(read_model(model))


def complete(model: "ModelProto") -> "ModelProto":
    """As `prepare`, for a model that `read_model` returned: itself, completed, where its opset need not be raised."""
    import onnx

    given = opset(model)
    if given < OPSET:
        from onnx.version_converter import convert_version

        try:
            model = read_model(convert_version(model, OPSET))
        except Exception as error:  # what the converter raises is not documented
            raise VcompError(
                f"a model of opset {given} cannot be brought to {OPSET}: {first_line(error)}",
                expected="operators that ONNX's version converter knows",
                mend=f"export it with opset {OPSET} or later",
            ) from None
    if given < 11:
        _resize_as_before_opset_11(model.graph)
    inferred = onnx.shape_inference.infer_shapes(_without_weights(model)).graph
    del model.graph.value_info[:], model.graph.output[:]
    model.graph.value_info.extend(inferred.value_info)
    model.graph.output.extend(inferred.output)
    return model


def opset(model: "ModelProto") -> int:
    return max((item.version for item in model.opset_import if item.domain in ("", "ai.onnx")), default=1)


def float_tensors(graph: "GraphProto") -> Iterator[str]:
    """The names of the inputs, outputs and values between them that are float32; needs inferred shapes."""
    from onnx import TensorProto

    for value in (*graph.input, *graph.value_info, *graph.output):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            yield value.name


def is_weight(constant: "TensorProto") -> bool:
    """Whether it is large, of float32, and held by the model itself."""
    from onnx import TensorProto

    here = constant.data_type == TensorProto.FLOAT and not constant.external_data
    return here and math.prod(constant.dims) > LARGE


def replace_nodes(graph: "GraphProto", nodes: "Iterable[NodeProto]") -> None:
    copies = list(nodes)
    del graph.node[:]
    graph.node.extend(copies)


def _without_weights(model: "ModelProto") -> "ModelProto":
    """A copy whose weights have their types and shapes alone: copying their values takes longer than all the rest."""
    from onnx import ModelProto

    copy = ModelProto(ir_version=model.ir_version, opset_import=model.opset_import, functions=model.functions)
    for field in ("node", "input", "output", "value_info"):
        getattr(copy.graph, field).extend(getattr(model.graph, field))
    for item in model.graph.initializer:
        if is_weight(item):
            copy.graph.initializer.add(name=item.name, data_type=item.data_type, dims=item.dims)
        else:
            copy.graph.initializer.append(item)
    return copy


def _resize_as_before_opset_11(graph: "GraphProto") -> None:
    """Say how pixels align, which was fixed before opset 11: the converter leaves it to the new, different default."""
    from onnx import helper

    for node in graph.node:
        if node.op_type == "Resize":
            node.attribute.append(helper.make_attribute("coordinate_transformation_mode", "asymmetric"))
            node.attribute.append(helper.make_attribute("nearest_mode", "floor"))


def _name_nodes(graph: "GraphProto") -> None:
    taken: set[str] = set()
    for index, node in enumerate(graph.node):
        if not node.name or node.name in taken:
            node.name = f"{node.name or node.op_type}_{index}"
        taken.add(node.name)


def _constants_to_initializers(graph: "GraphProto") -> None:
    def is_tensor(node: "NodeProto") -> bool:
        return node.op_type == "Constant" and node.attribute[0].name == "value"

    for node in filter(is_tensor, graph.node):
        initializer = graph.initializer.add()
        initializer.CopyFrom(node.attribute[0].t)
        initializer.name = node.output[0]
    replace_nodes(graph, itertools.filterfalse(is_tensor, graph.node))
