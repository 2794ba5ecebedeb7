"""What an ONNX file says about itself, and files that are none."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import a_spec, write_tiny_onnx
from vcomp.errors import VcompError
from vcomp.networks.onnx_file import Port, check_ports, describe_onnx, load_onnx
from vcomp.networks.session import open_session
from vcomp.spec import Input

reuses_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_file_says_its_inputs_outputs_and_opset(tmp_path: Path) -> None:
    described = describe_onnx(write_tiny_onnx(tmp_path / "tiny.onnx"))
    assert described.inputs == (Port("input", (1, 3, 32, 32)),)
    assert described.outputs == (Port("output", (1, 1, 32, 32)),)
    assert described.opset == 11


def test_sides_that_are_open_are_none(tmp_path: Path) -> None:
    (port,) = describe_onnx(write_tiny_onnx(tmp_path / "tiny.onnx", open_sides=True)).inputs
    assert port.shape == (None, 3, None, None)
    assert str(port) == "input ?×3×?×?"


def test_weights_that_are_listed_as_inputs_are_none(tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "tiny.onnx")
    model = onnx.load(path)
    model.graph.input.append(onnx.helper.make_tensor_value_info("w1", onnx.TensorProto.FLOAT, [4, 3, 3, 3]))
    onnx.save(model, path)
    assert [port.name for port in describe_onnx(path).inputs] == ["input"]


def test_the_suffix_of_a_file_says_nothing_about_its_format(tmp_path: Path) -> None:
    path = shutil.move(write_tiny_onnx(tmp_path / "tiny.onnx"), tmp_path / "tiny.json")
    assert load_onnx(path).graph.name == "tiny"


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(VcompError, match="there is no file"):
        load_onnx(tmp_path / "tiny.onnx")


@reuses_folder
@given(content=st.binary(max_size=200))
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(content)
    with pytest.raises(VcompError, match=r"tiny\.onnx (is not an ONNX file|holds no graph), or is cut short"):
        load_onnx(path)


@reuses_folder
@given(data=st.data())
def test_a_file_that_is_cut_short_anywhere_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = write_tiny_onnx(tmp_path / "whole.onnx").read_bytes()
    path = tmp_path / "tiny.onnx"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(VcompError, match="cut short"):
        load_onnx(path)


def check(folder: Path, *inputs: Input, **file: object) -> None:
    path = write_tiny_onnx(folder / "tiny.onnx", **file)  # type: ignore[arg-type]
    check_ports(a_spec(inputs=inputs), path)


@pytest.mark.parametrize("open_sides", [False, True])
def test_the_inputs_of_a_sound_spec_are_the_files(tmp_path: Path, open_sides: bool) -> None:
    check(tmp_path, Input(name="input", shape=(1, 3, 32, 32)), open_sides=open_sides)


def refusal(folder: Path, *inputs: Input, **file: object) -> str:
    with pytest.raises(VcompError) as caught:
        check(folder, *inputs, **file)
    return str(caught.value)


def test_a_wrong_name_is_told_with_the_one_to_write(tmp_path: Path) -> None:
    text = refusal(tmp_path, Input(name="imput", shape=(1, 3, 32, 32)), name="images")
    assert "the network has no input 'imput'" in text
    assert "expected a name that it has: images 1×3×32×32" in text
    assert 'write Input(name="images", …) in the spec of tiny' in text


def test_a_wrong_shape_is_told_with_the_networks(tmp_path: Path) -> None:
    text = refusal(tmp_path, Input(name="input", shape=(1, 3, 32, 32)), side=64)
    assert "input 'input' is 1×3×32×32 in the spec of tiny" in text
    assert "expected the network's shape: input 1×3×64×64" in text


def test_an_input_too_many_is_told(tmp_path: Path) -> None:
    text = refusal(tmp_path, Input(name="input", shape=(1, 3, 32, 32)), Input(name="sizes", shape=(1, 2)))
    assert "the network has no input 'sizes'" in text


def test_an_input_that_the_spec_leaves_out_is_told(tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "tiny.onnx")
    model = onnx.load(path)
    model.graph.input.append(onnx.helper.make_tensor_value_info("sizes", onnx.TensorProto.FLOAT, [1, 2]))
    onnx.save(model, path)
    with pytest.raises(VcompError, match="the spec of tiny leaves out input 'sizes'"):
        check_ports(a_spec(), path)


def test_a_network_without_inputs_is_told(tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "tiny.onnx")
    model = onnx.load(path)
    constant = onnx.numpy_helper.from_array(np.zeros((1, 3, 32, 32), np.float32), "input")
    model.graph.initializer.append(constant)
    onnx.save(model, path)
    with pytest.raises(VcompError, match="none: it takes no input"):
        check_ports(a_spec(), path)


def test_what_onnx_runtime_cannot_run_is_told_by_file(tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "tiny.onnx")
    model = onnx.load(path)
    model.graph.node[0].op_type = "Konv"
    onnx.save(model, path)
    with pytest.raises(VcompError, match=r"ONNX Runtime cannot run .*tiny\.onnx.*Konv"):
        open_session(path)
