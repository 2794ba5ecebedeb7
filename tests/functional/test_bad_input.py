"""What a user may get wrong: always a message that names it and the mend, exit code 2, and nothing lost."""

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.builders import write_tiny_onnx
from tests.conftest import Vcomp
from tests.functional.conftest import Finished, edit, repeated

Refused = Callable[..., str]

FP32 = ("run", "tiny", "--dtype", "fp32")
INT8 = ("run", "tiny", "--dtype", "int8")


def contents(folder: Path) -> dict[Path, str]:
    """A hash of every file that is the user's: all but what lies in a workspace."""
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "workspace" not in path.parts
    }


@pytest.fixture
def refused(vcomp: Vcomp, tmp_path: Path) -> Refused:
    """Run a command that must fail in words, with no file of the user's lost or changed; what stderr said."""

    def run(*words: object) -> str:
        before = contents(tmp_path)
        result = vcomp(*words)  # raises what is not told in words
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        after = contents(tmp_path)
        assert {path: after.get(path) for path in before} == before
        return result.stderr

    return run


# -- words -----------------------------------------------------------------------------------------------------------


def test_an_unknown_model_with_the_nearest_name(tiny: Path, refused: Refused) -> None:
    said = refused("run", "tinny")
    assert "unknown model 'tinny'" in said
    assert "did you mean 'tiny'?" in said


def test_an_unknown_precision_with_the_nearest_name(tiny: Path, refused: Refused) -> None:
    said = refused("run", "tiny", "--dtype", "int_8")
    assert "unknown dtype 'int_8'" in said
    assert "did you mean 'int8'?" in said
    assert "fp16, int8, fp32, all" in said


def test_a_precision_that_the_spec_has_no_target_for(tiny: Path, refused: Refused) -> None:
    edit(tiny / "spec.py", "Fp16(), ", "")
    assert "the targets of tiny  unknown dtype 'fp16'" in refused("run", "tiny", "--dtype", "fp16")


@pytest.mark.parametrize("option", ["--toolchain", "--via"])
def test_an_unknown_choice(option: str, tiny: Path, refused: Refused) -> None:
    said = refused("run", "tiny", option, "emulater")
    assert option in said
    assert "emulater" in said


def test_an_unknown_command(refused: Refused) -> None:
    assert "rnu" in refused("rnu")


# -- spec and config -------------------------------------------------------------------------------------------------


def test_an_unknown_field_of_the_spec(tiny: Path, refused: Refused) -> None:
    edit(tiny / "spec.py", "evaluation=", "evalution=")
    said = refused(*FP32)
    assert "spec.py:" in said
    assert "did you mean 'evaluation'?" in said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import torhc", "No module named 'torhc'"),
        ("spec = spec.nothing", "nothing"),
        ("raise SystemExit(0)", "SystemExit"),
        ("spec = (", "not Python"),
    ],
)
def test_a_spec_that_raises_is_told_with_its_line(line: str, says: str, tiny: Path, refused: Refused) -> None:
    with (tiny / "spec.py").open("a") as file:
        file.write(f"{line}\n")
    number = len((tiny / "spec.py").read_text().splitlines())
    said = refused(*FP32)
    assert says in said
    assert f"spec.py:{number}" in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"data: [", "not YAML"),
        (b"\xff\xfe data", "not YAML"),
        (b"just a word", "not a mapping"),
        (b"dta: here", "did you mean 'data'?"),
        (b"data: 7", "data is 7"),
        (b"data: gone", "the data folder"),
    ],
)
def test_a_broken_config(content: bytes, says: str, tiny: Path, project: Path, refused: Refused) -> None:
    (project / "vcomp.yaml").write_bytes(content)
    said = refused(*FP32)
    assert says in said
    assert "vcomp.yaml" in said


# -- the network -----------------------------------------------------------------------------------------------------


def test_a_missing_network_file(tiny: Path, data: Path, refused: Refused) -> None:
    (tiny / "tiny.onnx").unlink()
    said = refused(*FP32, "--data", data)
    assert f"there is no file {tiny / 'tiny.onnx'}" in said
    assert "correct the path" in said


