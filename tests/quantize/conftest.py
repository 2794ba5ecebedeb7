"""Two small networks and calibration feeds for them."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

SIZE = 16


def tensor(name, *shape, scale=0.3, seed=0):
    values = np.random.default_rng([seed, *name.encode()]).normal(scale=scale, size=shape)
    return numpy_helper.from_array(values.astype(np.float32), name)


def finished(nodes, initializers, given, returned, opset):
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, given)]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, returned)]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7)


def upsampling(opset, mode):
    scales = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales")
    if opset < 10:
        return helper.make_node("Upsample", ["deep", "scales"], ["up"], mode=mode), [scales]
    if opset < 11:
        return helper.make_node("Resize", ["deep", "scales"], ["up"], mode=mode), [scales]
    roi = numpy_helper.from_array(np.zeros(0, np.float32), "roi")
    return helper.make_node("Resize", ["deep", "roi", "scales"], ["up"], mode=mode), [roi, scales]


@pytest.fixture(scope="session")
def segmenter():
    """A two-level U-Net of three convolutions, 1×3×16×16 to probabilities of 1×1×16×16.

    A function of the opset and the way to enlarge.
    """

    def build(opset=11, mode="linear"):
        up, scales = upsampling(opset, mode)
        nodes = [
            helper.make_node("Conv", ["input", "w0", "b0"], ["c0"], "first", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c0"], ["skip"]),
            helper.make_node("MaxPool", ["skip"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
            helper.make_node("Conv", ["pooled", "w1", "b1"], ["c1"], "second", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c1"], ["deep"]),
            up,
            helper.make_node("Concat", ["skip", "up"], ["joined"], axis=1),
            helper.make_node("Conv", ["joined", "w2", "b2"], ["logits"], "third"),
            helper.make_node("Sigmoid", ["logits"], ["output"]),
        ]
        weights = [
            *(tensor("w0", 8, 3, 3, 3), tensor("b0", 8)),
            *(tensor("w1", 8, 8, 3, 3), tensor("b1", 8)),
            *(tensor("w2", 1, 16, 1, 1), tensor("b2", 1)),
        ]
        return finished(nodes, [*weights, *scales], [1, 3, SIZE, SIZE], [1, 1, SIZE, SIZE], opset)

    return build


@pytest.fixture(scope="session")
def classifier():
    """A Gemm with ReLU, and a MatMul: 1×12 to 1×5, with no sigmoid behind it; a function of the opset."""

    def build(opset=11):
        nodes = [
            helper.make_node("Gemm", ["input", "w0", "b0"], ["g0"], transB=1),
            helper.make_node("Relu", ["g0"], ["hidden"]),
            helper.make_node("MatMul", ["hidden", "w1"], ["output"]),
        ]
        return finished(nodes, [tensor("w0", 16, 12), tensor("b0", 16), tensor("w1", 16, 5)], [1, 12], [1, 5], opset)

    return build


def feeds_of(model, count=8):
    shape = [side.dim_value for side in model.graph.input[0].type.tensor_type.shape.dim]
    source = np.random.default_rng(1)
    return [{"input": source.uniform(-1, 1, shape).astype(np.float32)} for _ in range(count)]


@pytest.fixture(scope="session")
def feeds():
    """Random inputs for a model, always the same: a function of the model and their number."""
    return feeds_of


@pytest.fixture(scope="session")
def run():
    """Run a model in ONNX Runtime as it comes, and return its first output."""

    def call(model, feed):
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, feed)[0]

    return call
