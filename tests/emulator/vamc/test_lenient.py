"""What a faulty file may hold, and still be compiled if that is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import networks
from tests.emulator.conftest import Run
from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.vamc.leniency import warn

Change = Callable[[dict[str, Any]], Any]


def misspelt(data: dict[str, Any]) -> None:
    data["backend"]["quantize"]["alibrate_mode"] = data["backend"]["quantize"].pop("calibrate_mode")


@pytest.mark.parametrize(
    ("change", "strictly", "leniently"),
    [
        (misspelt, "unknown key of backend.quantize 'alibrate_mode'", "'alibrate_mode': it is left out"),
        (lambda d: d.update(bakend={}), "did you mean 'backend'?", "unknown key 'bakend': it is left out"),
        (lambda d: d["backend"].update(opt_level=2), "it is a key of backend.compile", "it is left out"),
        (lambda d: d["frontend"].update(suffix="png"), "it is a key of dataset.sampler", "it is left out"),
        (
            lambda d: d.update(graph={"type": "softmax"}),
            "it is a key of frontend and of frontend.quantize and of graph.extra_ops",
            "unknown key of graph 'type': it is left out",
        ),
        (lambda d: d.update(model=d.pop("name")), "name is missing", "model is taken"),
        (
            lambda d: d["workspace"].update(work_dir=d["workspace"].pop("path")),
            "workspace.path is missing",
            "work_dir is taken",
        ),
        (lambda d: d["backend"]["quantize"].pop("calibrate_mode"), "calibrate_mode is missing", "percentile is taken"),
    ],
)
def test_a_fault_is_an_error_or_a_warning(world: Path, change: Change, strictly: str, leniently: str) -> None:
    data = document("int8")
    change(data)
    says = refusal(world, data)
    assert strictly in says
    assert f"with --lenient {leniently.split(': ')[-1]}" in says

    warnings: list[str] = []
    path, _ = compiled(world, data, forgive=warn(warnings.append))

    assert read_artifact(path).manifest.name == "net_int8"
    assert any(leniently in line and "net.yaml:" in line for line in warnings), warnings


def test_the_warnings_of_the_program_go_to_stderr(world: Path, program: Run) -> None:
    data = document("int8")
    misspelt(data)
    networks.write_yaml(world / "net.yaml", data)

    assert program("vamc", "compile", "net.yaml").returncode == 2
    result = program("vamc", "compile", "net.yaml", "--lenient")

    assert result.returncode == 0
    first, second = result.stderr.splitlines()
    assert first.startswith("vamc: warning: net.yaml:")
    assert "alibrate_mode" in first
    assert second.endswith("calibrate_mode is missing: percentile is taken")
    assert "int8 (percentile, per channel)" in result.stdout


def test_leniency_is_no_licence(world: Path) -> None:
    data = document()
    del data["frontend"]["checkpoint"]
    assert "frontend.checkpoint is missing" in refusal(world, data, forgive=warn([].append))


def test_every_option_without_effect_is_listed(world: Path) -> None:
    data = document()
    data["frontend"]["model_kwargs"] = {"align_qkv": True}
    data["frontend"]["quantize"] = {"calib_args": {"true_sequential": False}}
    data["backend"]["dynamic_params"] = {"is_elic_gs": True}
    data["backend"]["quantize"] = {"stream_mode": True, "exclude_layers": [0]}
    data["workspace"]["pyenv"] = {"huggingface-hub": "0.1"}
    data["graph"] = {"extra_ops": {"type": "insert_odma"}}
    data["dataset"] = {"path": "images"}

    _, log = compiled(world, data)

    [line] = [line for line in log if line.startswith("no effect")]
    assert line.split(None, 2)[2].split(", ") == [
        "frontend.model_kwargs.align_qkv",
        "frontend.quantize.calib_args.true_sequential",
        "backend.compile.data_transport_mode",
        "backend.dynamic_params.is_elic_gs",
        "backend.quantize.stream_mode",
        "workspace.pyenv.huggingface-hub",
        "graph.extra_ops",
        "backend.quantize",
        "dataset",
    ]