def test_missing_weights(project: Path, data: Path, vcomp: Vcomp, refused: Refused) -> None:
    vcomp("new", "demo")
    edit(
        project / "models/demo/spec.py",
        'TorchNetwork(factory="network:BrightObjects")',
        'TorchNetwork(factory="network:BrightObjects", weights="weights/demo.safetensors")',
    )
    said = refused("run", "demo", "--dtype", "fp32", "--data", data)
    assert f"there is no file {project / 'models/demo/weights/demo.safetensors'}" in said


def test_another_input_name_in_the_file(tiny: Path, data: Path, refused: Refused) -> None:
    write_tiny_onnx(tiny / "tiny.onnx", name="images")
    said = refused(*FP32, "--data", data)
    assert "the network has no input 'input'" in said
    assert "images 1×3×32×32" in said
    assert 'write Input(name="images", …)' in said


def test_another_shape_in_the_file(tiny: Path, data: Path, refused: Refused) -> None:
    write_tiny_onnx(tiny / "tiny.onnx", side=48)
    said = refused(*FP32, "--data", data)
    assert "1×3×32×32" in said
    assert "input 1×3×48×48" in said


@pytest.mark.parametrize("part", [0, 0.25, 0.5, 0.75, 0.99])
def test_a_file_that_is_cut_short(part: float, tiny: Path, data: Path, refused: Refused) -> None:
    whole = (tiny / "tiny.onnx").read_bytes()
    (tiny / "tiny.onnx").write_bytes(whole[: int(part * len(whole))])
    assert "tiny.onnx" in refused(*FP32, "--data", data)


@pytest.mark.parametrize(("channels", "shown"), [(0, "1×10"), (3, "1×3×32×32")])
def test_a_network_that_gives_no_mask(channels: int, shown: str, tiny: Path, data: Path, refused: Refused) -> None:
    write_other_output(tiny / "tiny.onnx", channels)
    said = refused(*FP32, "--data", data)
    assert f"the network's output is {shown}" in said
    assert "correct the task in the spec" in said


def test_a_network_that_takes_no_floats(tiny: Path, data: Path, refused: Refused) -> None:
    import onnx

    network = onnx.load(tiny / "tiny.onnx")
    network.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    network.graph.node[0].input[0] = "floats"
    network.graph.node.insert(0, onnx.helper.make_node("Cast", ["input"], ["floats"], to=onnx.TensorProto.FLOAT))
    onnx.save(network, tiny / "tiny.onnx")
    assert "uint8" in refused(*FP32, "--data", data)


def write_other_output(path: Path, channels: int) -> None:
    """A network on 1×3×32×32 with as many channels of output, or for 0 a classifier's ten values."""
    from onnx import TensorProto, helper, numpy_helper, save

    weights = np.ones((channels, 3, 1, 1) if channels else (3 * 32 * 32, 10), np.float32) / 100
    nodes = [helper.make_node("Conv", ["input", "w"], ["output"])]
    if not channels:
        nodes = [
            helper.make_node("Flatten", ["input"], ["flat"]),
            helper.make_node("MatMul", ["flat", "w"], ["output"]),
        ]
    graph = helper.make_graph(
        nodes,
        "other",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weights, "w")],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6), str(path))


# -- data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_a_data_folder_that_is_none(there: str, tiny: Path, project: Path, refused: Refused) -> None:
    if there == "a file":
        (project / "nowhere").write_text("")
    said = refused(*FP32, "--data", "nowhere")
    assert str(project / "nowhere") in said
    assert "vcomp data get" in said


