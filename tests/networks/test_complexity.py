"""Counts over small graphs, against numbers worked out by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tests.builders import write_tiny_onnx
from vcomp.networks.complexity import Complexity, count
from vcomp.spec import Input

Shape = Sequence[int | str]


@pytest.fixture
def counted(tmp_path: Path) -> Any:
    """Count over a graph of these nodes, from `x` to `y`, with weights of these shapes."""

    def call(nodes: list[NodeProto], x: Shape, y: Shape, **weights: Any) -> Complexity:
        tensors = [
            numpy_helper.from_array(
                np.zeros(value, np.float32) if isinstance(value, tuple) else np.asarray(value), name
            )
            for name, value in weights.items()
        ]
        graph = helper.make_graph(
            nodes,
            "small",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, x)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, y)],
            tensors,
        )
        path = tmp_path / "small.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6), path)
        return count(path)

    return call


def test_a_convolution(counted: Any) -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])
    macs = 8 * 10 * 12 * (3 * 3 * 3)
    assert counted([node], (1, 3, 10, 12), (1, 8, 10, 12), w=(8, 3, 3, 3)) == Complexity(8 * 27, macs, 2 * macs)


def test_a_strided_convolution_with_groups_and_bias(counted: Any) -> None:
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], strides=[2, 2], group=4)
    out = 8 * 4 * 5
    macs = out * (2 * 3 * 3)  # each output sees 8 / 4 channels
    found = counted([node], (1, 8, 10, 12), (1, 8, 4, 5), w=(8, 2, 3, 3), b=(8,))
    assert found == Complexity(8 * 2 * 9 + 8, macs, 2 * macs + out)


def test_a_transposed_convolution(counted: Any) -> None:
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2])
    macs = 6 * 5 * 7 * (4 * 2 * 2)  # each input pixel is spread over 4 channels of 2×2
    assert counted([node], (1, 6, 5, 7), (1, 4, 10, 14), w=(6, 4, 2, 2)) == Complexity(96, macs, 2 * macs)


@pytest.mark.parametrize(("x", "transposed"), [((3, 5), 0), ((5, 3), 1)])
def test_a_general_matrix_product(counted: Any, x: Shape, transposed: int) -> None:
    node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], transA=transposed)
    assert counted([node], x, (3, 7), w=(5, 7), b=(7,)) == Complexity(42, 3 * 5 * 7, 2 * 3 * 5 * 7 + 21)


def test_a_batch_of_matrix_products(counted: Any) -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    assert counted([node], (2, 3, 5), (2, 3, 7), w=(5, 7)) == Complexity(35, 2 * 3 * 5 * 7, 2 * 2 * 3 * 5 * 7)


@pytest.mark.parametrize("pool", ["MaxPool", "AveragePool"])
def test_a_pooling_costs_its_window(counted: Any, pool: str) -> None:
    node = helper.make_node(pool, ["x"], ["y"], kernel_shape=[2, 3], strides=[2, 3])
    assert counted([node], (1, 4, 8, 9), (1, 4, 4, 3)) == Complexity(0, 0, 4 * 4 * 3 * 6)


@pytest.mark.parametrize(("mode", "cost"), [("linear", 8), ("nearest", 0)])
def test_a_resize_costs_what_its_mode_computes(counted: Any, mode: str, cost: int) -> None:
    node = helper.make_node("Resize", ["x", "roi", "scales"], ["y"], mode=mode)
    scales = np.asarray([1, 1, 2, 2], np.float32)
    found = counted([node], (1, 4, 3, 3), (1, 4, 6, 6), roi=np.zeros(0, np.float32), scales=scales)
    assert (found.macs, found.flops) == (0, cost * 4 * 6 * 6)


@pytest.mark.parametrize("word", ["Relu", "Sigmoid"])
def test_an_element_wise_op_costs_its_outputs(counted: Any, word: str) -> None:
    assert counted([helper.make_node(word, ["x"], ["y"])], (2, 3), (2, 3)) == Complexity(0, 0, 6)


def test_an_op_that_moves_data_costs_nothing(counted: Any) -> None:
    node = helper.make_node("Concat", ["x", "x"], ["y"], axis=0)
    assert counted([node], (2, 3), (4, 3)) == Complexity(0, 0, 0)


def test_shapes_between_nodes_are_inferred(counted: Any) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "v"], ["y"]),
    ]
    found = counted(nodes, (1, 3, 8, 8), (1, 1, 4, 4), w=(5, 3, 3, 3), v=(1, 5, 3, 3))
    assert found.macs == 5 * 6 * 6 * 27 + 4 * 4 * 45
    assert found.flops == 2 * found.macs + 5 * 6 * 6


def test_what_has_no_known_shape_counts_nothing(counted: Any) -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    assert counted([node], ("rows", 5), ("rows", 7), w=(5, 7)) == Complexity(35, 0, 0)


def test_integer_tensors_are_no_parameters(counted: Any) -> None:
    node = helper.make_node("Reshape", ["x", "shape"], ["y"])
    assert counted([node], (2, 3), (3, 2), shape=np.asarray([3, 2])) == Complexity(0, 0, 0)


def test_a_spec_closes_the_sides_that_a_file_leaves_open(tmp_path: Path) -> None:
    fixed = count(write_tiny_onnx(tmp_path / "fixed.onnx"))
    left_open = write_tiny_onnx(tmp_path / "open.onnx", open_sides=True)
    assert count(left_open).macs == 0
    assert count(left_open, [Input(name="input", shape=(1, 3, 32, 32))]) == fixed
