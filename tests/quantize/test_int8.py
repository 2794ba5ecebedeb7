from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from tests.quantize.conftest import finished, tensor
from vcomp.errors import VcompError
from vcomp.quantize import choose_range, collect, quantize_int8
from vcomp.spec import Calibrate, Int8

# Which operators run in integers is ONNX Runtime's decision; 1.23, the last for Python 3.10, fuses fewer of them.
FUSES = pytest.mark.skipif(
    tuple(map(int, onnxruntime.__version__.split(".")[:2])) < (1, 24),
    reason="SKIPPED LOUDLY: this ONNX Runtime fuses fewer operators than the one that CI tests",
)


def quantized(model, feeds, **options):
    return quantize_int8(model, collect(model, feeds(model)), Int8(**options))


def layer(model, name):
    return next(node for node in model.graph.node if node.name == name)


def constant(model, name):
    return next(numpy_helper.to_array(item) for item in model.graph.initializer if item.name == name)


def is_integer(model, name):
    """Whether a layer's weight is stored as int8."""
    return layer(model, name).input[1] not in {item.name for item in model.graph.initializer}


def executed(model, tmp_path):
    """How often ONNX Runtime runs each operator once it has optimised the model."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node)


@pytest.mark.parametrize("mode", Calibrate)
@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize("network", ["segmenter", "classifier"])
def test_outputs_are_close_to_fp32(request, network, feeds, run, mode, per_channel):
    model = request.getfixturevalue(network)()
    int8 = quantized(model, feeds, calibrate=mode, per_channel=per_channel)

    onnx.checker.check_model(int8)
    for feed in feeds(model, 3):
        expected = run(model, feed)
        assert np.abs(run(int8, feed) - expected).mean() < 0.03 * np.abs(expected).max()


@pytest.mark.parametrize("network", ["segmenter", "classifier"])
@pytest.mark.parametrize("opset", [9, 10, 11, 13, 17])
def test_every_opset_is_accepted_and_keeps_its_inputs_and_outputs(request, network, opset, feeds, run):
    model = request.getfixturevalue(network)(opset)
    int8 = quantized(model, feeds)

    assert list(int8.graph.input) == list(model.graph.input)
    assert list(int8.graph.output) == list(model.graph.output)
    assert run(int8, feeds(model)[0]).dtype == np.float32


def test_the_model_given_is_not_touched(segmenter, feeds):
    model = segmenter()

    quantized(model, feeds)

    assert model == segmenter()


def test_bytes_are_as_good_as_a_model(segmenter, feeds):
    model = segmenter()

    assert quantize_int8(model.SerializeToString(), collect(model, feeds(model)), Int8()) == quantized(model, feeds)


@FUSES
def test_convolutions_relus_and_concatenations_run_in_integers(segmenter, feeds, tmp_path):
    operators = executed(quantized(segmenter(), feeds), tmp_path)

    assert (operators["QLinearConv"], operators["QLinearConcat"], operators["Clip"]) == (3, 1, 2)
    assert not {"Conv", "Relu", "Concat"} & operators.keys()
    # Around the input, the up-sampling that ONNX Runtime computes in floating point, and the sigmoid.
    assert (operators["QuantizeLinear"], operators["DequantizeLinear"]) == (2, 2)


@FUSES
def test_nearest_up_sampling_runs_in_integers(segmenter, feeds, tmp_path):
    operators = executed(quantized(segmenter(mode="nearest"), feeds), tmp_path)

    assert operators["Resize"] == 1
    assert (operators["QuantizeLinear"], operators["DequantizeLinear"]) == (1, 1)  # the input, and before the sigmoid


@FUSES
def test_results_are_those_of_signed_symmetric_int8(segmenter, feeds, run):
    model = segmenter()
    unsigned = quantized(model, feeds, calibrate="percentile", calibrate_range=0.9)
    signed = onnx.ModelProto()
    signed.CopyFrom(unsigned)
    for item in signed.graph.initializer:
        if item.data_type == onnx.TensorProto.UINT8:
            assert numpy_helper.to_array(item) == 128
            item.CopyFrom(numpy_helper.from_array(np.array(0, np.int8), item.name))

    for feed in feeds(model):
        assert np.array_equal(run(unsigned, feed), run(signed, feed))


def test_the_scale_is_a_127th_of_the_range(segmenter, feeds):
    statistics = collect(segmenter(), feeds(segmenter()))
    int8 = quantize_int8(segmenter(), statistics, Int8(calibrate="max"))

    assert constant(int8, "input_scale") == np.float32(statistics["input"].absmax / 127)


def test_per_channel_gives_each_output_channel_its_scale(segmenter, feeds):
    many = constant(quantized(segmenter(), feeds, per_channel=True), "w0_scale")
    one = constant(quantized(segmenter(), feeds, per_channel=False), "w0_scale")

    assert (many.shape, one.shape) == ((8,), ())
    assert many.max() == one
    assert len(set(many.tolist())) > 1


@FUSES
def test_what_a_concatenation_joins_has_one_scale_and_is_only_moved(segmenter, feeds, tmp_path):
    int8 = quantized(segmenter(), feeds)
    concat = layer(int8, "Concat_6")
    dequantized = {node.output[0]: node for node in int8.graph.node if node.op_type == "DequantizeLinear"}

    scales = {constant(int8, dequantized[name].input[1]).item() for name in concat.input}

    assert len(scales) == 1
    assert scales == {constant(int8, "joined_scale").item()}


def test_the_widest_range_of_what_is_joined_is_taken(segmenter, feeds):
    statistics = collect(segmenter(), feeds(segmenter()))
    int8 = quantize_int8(segmenter(), statistics, Int8(calibrate="percentile", calibrate_range=0.9))

    widest = max(choose_range(statistics[name], Calibrate.PERCENTILE, 0.9) for name in ("skip", "deep", "joined"))
    assert constant(int8, "joined_scale") == np.float32(np.float32(widest) / 127)


@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize(("network", "weight"), [("segmenter", "w0"), ("classifier", "w0"), ("classifier", "w1")])
def test_power2_scales_are_the_next_powers_of_two(request, network, weight, per_channel, feeds, run):
    model = request.getfixturevalue(network)()
    plain, power2 = (quantized(model, feeds, per_channel=per_channel, weight_scale=rule) for rule in ("max", "power2"))

    ratio = constant(power2, f"{weight}_scale") / constant(plain, f"{weight}_scale")
    exponent = np.log2(constant(power2, f"{weight}_scale"))
    assert np.array_equal(exponent, np.round(exponent))
    assert ((ratio >= 1) & (ratio < 2)).all()
    feed = feeds(model)[0]
    assert np.abs(run(power2, feed) - run(model, feed)).mean() < 0.05 * np.abs(run(model, feed)).max()


@pytest.mark.parametrize("excluded", ["!nn.conv2d", "!nn.vacc_matmul", "!_add"])
def test_operators_that_the_options_exclude_stay_in_float(segmenter, classifier, feeds, run, excluded):
    model = classifier() if "matmul" in excluded else segmenter()

    int8 = quantized(model, feeds, quantize_operators=[excluded])

    layers = [node for node in int8.graph.node if node.op_type in ("Conv", "Gemm", "MatMul")]
    assert {is_integer(int8, node.name) for node in layers} == {excluded == "!_add"}
    run(int8, feeds(model)[0])


def test_concatenation_in_float_leaves_what_it_joins_its_own_scale(segmenter, feeds, run):
    int8 = quantized(segmenter(), feeds, calibrate="max", ops_usingfp=["concatenate"])

    statistics = collect(segmenter(), feeds(segmenter()))
    for name in ("skip", "joined"):
        assert constant(int8, f"{name}_scale") == np.float32(np.float32(statistics[name].absmax) / 127)
    run(int8, feeds(segmenter())[0])


def test_an_operator_of_the_compiler_that_onnx_does_not_have_changes_nothing(segmenter, feeds):
    plain = quantized(segmenter(), feeds)
    assert quantized(segmenter(), feeds, quantize_operators=["!vacc_bert_proportion"]) == plain


def test_pixel_shuffling_is_done_on_integers(feeds, run):
    nodes = [
        onnx.helper.make_node("Conv", ["input", "w"], ["c"], pads=[1, 1, 1, 1]),
        onnx.helper.make_node("DepthToSpace", ["c"], ["d"], blocksize=2),
        onnx.helper.make_node("Conv", ["d", "v"], ["output"]),
    ]
    model = finished(nodes, [tensor("w", 8, 3, 3, 3), tensor("v", 1, 2, 1, 1)], [1, 3, 8, 8], [1, 1, 16, 16], 13)

    int8 = quantized(model, feeds)

    assert constant(int8, "c_scale") == constant(int8, "d_scale")
    run(int8, feeds(model)[0])


def test_one_layer_alone_can_be_quantized(segmenter, feeds, run):
    model = segmenter()
    int8 = quantize_int8(model, collect(model, feeds(model)), Int8(), only=["second"])

    assert [is_integer(int8, name) for name in ("first", "second", "third")] == [False, True, False]
    run(int8, feeds(model)[0])


def test_skipped_convolutions_stay_in_float(segmenter, feeds, run):
    int8 = quantized(segmenter(), feeds, skip_conv_layers=[0, 2])

    assert [is_integer(int8, name) for name in ("first", "second", "third")] == [False, True, False]
    run(int8, feeds(segmenter())[0])


def test_skipped_matrix_products_stay_in_float(classifier, feeds):
    int8 = quantized(classifier(), feeds, skip_matmul_layers=[1])

    assert [is_integer(int8, name) for name in ("Gemm_0", "MatMul_2")] == [True, False]


def test_excluded_layers_stay_in_float(segmenter, classifier, feeds):
    convolutions = quantized(segmenter(), feeds, exclude_layers=[1])
    products = quantized(classifier(), feeds, exclude_layers=[0])

    assert [is_integer(convolutions, name) for name in ("first", "second", "third")] == [True, False, True]
    assert [is_integer(products, name) for name in ("Gemm_0", "MatMul_2")] == [False, True]


def test_an_output_straight_from_a_relu_stays_float(classifier, feeds, run):
    model = classifier()
    del model.graph.node[2:]
    model.graph.node[1].output[0] = "output"
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 16

    result = run(quantized(model, feeds), feeds(model)[0])

    assert result.dtype == np.float32
    assert np.abs(result - run(model, feeds(model)[0])).max() < 0.05


def test_initializers_that_are_inputs_as_well_are_accepted(segmenter, feeds, run):
    model = segmenter(9)
    model.ir_version = 3
    for item in model.graph.initializer:
        model.graph.input.append(onnx.helper.make_tensor_value_info(item.name, item.data_type, item.dims))

    assert len(quantized(model, feeds).graph.input) == 1


@pytest.mark.parametrize("field", ["skip_conv_layers", "skip_matmul_layers", "exclude_layers"])
def test_a_layer_past_the_last_is_an_error(segmenter, feeds, field):
    with pytest.raises(VcompError, match=f"{field} holds 9"):
        quantized(segmenter(), feeds, **{field: [9]})


def test_statistics_of_another_model_are_an_error(segmenter, classifier, feeds):
    with pytest.raises(VcompError, match="no statistics of tensor"):
        quantize_int8(segmenter(), collect(classifier(), feeds(classifier())), Int8())


def test_a_tensor_that_is_always_zero_does_no_harm(segmenter, feeds, run):
    black = {"input": np.zeros((1, 3, 16, 16), np.float32)}
    int8 = quantize_int8(segmenter(), collect(segmenter(), [black]), Int8(calibrate="max"))

    assert np.abs(run(int8, black) - run(segmenter(), black)).max() < 0.01


def test_the_same_statistics_give_the_same_bytes(segmenter, feeds):
    first, second = (quantized(segmenter(), feeds).SerializeToString(deterministic=True) for _ in range(2))

    assert first == second
