"""Compiling: from a YAML to the three files, and everything that can be wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import yaml

from tests.conftest import SHARED
from tests.emulator import networks
from tests.emulator.conftest import Run
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.session import Session
from vcomp.emulator.vamc import __main__ as vamc
from vcomp.emulator.vamc.compile_yaml import read_compile_file
from vcomp.emulator.vamc.compiler import compile_model
from vcomp.errors import VcompError

SHAPES = {"input": [1, 3, 16, 16]}


def document(dtype: str = "fp16") -> dict[str, Any]:
    return networks.compile_document(f"net_{dtype}", "net.onnx", SHAPES, dtype)


def compiled(world: Path, data: dict[str, Any]) -> tuple[str, list[str]]:
    """The prefix, and the log."""
    log: list[str] = []
    return compile_model(networks.write_yaml(world / "net.yaml", data), log.append), log


def refusal(world: Path, data: dict[str, Any]) -> str:
    with pytest.raises(VcompError) as raised:
        compiled(world, data)
    assert not list(world.glob("deploy_weights/*")), "nothing may be left behind"
    return str(raised.value)


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
    assert made["inputs"] == [{"name": "input", "shape": [1, 3, 16, 16], "dtype": "float32"}]
    assert made["outputs"] == [{"name": "output", "shape": [1, 1, 16, 16], "dtype": "float16"}]
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


def test_several_inputs_are_calibrated_from_npz_files(world: Path) -> None:
    networks.write_tokens(world / "net.onnx")
    for index in range(3):
        np.savez(world / "images" / f"{index}.npz", ids=np.full((1, 4), index, np.int32), scale=np.float32([[index]]))
    data = document("int8")
    data["frontend"]["shape"] = {"ids": [1, 4], "scale": [1, 1]}
    data["dataset"] = {"path": "images", "sampler": {"suffix": "NPZ", "get_data_num": 50}}

    prefix, log = compiled(world, data)

    manifest = read_artifact(prefix).manifest
    assert manifest.calibration_samples == 3
    assert [port.name for port in manifest.inputs] == ["ids", "scale"]
    assert any("3 × .NPZ (get_data_num asks for 50)" in line for line in log)


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["frontend"].update(shape={"inputs": [1, 3, 16, 16]}), "did you mean 'input'?"),
        (lambda d: d["frontend"].update(shape={"input": [1, 3, 16, 8]}), "expected [1, 3, 16, 16]"),
        (lambda d: d["frontend"].update(shape={"input": [3, 16, 16]}), "expected [1, 3, 16, 16]"),
        (lambda d: d["frontend"].update(shape={"input": [[1, 3, 8, 8], [1, 3, 16, 16]]}), "shapes that vary"),
        (lambda d: d["frontend"].update(shape={"input": [1, -3, 16, 16]}), "integers from 1"),
        (lambda d: d["frontend"].update(shape={}), "names no input"),
        (lambda d: d["frontend"].update(checkpoint="nett.onnx"), "there is no file nett.onnx"),
        (lambda d: d["frontend"].update(checkpoint="images/00.png"), "is not an ONNX file"),
        (lambda d: d["frontend"].update(type="darknet"), "ONNX"),
        (lambda d: d["frontend"].update(type="onx"), "did you mean 'onnx'?"),
        (lambda d: d["backend"].update(dtype="int4"), "expected one of fp16, int8"),
        (lambda d: d["backend"].pop("dtype"), "backend.dtype is missing"),
        (lambda d: d["backend"]["quantize"].update(calibrate_mode="kl"), "kl_divergence"),
        (lambda d: d["backend"]["quantize"].update(skip_conv_layers=[7]), "skip_conv_layers holds 7"),
        (lambda d: d["backend"]["quantize"].update(calibrate_range=2), "calibrate_range is 2"),
        (lambda d: d.update(graph={"extra_ops": {"type": "softmax"}}), "post-processing is not emulated"),
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


def test_corrupt_calibration_images_are_all_named(world: Path) -> None:
    for name in ("03.png", "07.png"):
        whole = (world / "images" / name).read_bytes()
        (world / "images" / name).write_bytes(whole[: len(whole) // 2])

    says = refusal(world, document("int8"))

    assert "2 of 12 calibration files" in says
    assert "03.png" in says
    assert "07.png" in says


def test_a_mistake_ends_with_exit_code_2_and_no_traceback(world: Path, program: Run) -> None:
    result = program("vamc", "compile", "missing.yaml")

    assert result.returncode == 2
    assert result.stderr.startswith("vamc: error: missing.yaml")
    assert "Traceback" not in result.stderr
    assert program("vamc", "build").returncode == 2


def test_a_folder_that_cannot_be_written_is_named(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = document()
    data["workspace"]["path"] = "/proc/none"
    assert vamc.main(["compile", str(networks.write_yaml(world / "net.yaml", data))]) == 2
    assert "/proc/none" in capsys.readouterr().err


class TestReadingASetBack:
    @pytest.fixture
    def prefix(self, world: Path) -> str:
        return compiled(world, document())[0]

    def refused(self, prefix: str) -> str:
        with pytest.raises(EmulatorError) as raised:
            read_artifact(prefix)
        assert isinstance(raised.value, RuntimeError)
        return str(raised.value)

    def test_a_set_without_one_file(self, prefix: str) -> None:
        Path(f"{prefix}.so").unlink()
        assert "mod.so missing" in self.refused(prefix)

    def test_half_a_network(self, prefix: str) -> None:
        whole = Path(f"{prefix}.params").read_bytes()
        Path(f"{prefix}.params").write_bytes(whole[: len(whole) // 2])
        assert "checksum differs" in self.refused(prefix)

    def test_a_set_of_another_version(self, prefix: str) -> None:
        made = json.loads(Path(f"{prefix}.json").read_text())
        Path(f"{prefix}.json").write_text(json.dumps(made | {"schema_version": 99}))
        assert "compile again" in self.refused(prefix)

    def test_a_manifest_that_was_edited(self, prefix: str) -> None:
        made = json.loads(Path(f"{prefix}.json").read_text())
        Path(f"{prefix}.json").write_text(json.dumps(made | {"inputs": [{"name": "input", "shape": "96"}]}))
        assert "inputs.0.shape" in self.refused(prefix)

    @pytest.mark.parametrize("content", [b'{"nodes": [], "heads": []}', b"\x7fELF\x02\x01", b"", b"[" * 100000])
    def test_the_vendors_own_set(self, prefix: str, content: bytes) -> None:
        Path(f"{prefix}.json").write_bytes(content)
        assert "use the SDK" in self.refused(prefix)

    def test_a_prefix_that_is_almost_right(self, prefix: str) -> None:
        assert f"common name: {prefix}" in self.refused(str(Path(prefix).parent))
        assert "leave out the extension" in self.refused(f"{prefix}.json")
        assert "dynamic" in self.refused("x/net_module_info.json")


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not here")
def test_every_published_file_is_read_or_refused_for_a_known_reason() -> None:
    reasons = ("which is not emulated", "post-processing is not emulated", "shapes that vary", "is missing", "unknown")
    read = 0
    for path in sorted((SHARED / "corpus").rglob("*.yaml")):
        if yaml.safe_load(path.read_text())["frontend"].get("type") not in ("onnx", "pytorch"):
            continue
        try:
            read_compile_file(path)
        except VcompError as error:
            assert any(reason in str(error) for reason in reasons), f"{path}: {error}"
        else:
            read += 1
    assert read > 60
