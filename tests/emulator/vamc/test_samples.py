"""The files that calibrate a network: which are taken, and how they become its inputs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.emulator import networks
from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import Port, read_artifact
from vcomp.emulator.vamc.compile_yaml import read_compile_file
from vcomp.emulator.vamc.samples import feeds, list_samples
from vcomp.errors import VcompError


@pytest.fixture
def tokens(world: Path) -> dict[str, Any]:
    """A compile file of a network of two inputs, and three npz files for it."""
    networks.write_tokens(world / "net.onnx")
    (world / "npz").mkdir()
    for index in range(3):
        write_sample(world, index)
    data = document("int8")
    data["frontend"]["shape"] = {"ids": [1, 4], "scale": [1, 1]}
    data["dataset"] = {"path": "npz", "sampler": {"suffix": "NPZ", "get_data_num": 50}}
    return data


def write_sample(world: Path, index: int, **changes: Any) -> None:
    arrays = {"ids": np.full((1, 4), index, np.int32), "scale": np.full((1, 1), index, np.float32)}
    np.savez(world / "npz" / f"{index}.npz", **{**arrays, **changes})


def test_several_inputs_are_calibrated_from_npz_files(world: Path, tokens: dict[str, Any]) -> None:
    path, log = compiled(world, tokens)

    manifest = read_artifact(path).manifest
    assert manifest.calibration_samples == 3
    assert [(port.name, port.dtype) for port in manifest.inputs] == [("ids", "int64"), ("scale", "float32")]
    assert any("3 × .NPZ (get_data_num asks for 50)" in line for line in log)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ids": np.zeros((1, 5), np.int32)}, "'ids' has shape [1, 5]\n    expected [1, 4]"),
        ({"ids": np.zeros((1, 4), np.float32)}, "'ids' is float32"),
        ({"scale": np.array([["a"]])}, "'scale' is <U1"),
        ({"scale": np.array([[None]])}, "2.npz"),
        ({"scale": np.float32([[1e6]])}, "infinite"),
    ],
)
def test_an_array_that_does_not_fit_is_named(
    world: Path, tokens: dict[str, Any], changes: dict[str, Any], says: str
) -> None:
    write_sample(world, 2, **changes)
    assert says in refusal(world, tokens)


def test_an_array_that_is_missing_is_named(world: Path, tokens: dict[str, Any]) -> None:
    np.savez(world / "npz" / "1.npz", scale=np.zeros((1, 1)), idz=np.zeros((1, 4)))
    says = refusal(world, tokens)
    assert "1.npz  has no array 'ids'" in says
    assert "it holds scale, idz" in says


@pytest.mark.parametrize("sampler", [{}, {"suffix": None, "get_data_num": None}])
def test_without_a_suffix_all_npz_files_are_taken(world: Path, tokens: dict[str, Any], sampler: dict[str, Any]) -> None:
    (world / "npz" / "README.txt").write_text("three samples")
    tokens["dataset"]["sampler"] = sampler
    assert read_artifact(compiled(world, tokens)[0]).manifest.calibration_samples == 3


def test_without_a_suffix_images_of_all_kinds_are_taken(world: Path) -> None:
    (world / "images" / "00.png").rename(world / "images" / "00.BMP")
    (world / "images" / ".hidden.png").write_bytes(b"")
    (world / "images" / "notes.txt").write_bytes(b"")
    data = document("int8")
    del data["dataset"]["sampler"]["suffix"]

    path, log = compiled(world, data)

    assert read_artifact(path).manifest.calibration_samples == 12
    assert any("12 files" in line for line in log)


def test_without_a_suffix_an_empty_folder_says_what_is_wanted(world: Path) -> None:
    (world / "none").mkdir()
    data = document("int8")
    data["dataset"].update(path="none", sampler={})
    assert "*.jpeg, *.jpg" in refusal(world, data)
    data["dataset"].update(path="nowhere")
    assert "there is no such folder" in refusal(world, data)


def test_samples_are_read_one_at_a_time(world: Path) -> None:
    dataset = read_compile_file(networks.write_yaml(world / "net.yaml", document("int8"))).dataset
    assert dataset
    port = Port(name="input", shape=(1, 3, 16, 16), dtype="float32")
    samples = feeds(list_samples(dataset), dataset, (port,))

    assert next(samples)["input"].shape == (1, 3, 16, 16)
    (world / "images" / "01.png").unlink()
    with pytest.raises(VcompError, match=r"01\.png"):
        next(samples)


def test_the_number_of_samples_is_kept(world: Path) -> None:
    data = document("int8")
    data["dataset"]["sampler"]["get_data_num"] = 5
    assert read_artifact(compiled(world, data)[0]).manifest.calibration_samples == 5


def test_layers_that_are_skipped_stay_in_float(world: Path) -> None:
    data = document("int8")
    quantized = read_artifact(compiled(world, data)[0]).network
    data["backend"]["quantize"]["skip_conv_layers"] = [0, 1]
    assert read_artifact(compiled(world, data)[0]).network != quantized


def test_corrupt_images_are_all_named(world: Path) -> None:
    for name in ("03.png", "07.png"):
        whole = (world / "images" / name).read_bytes()
        (world / "images" / name).write_bytes(whole[: len(whole) // 2])

    says = refusal(world, document("int8"))

    assert "2 of 12 files of the dataset" in says
    assert "03.png" in says
    assert "07.png" in says


def test_a_users_own_function_is_not_run(world: Path) -> None:
    (world / "mine.py").write_text("open('ran', 'w').close()\ndef get(path, shape): ...\n")
    data = document("int8")
    custom = {"type": "CustomFunc", "module_path": "mine.py", "func_name": "get", "input_shape": [1, 3, 16, 16]}
    data["dataset"]["process_ops"] = [custom]
    assert "holds a CustomFunc" in refusal(world, data)
    assert not (world / "ran").exists()


def test_texts_for_language_models_are_refused(world: Path) -> None:
    data = document("int8")
    data["dataset"]["type"] = "huggingface"
    assert "texts for language models are not emulated" in refusal(world, data)
