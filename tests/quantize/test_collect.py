from functools import partial

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from vcomp.errors import VcompError
from vcomp.quantize import choose_range, collect
from vcomp.spec import Calibrate


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name, statistics in one.items():
        assert vars(statistics) | {"counts": None} == vars(other[name]) | {"counts": None}
        assert np.array_equal(statistics.counts, other[name].counts)


@pytest.mark.parametrize("network", ["segmenter", "classifier"])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_statistics_depend_neither_on_the_order_of_the_feeds_nor_on_the_number_of_workers(
    request, network, feeds, workers
):
    model = request.getfixturevalue(network)()
    images = feeds(model)

    assert_same(collect(model, images, workers=1), collect(model, reversed(images), workers=workers))


@pytest.mark.parametrize("mode", Calibrate)
def test_ranges_of_batches_are_those_of_single_images(segmenter, feeds, mode):
    model = segmenter(13)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    images = feeds(segmenter(), 16)
    batches = [{"input": np.concatenate([feed["input"] for feed in images[at : at + 8]])} for at in (0, 8)]

    single, batched = collect(model, images), collect(model, batches)

    for name, statistics in single.items():
        assert choose_range(batched[name], mode) == pytest.approx(choose_range(statistics, mode), rel=1e-5)


def test_what_is_counted_is_what_the_whole_network_computes(segmenter, feeds):
    model = segmenter(13)
    (image,) = feeds(model, 1)
    names = ["skip", "deep", "joined", "logits"]
    for name in names:
        model.graph.output.add().name = name
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

    statistics = collect(segmenter(13), [image])

    for name, values in zip(names, session.run(names, image), strict=True):
        assert (statistics[name].minimum, statistics[name].maximum) == (values.min(), values.max())
        assert statistics[name].counts.sum() == values.size


def test_a_network_with_a_branch_that_reads_from_outside_is_cut_as_well(run):
    value = partial(helper.make_tensor_value_info, elem_type=TensorProto.FLOAT, shape=[1, 4])
    then, other = (
        helper.make_graph([helper.make_node(op, ["hidden"], ["chosen"])], op, [], [value("chosen")])
        for op in ("Relu", "Neg")
    )
    nodes = [
        helper.make_node("MatMul", ["input", "w"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "w"], ["other"]),
        helper.make_node("If", ["yes"], ["picked"], then_branch=then, else_branch=other),
        helper.make_node("Add", ["picked", "other"], ["output"]),
    ]
    weights = [
        numpy_helper.from_array(np.eye(4, dtype=np.float32), "w"),
        numpy_helper.from_array(np.array(True), "yes"),
    ]
    graph = helper.make_graph(nodes, "graph", [value("input")], [value("output")], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    statistics = collect(model, [{"input": np.array([[-1, 2, -3, 4]], np.float32)}])

    assert statistics["output"].maximum == 8
    assert statistics["picked"].minimum == 0


def test_the_first_image_that_is_wrong_is_told_whoever_met_it(segmenter, feeds):
    images = feeds(segmenter(), 9)
    for at in (3, 4, 5, 6):
        images[at] = {"input": np.full((1, 3, 16, 16), np.nan, np.float32)}

    with pytest.raises(VcompError, match="calibration image 3"):
        collect(segmenter(), images, workers=2)


def test_only_tensors_with_ranges_of_their_own_are_measured(segmenter, feeds):
    statistics = collect(segmenter(), feeds(segmenter()))

    assert set(statistics) == {"input", "skip", "deep", "joined", "logits"}


def test_every_value_of_every_feed_is_counted(segmenter, feeds):
    images = feeds(segmenter(), 3)

    statistics = collect(segmenter(), iter(images))["input"]

    pixels = np.stack([image["input"] for image in images])
    assert statistics.counts.sum() == pixels.size
    assert (statistics.minimum, statistics.maximum) == (pixels.min(), pixels.max())


def test_progress_is_told_after_each_feed(classifier, feeds):
    told = []

    collect(classifier(), feeds(classifier(), 3), progress=told.append)

    assert told == [1, 2, 3]


@pytest.mark.parametrize("opset", [9, 10, 11, 13])
def test_older_opsets_measure_the_same(segmenter, feeds, opset):
    statistics, expected = (collect(model, feeds(model)) for model in (segmenter(opset), segmenter(13)))

    assert statistics["skip"].maximum == expected["skip"].maximum


def test_no_feeds_are_an_error(segmenter):
    with pytest.raises(VcompError, match="no calibration images"):
        collect(segmenter(), [])


def test_a_feed_of_the_wrong_shape_is_an_error(segmenter):
    with pytest.raises(VcompError, match="does not take a calibration image"):
        collect(segmenter(), [{"input": np.zeros((1, 3, 7, 16), np.float32)}])


def test_an_infinite_activation_is_named(segmenter, feeds):
    images = [*feeds(segmenter(), 2), {"input": np.full((1, 3, 16, 16), np.inf, np.float32)}]

    with pytest.raises(VcompError, match=r"calibration image 2, tensor '\w+'"):
        collect(segmenter(), images)
