"""Builds of dynamic shape: from two shapes per input to a module info, and to a network that takes all between."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import helper

from tests.builders import write_tiny_onnx
from tests.emulator import networks
from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.session import Session

RANGE = [[1, 3, 16, 16], [1, 3, 32, 48]]


@pytest.fixture
def dynamic(world: Path) -> dict[str, Any]:
    """A compile file for a network that leaves height and width open."""
    write_tiny_onnx(world / "net.onnx", open_sides=True)
    return stating({"input": RANGE})


def stating(shapes: dict[str, Any], dtype: str = "fp16") -> dict[str, Any]:
    data = document(dtype)
    data["frontend"]["shape"] = shapes
    return data


def write_lookup(path: Path, length: int | str) -> None:
    """Two inputs: ids as many as `length` says, looked up, times one number."""
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("Mul", ["rows", "scale"], ["output"]),
    ]
    inputs = [networks.port("ids", (1, length), networks.INT64), networks.port("scale", (1, 1))]
    table = {"table": np.arange(20, dtype=np.float32).reshape(10, 2)}
    networks.write_network(path, nodes, inputs, [networks.port("output", (1, length, 2))], table)


def test_a_dynamic_build_is_loaded_by_its_module_info(world: Path, dynamic: dict[str, Any]) -> None:
    path, log = compiled(world, dynamic)

    assert path == "deploy_weights/net_fp16/net_fp16_module_info.json"
    assert "input [1, 3, 16, 16] to [1, 3, 32, 48]" in "\n".join(log)
    folder = Path(path).parent
    assert sorted(file.name for file in folder.iterdir()) == [
        *("mod.json", "mod.params", "mod.so"),
        "net_fp16_module_info.json",
    ]
    info = json.loads(Path(path).read_text())
    assert info["module_num"] == 1
    assert all(isinstance(info[key], str) for key in ("module_name", "shape_ranges", "shared_params"))
    manifest = read_artifact(path).manifest
    assert (manifest.inputs[0].smallest, manifest.inputs[0].shape) == ((1, 3, 16, 16), (1, 3, 32, 48))
    assert manifest.outputs[0].shape == (1, 1, 32, 48)


@pytest.mark.parametrize("dtype", ["fp16", "int8"])
@pytest.mark.parametrize("size", [(16, 16), (20, 41), (32, 48)])
def test_every_size_of_the_range_comes_close_to_the_network(world: Path, dtype: str, size: tuple[int, int]) -> None:
    write_tiny_onnx(world / "net.onnx", open_sides=True)
    session = Session(read_artifact(compiled(world, stating({"input": RANGE}, dtype))[0]))
    image = np.random.default_rng(3).uniform(-1, 1, (3, *size)).astype(np.float32)
    [exact] = onnxruntime.InferenceSession("net.onnx").run(None, {"input": image[np.newaxis]})

    [output] = session.run([image])

    assert output.shape == (1, 1, *size)
    assert np.abs(output - exact).mean() < (5e-4 if dtype == "fp16" else 0.02)


@pytest.mark.parametrize("shape", [(3, 15, 16), (3, 33, 16), (3, 16, 49), (1, 16, 16), (2, 3, 16, 16), (16, 16)])
def test_a_size_outside_of_the_range_is_an_error(world: Path, dynamic: dict[str, Any], shape: tuple[int, ...]) -> None:
    session = Session(read_artifact(compiled(world, dynamic)[0]))

    with pytest.raises(EmulatorError) as raised:
        session.run([np.zeros(shape, np.float32)])

    assert f"input 'input' has shape {list(shape)}" in str(raised.value)
    assert "expected [1, 3, 16, 16] to [1, 3, 32, 48]" in str(raised.value)


def test_of_several_inputs_one_may_vary(world: Path) -> None:
    write_lookup(world / "net.onnx", "length")
    path, _ = compiled(world, stating({"ids": [[1, 2], [1, 9]], "scale": [1, 1]}))
    assert json.loads(json.loads(Path(path).read_text())["shape_ranges"]) == {"ids": [[1, 2], [1, 9]]}
    session = Session(read_artifact(path))

    [output] = session.run([np.int32([1, 2, 3]), np.float32([2])])

    np.testing.assert_array_equal(output, [[[4, 6], [8, 10], [12, 14]]])


def test_a_network_with_fixed_sides_cannot_be_dynamic(world: Path) -> None:
    says = refusal(world, stating({"input": [[1, 3, 8, 16], [1, 3, 16, 16]]}))
    assert "axis 2 of input 'input' is stated as 8 to 16, the network has it fixed at 16" in says
    assert "dynamic_axes" in says
    assert "net.yaml" in says


@pytest.mark.parametrize(
    "shape",
    [
        [[1, 3, 16, 16]],
        [[1, 3, 16, 16], [1, 3, 32]],
        [[1, 3, 32, 32], [1, 3, 16, 16]],
        [[1, 3, 16, 16], [1, 3, 32, 32], [1, 3, 64, 64]],
        [[1, 3, 16, 16], []],
        [[16], 32],
        [[1, 3, 0, 16], [1, 3, 16, 16]],
        [["a"], ["b"]],
    ],
)
def test_a_range_is_two_full_shapes(world: Path, shape: Any) -> None:
    assert "two full ones of the same rank" in refusal(world, stating({"input": shape}))


def test_a_network_that_runs_at_one_size_alone_is_refused(world: Path) -> None:
    nodes = [helper.make_node("Reshape", ["input", "sizes"], ["output"])]
    constants = {"sizes": np.int64([1, 3, 32, 48])}
    networks.write_network(
        world / "net.onnx", nodes, [networks.port("input", (1, 3, "h", "w"))], [networks.port("output", ())], constants
    )
    assert "cannot run the network with input [1, 3, 16, 16]" in refusal(world, stating({"input": RANGE}))


def test_calibration_images_of_any_size_within_the_range_will_do(world: Path) -> None:
    write_tiny_onnx(world / "net.onnx", open_sides=True)
    data = stating({"input": RANGE}, "int8")
    data["dataset"]["process_ops"] = [{"type": "DecodeImage"}, {"type": "ToTensor"}]  # as they are: 20×24

    assert read_artifact(compiled(world, data)[0]).manifest.calibration_samples == 12


def test_a_calibration_image_outside_of_the_range_is_refused(world: Path) -> None:
    write_tiny_onnx(world / "net.onnx", open_sides=True)
    data = stating({"input": [[1, 3, 4, 4], [1, 3, 20, 20]]}, "int8")
    data["dataset"]["process_ops"] = [{"type": "DecodeImage"}, {"type": "ToTensor"}]

    says = refusal(world, data)

    assert "process_ops make [3, 20, 24] of this image" in says
    assert "expected [1, 3, 4, 4] to [1, 3, 20, 20]" in says


class TestLoading:
    @pytest.fixture
    def path(self, world: Path, dynamic: dict[str, Any]) -> Path:
        return Path(compiled(world, dynamic)[0])

    def refused(self, path: str | Path) -> str:
        with pytest.raises(EmulatorError) as raised:
            read_artifact(str(path))
        return str(raised.value)

    def test_a_prefix_is_told_to_be_a_module_info(self, path: Path) -> None:
        assert f"use {path}" in self.refused(path.parent / "mod")

    def test_a_set_that_is_not_there(self, path: Path) -> None:
        (path.parent / "mod.params").unlink()
        assert "mod.params missing" in self.refused(path)

    def test_a_module_info_that_is_not_there(self) -> None:
        assert "there is no such file" in self.refused("x/net_module_info.json")

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"module_name": 3}', "[" * 100000, "\x00"])
    def test_what_is_no_module_info(self, path: Path, content: str) -> None:
        path.write_text(content)
        assert "is no module info" in self.refused(path)

    def test_a_module_info_that_leads_elsewhere(self, path: Path) -> None:
        path.write_text(json.dumps(json.loads(path.read_text()) | {"module_name": "../other/mod"}))
        assert "in the same folder" in self.refused(path)

    def test_a_static_build_takes_the_place_of_a_dynamic_one(self, world: Path, path: Path) -> None:
        prefix, _ = compiled(world, stating({"input": [1, 3, 16, 16]}))
        assert read_artifact(prefix).manifest.inputs[0].smallest is None
        assert not path.exists()
