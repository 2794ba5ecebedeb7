import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from vcomp.quantize import AffectedWeight, Fp16Report, convert_fp16


def with_weight(model, name, *values):
    """The model with the first values of a weight replaced."""
    for item in model.graph.initializer:
        if item.name == name:
            weights = numpy_helper.to_array(item).copy()
            weights.flat[: len(values)] = values
            item.CopyFrom(numpy_helper.from_array(weights, name))
    return model


def half(values):
    return np.asarray(values, np.float32).astype(np.float16).astype(np.float32)


@pytest.mark.parametrize("opset", [9, 10, 11, 13, 17])
def test_outputs_are_close_to_fp32_and_have_its_names_and_types(segmenter, feeds, run, opset):
    model = segmenter(opset)
    fp16, report = convert_fp16(model)

    onnx.checker.check_model(fp16)
    assert list(fp16.graph.input) == list(model.graph.input)
    assert list(fp16.graph.output) == list(model.graph.output)
    assert report == Fp16Report()
    difference = np.abs(run(fp16, feeds(model)[0]) - run(model, feeds(model)[0]))
    assert 0 < difference.max() < 2e-3


def test_weights_are_stored_in_half_precision(classifier):
    fp16, _ = convert_fp16(classifier())

    assert {item.data_type for item in fp16.graph.initializer} == {TensorProto.FLOAT16}


def test_what_every_operator_returns_is_rounded(classifier, feeds, run):
    model = classifier()
    w0, b0, w1 = (half(numpy_helper.to_array(item)) for item in model.graph.initializer)
    fp16, _ = convert_fp16(model)

    for feed in feeds(model):
        hidden = np.maximum(half(half(feed["input"]) @ w0.T + b0), 0)
        expected = half(hidden @ w1)
        assert np.array_equal(run(fp16, feed), half(run(fp16, feed)))
        # Sums may differ in the last bit of float32, so a result may round to the neighbour.
        assert np.allclose(run(fp16, feed), expected, rtol=1e-3, atol=1e-4)
        assert np.mean(run(fp16, feed) == expected) > 0.7


def test_weights_that_overflow_are_named_and_clipped(classifier, feeds, run):
    model = with_weight(classifier(), "w1", 1e6, -70000.0)

    fp16, report = convert_fp16(model)

    assert report == Fp16Report(overflowed=(AffectedWeight("w1", "MatMul_2", 2, 80),))
    assert np.isfinite(run(fp16, feeds(model)[0])).all()


def test_weights_that_vanish_are_named_and_become_zero(classifier):
    fp16, report = convert_fp16(with_weight(classifier(), "w0", 1e-9))

    assert report == Fp16Report(vanished=(AffectedWeight("w0", "Gemm_0", 1, 192),))
    stored = next(item for item in fp16.graph.initializer if item.name == "w0_fp16")
    assert numpy_helper.to_array(stored).flat[0] == 0


def test_scales_of_a_resize_keep_their_precision(segmenter, run, feeds):
    fp16, _ = convert_fp16(segmenter())

    assert next(item for item in fp16.graph.initializer if item.name == "scales").data_type == TensorProto.FLOAT


def test_the_model_given_is_not_touched(segmenter):
    model = segmenter()

    convert_fp16(model)

    assert model == segmenter()
