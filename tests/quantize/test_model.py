import onnx
import pytest
from onnx import numpy_helper

from vcomp.quantize import prepare


@pytest.mark.parametrize("network", ["segmenter", "classifier"])
def test_shapes_are_those_that_onnx_infers_from_the_whole_model(request, network):
    model = request.getfixturevalue(network)(13)

    ready = prepare(model)

    assert ready.graph.value_info
    assert list(ready.graph.value_info) == list(onnx.shape_inference.infer_shapes(model).graph.value_info)


def test_weights_keep_their_values(segmenter):
    model = segmenter(13)

    ready = prepare(model)

    assert max(numpy_helper.to_array(item).size for item in ready.graph.initializer) == 576
    assert list(ready.graph.initializer) == list(model.graph.initializer)
