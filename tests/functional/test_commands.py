"""The commands beside `run`: what they print, what they write, and in which form."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.builders import write_tiny_onnx
from tests.conftest import Vcomp
from tests.functional.conftest import edit

COMMANDS = (
    *("new", "list", "show", "check", "render", "export", "run", "eval", "emulate", "import", "doctor"),
    *("data", "data sample", "data get", "data pack"),
)


@pytest.fixture
def said(vcomp: Vcomp) -> Callable[..., str]:
    """What a command that must end well prints on stdout."""

    def run(*words: object) -> str:
        result = vcomp(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def parsed(said: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """The JSON that a command prints; all of it carries a version."""

    def run(*words: object) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(said(*words, "--json"))
        assert content["schema_version"] == 1
        return content

    return run


Said = Callable[..., str]
Parsed = Callable[..., dict[str, Any]]


# -- help ------------------------------------------------------------------------------------------------------------


def test_help_lists_the_commands(said: Said) -> None:
    listed = said("--help")
    assert all(name in listed for name in ("new", "list", "show", "render", "export", "run", "eval", "data", "doctor"))


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in ("check", "import")])
def test_every_command_explains_itself(command: str, said: Said) -> None:
    assert f"{command} [OPTIONS]" in said(*command.split(), "--help")


def test_the_version_is_told(said: Said) -> None:
    from vcomp import __version__

    assert said("--version") == f"vcomp {__version__}\n"


def test_no_command_at_all_shows_the_help_and_fails(vcomp: Vcomp) -> None:
    result = vcomp()
    assert result.exit_code == 2
    assert "Usage" in result.output


# -- list and show ---------------------------------------------------------------------------------------------------


@pytest.fixture
def variant(tiny: Path) -> None:
    with (tiny / "spec.py").open("a") as file:
        file.write('\nvariants = [spec.variant(name="tiny-strict", task=BinarySegmentation(threshold=0.9))]\n')


def test_list_shows_models_and_variants(tiny: Path, variant: None, said: Said) -> None:
    first, second = said("list").splitlines()
    assert first.split() == ["tiny", "tiny", "3×32×32", "fp16", "int8"]
    assert second.startswith("tiny-strict ")


def test_list_as_json_says_what_is_a_variant_of_what(tiny: Path, variant: None, parsed: Parsed) -> None:
    models = parsed("list")["models"]
    assert [(model["name"], model["variant_of"]) for model in models] == [("tiny", None), ("tiny-strict", "tiny")]
    assert models[0]["folder"] == str(tiny)
    assert models[0]["targets"] == ["fp16", "int8"]


def test_outside_of_any_project_the_shipped_models_are_listed(project: Path, parsed: Parsed) -> None:
    assert "unetpp" in [model["name"] for model in parsed("list")["models"]]


def test_show_fills_in_what_the_spec_leaves_out(tiny: Path, said: Said) -> None:
    shown = yaml.safe_load(said("show", "tiny"))
    assert shown["targets"][1]["per_channel"] is True
    assert shown["evaluation"]["foreground"] == 125


def test_show_says_the_same_as_json(tiny: Path, said: Said, parsed: Parsed) -> None:
    content = parsed("show", "tiny")
    del content["schema_version"]
    assert content == yaml.safe_load(said("show", "tiny"))


def test_show_takes_one_model(tiny: Path, variant: None, vcomp: Vcomp) -> None:
    result = vcomp("show", "tiny*", "--json")
    assert result.exit_code == 2
    assert "'tiny*' stands for tiny, tiny-strict" in result.stderr


# -- export ----------------------------------------------------------------------------------------------------------


def test_export_of_an_onnx_network_copies_it(tiny: Path, project: Path, said: Said) -> None:
    assert said("export", "tiny") == "onnx/tiny.onnx\n"
    assert (project / "onnx/tiny.onnx").read_bytes() == (tiny / "tiny.onnx").read_bytes()


def test_export_as_json_names_the_files(tiny: Path, project: Path, parsed: Parsed) -> None:
    (exported,) = parsed("export", "tiny", "--out", "made")["exports"]
    assert exported == {
        "onnx": "made/tiny.onnx",
        "torchscript": None,
        "onnx_difference": None,
        "torchscript_difference": None,
    }


def test_export_of_a_torch_network_says_how_exact_its_files_are(project: Path, said: Said, parsed: Parsed) -> None:
    said("new", "demo")
    (exported,) = parsed("export", "demo")["exports"]
    assert Path(exported["onnx"]).is_file()
    assert Path(exported["torchscript"]).is_file()
    assert exported["onnx_difference"] < 1e-5
    assert exported["torchscript_difference"] < 1e-5


# -- emulate ---------------------------------------------------------------------------------------------------------


def emulated(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "vcomp.cli.main", "emulate", "--", *words]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_command_finds_the_emulated_programs_and_module(project: Path) -> None:
    code = "import shutil, vaststreamx; print(shutil.which('vamc'), shutil.which('vamp'), vaststreamx.Stream.__name__)"
    done = emulated(sys.executable, "-c", code)
    assert done.stdout.split()[2:] == ["Stream"]
    assert all("vcomp-emulate-" in word for word in done.stdout.split()[:2])


def test_emulate_ends_as_the_command_does(project: Path, vcomp: Vcomp) -> None:
    assert vcomp("emulate", "--", sys.executable, "-c", "raise SystemExit(7)").exit_code == 7


def test_emulate_passes_options_on(project: Path) -> None:
    assert emulated("vamc", "--help").stdout.startswith("usage: vamc")


def test_emulate_says_which_command_is_not_there(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("emulate", "--", "no-such-command")
    assert result.exit_code == 2
    assert "cannot run no-such-command: No such file or directory" in result.stderr


def test_emulate_wants_a_command(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("emulate")
    assert result.exit_code == 2
    assert "vcomp emulate -- COMMAND" in result.stderr


# -- data ------------------------------------------------------------------------------------------------------------


def test_the_sample_is_drawn_in_the_layout_of_dsb2018(project: Path, said: Said) -> None:
    assert said("data", "sample") == "sample\n"
    folders = {path.parent.relative_to(project / "sample").as_posix() for path in project.rglob("sample_*.png")}
    assert folders == {"dsb2018_256/images", "dsb2018_256_val/images", "dsb2018_256_val/masks"}
    assert said("data", "sample") == "sample\n"


def test_pack_writes_an_npz_per_image_and_their_list(data: Path, project: Path, said: Said) -> None:
    assert "12 images packed" in said("data", "pack", data / "evaluation/images")
    listed = (project / "npz_datalist.txt").read_text().splitlines()
    assert listed == [str(project / "npz" / f"sample_{number:03d}.npz") for number in range(12, 24)]
    packed = np.load(listed[0])["input_0"]
    assert (packed.dtype, packed.shape) == (np.uint8, (3, 256, 256))


def test_pack_leaves_out_what_it_cannot_read_and_fails(data: Path, project: Path, vcomp: Vcomp) -> None:
    (data / "evaluation/images/sample_014.png").write_text("no picture")
    words = ("data", "pack", data / "evaluation/images")
    result = vcomp(*words)
    assert result.exit_code == 2
    assert f"left out: {data / 'evaluation/images/sample_014.png'}" in result.stderr
    assert "11 images packed" in result.stdout
    assert vcomp(*words, "--allow-bad", "1").exit_code == 0


def test_pack_says_when_there_is_nothing_to_pack(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("data", "pack", "nowhere")
    assert result.exit_code == 2
    assert "nowhere  there is no such folder" in result.stderr


def test_what_get_does_not_know_it_refuses(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("data", "get", "imagenet")
    assert result.exit_code == 2
    assert "dsb2018" in result.stderr


# -- doctor ----------------------------------------------------------------------------------------------------------


def test_doctor_tells_toolchain_models_and_data(tiny: Path, data: Path, said: Said) -> None:
    printed = said("doctor", "--data", data)
    assert "vcomp's emulator" in printed
    assert f"tiny in {tiny.parent}" in printed
    assert str(data) in printed


def test_doctor_says_how_to_mend_what_is_missing(tiny: Path, parsed: Parsed) -> None:
    findings = {item["what"]: item for item in parsed("doctor")["findings"]}
    assert findings["onnxruntime"]["good"]
    assert not findings["vamc"]["good"]
    assert all(item["mend"] for item in findings.values() if not item["good"])


def test_doctor_bears_a_broken_spec_and_a_broken_config(tiny: Path, project: Path, parsed: Parsed) -> None:
    edit(tiny / "spec.py", "evaluation=", "evalution=")
    (project / "vcomp.yaml").write_text("data: nowhere\n")
    findings = {item["what"]: item for item in parsed("doctor")["findings"]}
    assert "did you mean 'evaluation'?" in findings["models"]["found"]
    assert "nowhere" in findings["data"]["found"]
    assert not findings["models"]["good"]
    assert not findings["data"]["good"]


# -- new -------------------------------------------------------------------------------------------------------------


def test_a_new_model_renders_as_it_stands(project: Path, said: Said) -> None:
    printed = said("new", "demo")
    assert printed.splitlines() == ["create     models/demo/network.py", "create     models/demo/spec.py"]
    said("render", "demo")
    said("render", "--check")


def test_a_model_around_an_onnx_file_takes_its_name_and_shape(project: Path, said: Said, parsed: Parsed) -> None:
    write_tiny_onnx(project / "their.onnx", side=48, name="pixel_values")
    said("new", "mine", "--from-onnx", "their.onnx")
    spec = parsed("show", "mine")
    (image,) = spec["inputs"]
    assert (image["name"], image["shape"]) == ("pixel_values", [1, 3, 48, 48])
    assert spec["preprocess"][1]["height"] == 48
    assert (project / "models/mine/weights/mine.onnx").read_bytes() == (project / "their.onnx").read_bytes()


def test_a_model_around_an_onnx_file_runs_as_it_stands(project: Path, data: Path, said: Said) -> None:
    write_tiny_onnx(project / "their.onnx", channels=1)
    said("new", "mine", "--from-onnx", "their.onnx")
    said("run", "mine", "--dtype", "fp32", "--data", data)


def test_the_shape_that_a_file_leaves_open_is_asked_for(project: Path, vcomp: Vcomp) -> None:
    write_tiny_onnx(project / "open.onnx", open_sides=True)
    result = vcomp("new", "mine", "--from-onnx", "open.onnx")
    assert result.exit_code == 2
    assert "--shape 1,3,HEIGHT,WIDTH" in result.stderr


@pytest.mark.parametrize("shape", ["1,3,64,80", "1x3x64x80", "[1, 3, 64, 80]"])
def test_the_shape_that_a_file_leaves_open_can_be_said(shape: str, project: Path, said: Said, parsed: Parsed) -> None:
    write_tiny_onnx(project / "open.onnx", open_sides=True)
    said("new", "mine", "--from-onnx", "open.onnx", "--shape", shape)
    assert parsed("show", "mine")["inputs"][0]["shape"] == [1, 3, 64, 80]


@pytest.mark.parametrize("shape", ["1,3,64", "2,3,32,32", "1,1,32,32", "1,3,48,48", "1,3,0,32", "wide", "1,3,²,32", ""])
def test_a_shape_that_does_not_fit_is_refused(shape: str, project: Path, vcomp: Vcomp) -> None:
    write_tiny_onnx(project / "their.onnx")
    result = vcomp("new", "mine", "--from-onnx", "their.onnx", "--shape", shape)
    assert result.exit_code == 2
    assert "--shape" in result.stderr
    assert not (project / "models/mine").exists()


def test_a_shape_without_a_file_is_refused(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("new", "mine", "--shape", "1,3,64,64")
    assert result.exit_code == 2
    assert "--from-onnx" in result.stderr


def test_what_exists_is_never_overwritten(tiny: Path, vcomp: Vcomp) -> None:
    before = {path: path.read_bytes() for path in tiny.rglob("*") if path.is_file()}
    result = vcomp("new", "tiny")
    assert result.exit_code == 2
    assert f"{tiny} exists already" in result.stderr
    assert {path: path.read_bytes() for path in tiny.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "name", ["../out", "a/b", "/tmp/x", "..", ".hidden", "-x", "with space", "new\nline", "", "é", "a" * 101]
)
def test_a_name_that_is_unsafe_is_refused(name: str, project: Path, vcomp: Vcomp) -> None:
    result = vcomp("new", "--", name)
    assert result.exit_code == 2
    assert "cannot be a model's name" in result.stderr
    assert not list(project.parent.rglob("spec.py"))


def test_an_unknown_task_is_refused(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("new", "mine", "--task", "binary_segmentaton")
    assert result.exit_code == 2
    assert "did you mean 'binary_segmentation'?" in result.stderr


def write_network(path: Path, inputs: list[list[int]], output: list[int]) -> None:
    """A network that adds its inputs' means, so that only its ports matter."""
    from onnx import TensorProto, helper, save

    ports = [helper.make_tensor_value_info(f"in{i}", TensorProto.FLOAT, shape) for i, shape in enumerate(inputs)]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["in0"], ["output"])],
        "ports",
        ports,
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, output)],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6), str(path))