def test_a_data_folder_that_the_environment_names_wrongly(
    tiny: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VCOMP_DATA", "/nowhere")
    assert "VCOMP_DATA  the data folder /nowhere" in refused(*FP32)


@pytest.mark.parametrize("folder", ["evaluation/images", "evaluation/masks", "calibration/images"])
def test_a_missing_folder_of_images(folder: str, tiny: Path, data: Path, refused: Refused) -> None:
    shutil.rmtree(data / folder)
    said = refused(*INT8, "--data", data)
    assert f"{data / folder}  there is no such folder" in said
    assert "data folder that it is relative to" in said


def test_calibration_images_are_not_needed_for_fp32(tiny: Path, data: Path, vcomp: Vcomp) -> None:
    shutil.rmtree(data / "calibration")
    assert vcomp(*FP32, "--data", data).exit_code == 0


def test_images_of_another_kind(tiny: Path, data: Path, refused: Refused) -> None:
    edit(tiny / "spec.py", 'path="calibration/images"', 'path="calibration/images", suffix="tif"')
    assert "it holds 12 × *.png" in refused(*INT8, "--data", data)


def test_an_image_without_a_mask(tiny: Path, data: Path, refused: Refused) -> None:
    (data / "evaluation/masks/sample_015.png").unlink()
    said = refused(*FP32, "--data", data)
    assert "1 of 12 images have no mask, the first is sample_015.png" in said
    assert "add the masks, or take the images out" in said


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-600])


