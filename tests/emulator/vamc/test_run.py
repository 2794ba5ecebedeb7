"""`vamc run`: a dataset through the network that was built, one npz file per sample."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builders import write_tiny_onnx
from tests.emulator import networks
from tests.emulator.conftest import Run
from tests.emulator.vamc.builds import compiled, document
from vcomp.datasets.images import read_rgb
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.runtime.session import Session
from vcomp.emulator.vamc.run_dataset import run_dataset
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess
from vcomp.preprocess.process_ops import read_process_ops

RESIZE = {"type": "Resize", "size": [8, 8]}
RESULTS = Path("deploy_weights/net_int8-result")


def run(world: Path, data: dict[str, Any]) -> Path:
    return run_dataset(networks.write_yaml(world / "net.yaml", data), [].append)


def refusal(world: Path, data: dict[str, Any]) -> str:
    with pytest.raises(VcompError) as raised:
        run(world, data)
    return str(raised.value)


def test_each_sample_has_its_outputs_under_its_own_name(world: Path, program: Run) -> None:
    path, _ = compiled(world, document("int8"))

    result = program("vamc", "run", "net.yaml")

    assert (result.returncode, result.stderr) == (0, "")
    assert "emulation" in result.stdout.splitlines()[0]
    assert sorted(file.name for file in RESULTS.iterdir()) == [f"{index:02d}.npz" for index in range(12)]
    image = read_rgb(world / "images" / "03.png")
    fed = preprocess(image, read_process_ops(networks.PROCESS_OPS), half_constants=True)
    [expected] = Session(read_artifact(path)).run([fed])
    with np.load(RESULTS / "03.npz") as outputs:
        assert list(outputs) == ["output_0"]
        assert outputs["output_0"].dtype == np.float16
        np.testing.assert_array_equal(outputs["output_0"], expected)


def test_a_dynamic_build_gives_outputs_of_several_sizes(world: Path) -> None:
    write_tiny_onnx(world / "net.onnx", open_sides=True)
    data = document("int8")
    data["frontend"]["shape"] = {"input": [[1, 3, 4, 4], [1, 3, 32, 32]]}
    data["dataset"]["process_ops"] = [{"type": "DecodeImage"}, {"type": "ToTensor"}]
    compiled(world, data)
    with np.load(run(world, data) / "00.npz") as outputs:
        assert outputs["output_0"].shape == (1, 1, 20, 24)


def test_an_fp16_build_runs_the_dataset_that_it_did_not_need(world: Path) -> None:
    data = document("int8") | {"name": "net_fp16"}
    data["backend"]["dtype"] = "fp16"
    compiled(world, data)
    assert len(list(run(world, data).iterdir())) == 12


def test_without_a_build_nothing_runs(world: Path) -> None:
    says = refusal(world, document("int8"))
    assert "no compiled model" in says
    assert "compile the model first" in says


def test_without_a_dataset_nothing_runs(world: Path) -> None:
    compiled(world, document())
    assert "dataset is missing" in refusal(world, document())


def test_the_results_of_an_earlier_run_are_replaced(world: Path) -> None:
    data = document("int8")
    compiled(world, data)
    run(world, data)
    data["dataset"]["sampler"]["get_data_num"] = 2
    assert sorted(file.name for file in run(world, data).iterdir()) == ["00.npz", "01.npz"]
    assert sorted(path.name for path in Path("deploy_weights").iterdir()) == ["net_int8", "net_int8-result"]


def test_a_run_that_fails_leaves_the_earlier_results(world: Path) -> None:
    data = document("int8")
    compiled(world, data)
    run(world, data)
    (world / "images" / "05.png").write_bytes(b"")
    assert "05.png" in refusal(world, data)
    assert len(list(RESULTS.iterdir())) == 12


def test_a_folder_with_other_files_is_not_replaced(world: Path) -> None:
    data = document("int8")
    compiled(world, data)
    run(world, data)
    (RESULTS / "notes.txt").write_text("mine")
    assert "holds notes.txt" in refusal(world, data)
    assert (RESULTS / "notes.txt").read_text() == "mine"


def test_a_sample_that_the_network_cannot_take_is_named(world: Path) -> None:
    networks.write_picky(world / "net.onnx")  # fails on bright images
    data = document()
    data["frontend"]["shape"] = {"input": [1, 3, 8, 8]}
    data["dataset"] = {"path": "images", "process_ops": [{"type": "DecodeImage"}, RESIZE, {"type": "ToTensor"}]}
    compiled(world, data)
    says = refusal(world, data)
    assert "00.png  the network cannot take this sample" in says
    assert not Path("deploy_weights/net_fp16-result").exists()


def test_two_samples_of_one_name_are_refused(world: Path) -> None:
    data = document("int8")
    data["dataset"]["sampler"]["suffix"] = None
    (world / "images" / "00.bmp").write_bytes((world / "images" / "00.png").read_bytes())
    compiled(world, data)
    assert "2 files of the dataset would have the result 00.npz" in refusal(world, data)


def test_language_models_are_not_quantized(program: Run) -> None:
    result = program("vamc", "quant", "llm.yaml")
    assert result.returncode == 2
    assert "quantisation of language models is not emulated" in result.stderr
