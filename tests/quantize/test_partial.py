import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from vcomp.quantize import collect, prepare, quantize_int8
from vcomp.quantize.partial import int8_activations_alone, int8_weights_alone
from vcomp.spec import Int8

NETWORKS = pytest.mark.parametrize("network", ["segmenter", "classifier"])


def constants(model):
    return {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}


@NETWORKS
@pytest.mark.parametrize("per_channel", [True, False])
def test_weights_alone_are_whole_steps_of_the_int8_scale(request, network, per_channel, feeds, run):
    model = request.getfixturevalue(network)()
    int8 = quantize_int8(model, collect(model, feeds(model)), Int8(per_channel=per_channel))

    alone = int8_weights_alone(model, int8)

    onnx.checker.check_model(alone)
    before, after = constants(prepare(model)), constants(alone)
    assert before.keys() == after.keys()
    for name, weights in after.items():
        if name.startswith("w"):
            largest = np.abs(before[name]).max()
            assert 0 < np.abs(weights - before[name]).max() <= 0.5001 * largest / 127
        else:
            assert np.array_equal(weights, before[name])
    assert not any(node.op_type == "QuantizeLinear" for node in alone.graph.node)


@NETWORKS
def test_activations_alone_leave_every_weight_as_it_was(request, network, feeds, run):
    model = request.getfixturevalue(network)()
    int8 = quantize_int8(model, collect(model, feeds(model)), Int8())

    alone = int8_activations_alone(model, int8)

    feed = feeds(model)[0]
    before, after = constants(prepare(model)), constants(alone)
    readers = {name for node in alone.graph.node for name in node.input}
    assert all(np.array_equal(after[name], before[name]) for name in ("w0", "b0", "w1"))
    assert {"w0", "b0", "w1"} <= readers
    assert any(node.op_type == "QuantizeLinear" for node in alone.graph.node)
    assert 0 < np.abs(run(alone, feed) - run(model, feed)).max() < 0.1
