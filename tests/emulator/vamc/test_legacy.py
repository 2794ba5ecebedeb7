"""The format that compile files had until 2025: `vamc build` takes it, and takes it for the present one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.emulator import networks
from tests.emulator.conftest import Run
from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.vamc.compile_yaml import read_compile_file
from vcomp.emulator.vamc.leniency import warn
from vcomp.errors import VcompError

LEGACY = """
model:
  name: net_int8
  checkpoint: net.onnx
  inputs:
    input: [1, 3, 16, 16]
engine:
  type: vacc
  dtype: int8
  common:
    cluster_mode: 0
  calibration:
    quant_mode: kl_divergence
    per_channel: true
    do_quantization: true
  add_extra_ops_to_graph:
    type: null
dataset:
  path: images
  sampler: {suffix: png, get_data_num: 50}
  transform_ops:
  - type: DecodeImage
  - {type: CvtColor, code: COLOR_RGB2BGR}
  - {type: Resize, size: [16, 16]}
  - {type: Normalize, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
  - type: ToTensor
workspace:
  work_dir: deploy_weights
  enable_ir: true
"""


def read(tmp_path: Path, text: str) -> Any:
    (tmp_path / "old.yaml").write_text(text)
    return read_compile_file(tmp_path / "old.yaml", legacy=True)


def test_an_older_file_gives_what_the_present_one_gives(world: Path, program: Run) -> None:
    (world / "old.yaml").write_text(LEGACY)

    result = program("vamc", "build", "old.yaml")

    assert (result.returncode, result.stderr) == (0, "")
    assert "backend.compile.cluster_mode, workspace.enable_ir" in result.stdout
    old = read_artifact("deploy_weights/net_int8/mod")
    new = read_artifact(compiled(world, document("int8"))[0])
    assert (old.manifest, old.network) == (new.manifest, new.network)


def test_build_takes_the_present_format_too(world: Path, program: Run) -> None:
    networks.write_yaml(world / "net.yaml", document())
    assert program("vamc", "build", "net.yaml").returncode == 0
    assert Path("deploy_weights/net_fp16/mod.json").is_file()


def test_compile_names_the_command_that_takes_an_older_file(world: Path) -> None:
    says = refusal(world, yaml.safe_load(LEGACY))
    assert "is in the older format" in says
    assert "`vamc build" in says


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("quant_mode: kl_divergence", "quant_mode: kl", "old.yaml:13  unknown backend.quantize.calibrate_mode 'kl'"),
        ("input: [1, 3, 16, 16]", "input: none", "old.yaml:6  frontend.shape.input is 'none'"),
        ("{type: Resize, size: [16, 16]}", "{type: Rezise}", "old.yaml:24"),
        ("cluster_mode: 0", "clutser_mode: 0", "old.yaml:11  unknown key of backend.compile 'clutser_mode'"),
        ("do_quantization: true", "do_quantization: false", "old.yaml:15  engine.calibration.do_quantization asks"),
        ("  dtype: int8", "  dtype: [int8]", "do_quantization asks for int8, engine.dtype for ['int8']"),
        ("  enable_ir: true", "  path: elsewhere", "says again"),
        ("workspace:", "frontend: 3\nworkspace:", "says again"),
        ("    type: null", "    type: [softmax]", "extra_ops"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in LEGACY
    with pytest.raises(VcompError) as raised:
        read(tmp_path, LEGACY.replace(old, new))
    assert says in str(raised.value)


@pytest.mark.parametrize(("quantizes", "dtype"), [("true", "int8"), ("false", "fp16")])
def test_what_is_quantized_needs_no_dtype(tmp_path: Path, quantizes: str, dtype: str) -> None:
    text = LEGACY.replace("  dtype: int8\n", "").replace("do_quantization: true", f"do_quantization: {quantizes}")
    assert read(tmp_path, text).target.dtype == dtype


def test_an_older_file_may_be_faulty_too(world: Path) -> None:
    data = yaml.safe_load(LEGACY)
    data["engine"]["calibration"]["quantmode"] = data["engine"]["calibration"].pop("quant_mode")
    warnings: list[str] = []
    path, _ = compiled(world, data, legacy=True, forgive=warn(warnings.append))
    assert read_artifact(path).manifest.calibrate_mode == "percentile"
    assert len(warnings) == 2