@pytest.mark.parametrize(
    ("inputs", "output", "says"),
    [
        ([[1, 3, 32, 32]], [1, 10], "is no mask of the input's size"),
        ([[1, 3, 32, 32]], [1, 21, 32, 32], "is no mask of the input's size"),
        ([[1, 3, 32, 32]], [1, 1, 16, 16], "is no mask of the input's size"),
        ([[1, 128]], [1, 128], "is no image"),
        ([[1, 4, 32, 32]], [1, 1, 32, 32], "is no image"),
        ([[8, 3, 32, 32]], [8, 1, 32, 32], "is no image"),
        ([[1, 3, 32, 32], [1, 3, 32, 32]], [1, 1, 32, 32], "has 2 inputs"),
    ],
)
def test_a_file_that_is_no_mask_network_is_refused(
    inputs: list[list[int]], output: list[int], says: str, project: Path, vcomp: Vcomp
) -> None:
    write_network(project / "other.onnx", inputs, output)
    result = vcomp("new", "mine", "--from-onnx", "other.onnx")
    assert result.exit_code == 2
    assert says in result.stderr
    assert not (project / "models/mine").exists()


@pytest.mark.parametrize("content", [None, b"", b"no onnx at all", b"\x08\x06\x12\x00"])
def test_a_file_that_is_no_onnx_is_refused(content: bytes | None, project: Path, vcomp: Vcomp) -> None:
    if content is not None:
        (project / "broken.onnx").write_bytes(content)
    result = vcomp("new", "mine", "--from-onnx", "broken.onnx")
    assert result.exit_code == 2
    assert "broken.onnx" in result.stderr
    assert not (project / "models/mine").exists()


def test_a_failed_start_leaves_nothing_behind(project: Path, vcomp: Vcomp) -> None:
    write_tiny_onnx(project / "open.onnx", open_sides=True)
    vcomp("new", "mine", "--from-onnx", "open.onnx")
    assert sorted(path.name for path in project.rglob("*")) == ["open.onnx"]