def no_image(path: Path) -> None:
    path.write_text("this is no picture\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


SPOILS = pytest.mark.parametrize("spoil", [cut_short, no_image, empty])
PLACES = pytest.mark.parametrize(
    "file", ["evaluation/images/sample_014.png", "evaluation/masks/sample_014.png", "calibration/images/sample_003.png"]
)


@SPOILS
@PLACES
def test_a_bad_image_is_named_and_counted(
    file: str, spoil: Callable[[Path], None], tiny: Path, data: Path, refused: Refused
) -> None:
    spoil(data / file)
    said = refused(*INT8, "--data", data)
    assert "1 image cannot be read" in said
    assert str(data / file) in said
    assert "--allow-bad 1" in said


@PLACES
def test_a_bad_image_that_is_allowed_is_left_out(file: str, tiny: Path, data: Path, vcomp: Vcomp) -> None:
    cut_short(data / file)
    run = vcomp(*INT8, "--data", data, "--allow-bad", "1")
    assert run.exit_code == 0
    assert f"left out: {data / file}" in run.stderr
    assert f"on {11 if 'evaluation' in file else 12} images" in run.stdout


def test_all_bad_images_are_named_at_once(tiny: Path, data: Path, refused: Refused) -> None:
    for name in ("sample_013.png", "sample_017.png", "sample_020.png"):
        no_image(data / "evaluation/images" / name)
    said = refused(*FP32, "--data", data, "--allow-bad", "2")
    assert "3 images cannot be read" in said
    assert all(f"images/{name}\n" in said for name in ("sample_013.png", "sample_017.png", "sample_020.png"))
    assert "expected at most 2" in said


def test_no_image_that_can_be_read(tiny: Path, data: Path, refused: Refused) -> None:
    for path in (data / "evaluation/images").glob("*.png"):
        no_image(path)
    said = refused(*FP32, "--data", data, "--allow-bad", "100")
    assert "none of 12 images can be read" in said


def test_no_calibration_image_that_can_be_read(tiny: Path, data: Path, refused: Refused) -> None:
    for path in (data / "calibration/images").glob("*.png"):
        no_image(path)
    said = refused("run", "tiny", "--dtype", "int8", "--data", data, "--allow-bad", "100")
    assert "calibration" in said


# -- the workspace ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_workspace_that_cannot_be_made(place: str, tiny: Path, project: Path, refused: Refused) -> None:
    (project / "file").write_text("mine")
    said = refused(*FP32, "--workspace", place)
    assert f"cannot work in {project / place}" in said
    assert "use another --workspace" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_workspace_that_must_not_be_written(tiny: Path, project: Path, refused: Refused) -> None:
    (project / "locked").mkdir(mode=0o500)
    said = refused(*FP32, "--workspace", "locked")
    assert f"cannot work in {project / 'locked'}: Permission denied" in said


def test_a_folder_where_the_link_to_the_data_belongs(tiny: Path, data: Path, refused: Refused) -> None:
    mine = tiny / "workspace/data/mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    said = refused(*FP32, "--data", data)
    assert f"{mine.parent} is in the way" in said
    assert "move it elsewhere" in said
    assert mine.read_text() == "mine"


def limited(largest_file: int, *words: object) -> "subprocess.CompletedProcess[str]":
    """vcomp where no file may grow beyond so many bytes: how a full disk looks to one who cannot fill it."""
    return subprocess.run(
        [sys.executable, "-m", "vcomp.cli.main", *map(str, words)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)),
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("largest_file", [1, 1000, 4000, 20_000])
def test_a_full_disk(largest_file: int, tiny: Path, data: Path, vcomp: Vcomp) -> None:
    run = limited(largest_file, *FP32, "--data", data)
    assert run.returncode == 2
    assert "File too large" in run.stderr
    assert "Traceback" not in run.stderr
    assert not [path for path in tiny.rglob(".*") if path.is_file() and path.name != ".rendered.json"]
    assert vcomp(*FP32, "--data", data).exit_code == 0
    assert vcomp("render", "--check").exit_code == 0


def test_output_that_cannot_be_written_loses_no_result(tiny: Path, data: Path, vcomp: Vcomp) -> None:
    words = [sys.executable, "-m", "vcomp.cli.main", *FP32, "--data", str(data), "--json"]
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 2
    assert "No space left on device" in run.stderr
    assert "Traceback" not in run.stderr
    assert not repeated(vcomp(*FP32, "--data", data).stderr)


def test_a_failed_run_leaves_the_results_of_the_one_before(finished: Finished, data: Path, vcomp: Vcomp) -> None:
    before = (finished.workspace / "results.json").read_text()
    no_image(data / "evaluation/images/sample_014.png")
    assert vcomp("run", "tiny", "--dtype", "int8", "--data", data).exit_code == 2
    assert (finished.workspace / "results.json").read_text() == before
    assert not repeated(vcomp("run", "tiny", "--dtype", "int8").stderr)


# -- outputs that are scored -----------------------------------------------------------------------------------------


@pytest.fixture
def outputs(tiny: Path, project: Path) -> Path:
    """A folder of npz files as vamp would write them for the sample's 12 images."""
    folder = project / "npz_output"
    folder.mkdir()
    for index in range(12):
        np.savez(folder / f"output_{index:06d}.npz", output_0=np.zeros((1, 1, 32, 32), np.float16))
    return folder


def test_outputs_that_are_not_as_many_as_the_images(outputs: Path, data: Path, refused: Refused) -> None:
    (outputs / "output_000011.npz").unlink()
    said = refused("eval", "tiny", "--outputs", outputs, "--data", data)
    assert "holds 11 outputs, the evaluation set 12 images" in said


def test_outputs_that_are_not_there(outputs: Path, data: Path, refused: Refused) -> None:
    assert "nowhere" in refused("eval", "tiny", "--outputs", "nowhere", "--data", data)


def test_outputs_of_another_size(outputs: Path, data: Path, refused: Refused) -> None:
    np.savez(outputs / "output_000003.npz", output_0=np.zeros((1, 1, 16, 16), np.float16))
    said = refused("eval", "tiny", "--outputs", outputs, "--data", data)
    assert "16×16" in said
    assert "32×32" in said


def test_outputs_of_another_name(outputs: Path, data: Path, refused: Refused) -> None:
    np.savez(outputs / "output_000003.npz", mask=np.zeros((1, 1, 32, 32), np.float16))
    said = refused("eval", "tiny", "--outputs", outputs, "--data", data)
    assert "output_000003.npz holds mask" in said


def test_outputs_that_are_damaged(outputs: Path, data: Path, refused: Refused) -> None:
    cut_short(outputs / "output_000003.npz")
    assert "output_000003.npz" in refused("eval", "tiny", "--outputs", outputs, "--data", data)


def test_outputs_without_data_to_score_against(outputs: Path, refused: Refused) -> None:
    said = refused("eval", "tiny", "--outputs", outputs)
    assert "there is no data folder to score against" in said
    assert "--data DIR" in said
