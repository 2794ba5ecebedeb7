"""Compiling: from a YAML to the three files, and everything that can be wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from tests.emulator import networks
from tests.emulator.conftest import Run
from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.runtime.session import Session
from vcomp.emulator.vamc import __main__ as vamc
from vcomp.emulator.vamc.compile_yaml import read_compile_file
from vcomp.errors import VcompError


@pytest.mark.parametrize("dtype", ["fp16", "int8"])
def test_the_program_writes_a_set_that_says_how_it_was_made(world: Path, program: Run, dtype: str) -> None:
    networks.write_yaml(world / "net.yaml", document(dtype))

    result = program("vamc", "compile", "net.yaml")

    assert (result.returncode, result.stderr) == (0, "")
    assert "emulation" in result.stdout.splitlines()[0]
    assert "backend.compile.data_transport_mode" in result.stdout
    folder = world / "deploy_weights" / f"net_{dtype}"
    assert sorted(path.name for path in folder.iterdir()) == ["mod.json", "mod.params", "mod.so"]
    made = json.loads((folder / "mod.json").read_text())
    assert made["toolchain"] == "vcomp emulator"
    assert made["schema_version"] == 1
    assert made["dtype"] == dtype
    assert made["calibrate_mode"] == ("kl_divergence" if dtype == "int8" else None)
    assert made["inputs"] == [{"name": "input", "shape": [1, 3, 16, 16], "dtype": "float32", "smallest": None}]
    assert made["outputs"] == [{"name": "output", "shape": [1, 1, 16, 16], "dtype": "float16", "smallest": None}]
    assert set(made["versions"]) == {"vcomp", "onnxruntime", "numpy", "opencv"}
    assert made["graph_optimization"] == "all"


def test_both_precisions_come_close_to_the_network(world: Path) -> None:
    image = np.random.default_rng(5).uniform(-1, 1, (1, 3, 16, 16)).astype(np.float32)
    [exact] = onnxruntime.InferenceSession("net.onnx").run(None, {"input": image})

    fp16, int8 = (
        Session(read_artifact(compiled(world, document(dtype))[0])).run([image])[0] for dtype in ("fp16", "int8")
    )

    assert fp16.dtype == int8.dtype == np.float16
    assert 0 < np.abs(fp16 - exact).mean() < 5e-4
    assert 5e-4 < np.abs(int8 - exact).mean() < 0.02


def test_compiling_twice_gives_the_same_bytes(world: Path) -> None:
    prefix, _ = compiled(world, document("int8"))
    first = Path(f"{prefix}.params").read_bytes(), Path(f"{prefix}.json").read_bytes()

    compiled(world, document("int8"))

    assert (Path(f"{prefix}.params").read_bytes(), Path(f"{prefix}.json").read_bytes()) == first


def test_compiling_again_replaces_the_set_and_nothing_else(world: Path) -> None:
    data = document("int8")
    prefix, _ = compiled(world, data)
    before = read_artifact(prefix)
    (Path(prefix).parent / "notes.txt").write_text("mine")

    data["backend"]["quantize"]["calibrate_mode"] = "max"
    compiled(world, data)

    assert read_artifact(prefix).network != before.network
    assert (Path(prefix).parent / "notes.txt").read_text() == "mine"
    assert [path.name for path in (world / "deploy_weights").iterdir()] == ["net_int8"]


def test_sides_that_the_graph_leaves_open_take_the_stated_size(world: Path) -> None:
    networks.write_mean(world / "net.onnx", size="side")
    data = document()
    data["frontend"]["shape"] = {"input": [1, 3, 5, 5]}

    prefix, _ = compiled(world, data)

    assert read_artifact(prefix).manifest.inputs[0].shape == (1, 3, 5, 5)


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["frontend"].update(shape={"inputs": [1, 3, 16, 16]}), "did you mean 'input'?"),
        (lambda d: d["frontend"].update(shape={"input": [1, 3, 16, 8]}), "expected [1, 3, 16, 16]"),
        (lambda d: d["frontend"].update(shape={"input": [3, 16, 16]}), "expected [1, 3, 16, 16]"),
        (lambda d: d["frontend"].update(shape={"input": [1, -3, 16, 16]}), "integers from 1"),
        (lambda d: d["frontend"].update(shape={}), "names no input"),
        (lambda d: d["frontend"].update(checkpoint="nett.onnx"), "there is no file nett.onnx"),
        (lambda d: d["frontend"].update(checkpoint="images/00.png"), "is not an ONNX file"),
        (lambda d: d["frontend"].update(type="onx"), "did you mean 'onnx'?"),
        (lambda d: d["backend"].update(dtype="int4"), "expected one of fp16, int8"),
        (lambda d: d["backend"].pop("dtype"), "backend.dtype is missing"),
        (lambda d: d["backend"]["quantize"].update(calibrate_mode="kl"), "kl_divergence"),
        (lambda d: d["backend"]["quantize"].update(skip_conv_layers=[7]), "skip_conv_layers holds 7"),
        (lambda d: d["backend"]["quantize"].update(calibrate_range=2), "calibrate_range is 2"),
        (lambda d: d.update(name="../elsewhere"), "one folder name"),
        (lambda d: d.pop("name"), "name is missing"),
        (lambda d: d.pop("dataset"), "dataset is missing"),
        (lambda d: d["dataset"].update(path="imgs"), "there is no such folder"),
        (lambda d: d["dataset"]["sampler"].update(suffix="jpg"), "no .jpg image"),
        (lambda d: d["dataset"].update(process_ops=networks.PROCESS_OPS[:2]), "process_ops make [20, 24, 3]"),
        (lambda d: d["dataset"].update(process_ops=[{"type": "Rezise"}]), "did you mean 'Resize'?"),
        (lambda d: d["dataset"].pop("process_ops"), "00.png"),
    ],
)
def test_a_fault_in_the_file_is_named(world: Path, change: Change, says: str) -> None:
    data = document("int8")
    change(data)
    assert says in refusal(world, data)


@pytest.mark.parametrize(
    ("line", "fault", "number"),
    [
        ("alibrate_mode: max", "did you mean 'calibrate_mode'?", 9),
        ("calibrate_mode: max", "'calibrate_mode' stands twice", 9),
        ("quantize_per_channel: 1", "expected true or false", 9),
        ("skip_conv_layers: *all", "not YAML", 9),
        ("weight_scale: power3", "did you mean 'power2'?", 9),
        ("ops_usingfp: [concatenat]", "did you mean 'concatenate'?", 9),
        ("quantize_operators: add", "expected a list of words", 9),
    ],
)
def test_a_fault_in_a_line_is_named_with_the_line(world: Path, line: str, fault: str, number: int) -> None:
    (world / "net.yaml").write_text(
        "name: net\nfrontend:\n  checkpoint: net.onnx\n  shape: {input: [1, 3, 16, 16]}\nbackend:\n  dtype: int8\n"
        f"  quantize:\n    calibrate_mode: max\n    {line}\nworkspace: {{path: out}}\n"
        "dataset: {path: images, sampler: {suffix: png}}\n"
    )
    with pytest.raises(VcompError) as raised:
        read_compile_file(world / "net.yaml")
    assert f"net.yaml:{number}" in str(raised.value)
    assert fault in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "a: [",
        "a: !!python/object/apply:os.getcwd []",
        "a: &x [1]\nb: *x",
        "a: 2024-99-99",
        "[" * 5000,
        "? {a: 1}\n: 2",
        "a: \x00",
        "name: " + "x" * (1 << 20),
    ],
)
def test_what_is_no_compile_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "net.yaml").write_text(text)
    with pytest.raises(VcompError):
        read_compile_file(tmp_path / "net.yaml")


def test_a_mistake_ends_with_exit_code_2_and_no_traceback(world: Path, program: Run) -> None:
    result = program("vamc", "compile", "missing.yaml")

    assert result.returncode == 2
    assert result.stderr.startswith("vamc: error: missing.yaml")
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_named(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = document()
    data["workspace"]["path"] = "/proc/none"
    assert vamc.main(["compile", str(networks.write_yaml(world / "net.yaml", data))]) == 2
    assert "/proc/none" in capsys.readouterr().err
