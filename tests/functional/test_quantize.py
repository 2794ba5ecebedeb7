"""`vcomp quantize`: one calibration, and what is asked of it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from tests.conftest import Vcomp
from tests.functional.conftest import Finished, edit


@pytest.fixture
def asked(vcomp: Vcomp, drawn: Path) -> Any:
    """Run `vcomp quantize tiny` on drawn images; what it printed as JSON."""

    def ask(*words: object) -> dict[str, Any]:
        done = vcomp("quantize", "tiny", "--data", drawn, "--json", *words)
        assert done.exit_code == 0, done.stderr
        return dict(json.loads(done.stdout))

    return ask


def test_every_mode_is_compared_from_one_calibration(tiny: Path, vcomp: Vcomp, drawn: Path, asked: Any) -> None:
    shown = vcomp("quantize", "tiny", "--data", drawn, "--limit", "4")
    found = asked("--limit", "4")

    assert shown.exit_code == 0
    assert shown.stderr.count("calibrate") == 1
    assert "Emulated but for fp32" in shown.stdout
    assert "int8 max *" in shown.stdout
    assert (found["schema_version"], found["emulated"], found["images"]) == (1, True, 4)
    names = [(row["precision"], row["calibrate"], row["emulated"]) for row in found["modes"]]
    modes = [("int8", mode, True) for mode in ("max", "percentile", "kl_divergence", "mse")]
    assert names == [("fp32", None, False), ("fp16", None, True), *modes]
    assert all(row["milliseconds"] > 0 and row["bytes"] > 0 for row in found["modes"])


def test_weights_beyond_fp16_are_told_by_layer(tiny: Path, vcomp: Vcomp) -> None:
    model = onnx.load(str(tiny / "tiny.onnx"))
    weight = next(item for item in model.graph.initializer if item.name == "w2")
    weight.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weight) * np.float32(1e6), "w2"))
    model.graph.node[2].name = "head"
    onnx.save(model, str(tiny / "tiny.onnx"))

    shown = vcomp("quantize", "tiny", "--limit", "1")

    assert "fp16: 4 of 4 weights of layer head are set to its largest" in shown.stderr


def test_the_scores_are_those_of_a_run(finished: Finished, vcomp: Vcomp) -> None:
    found = json.loads(vcomp("quantize", "tiny", "--json").stdout)

    scores = {row["calibrate"] or row["precision"]: row["miou"] for row in found["modes"]}
    assert scores["fp32"] == finished.result["metrics"]["fp32"]["miou"]
    assert scores["max"] == finished.result["metrics"]["int8"]["miou"]


def test_the_waterfall_ends_with_what_int8_scores(tiny: Path, asked: Any) -> None:
    stages = {stage["name"]: stage for stage in asked("--waterfall")["waterfall"]}
    modes = {row["calibrate"]: row["miou"] for row in asked()["modes"]}

    assert list(stages) == ["ONNX", "fp16 constants", "fp16", "int8 weights only", "int8 activations", "int8, all"]
    assert stages["int8, all"]["miou"] == modes["max"]
    assert stages["fp16"]["lost"] == pytest.approx(stages["fp16 constants"]["miou"] - stages["fp16"]["miou"])
    assert [name for name, stage in stages.items() if not stage["emulated"]] == ["ONNX"]


def test_a_torch_network_is_where_its_waterfall_begins(project: Path, vcomp: Vcomp) -> None:
    vcomp("new", "demo")

    stages = json.loads(vcomp("quantize", "demo", "--waterfall", "--limit", "2", "--json").stdout)["waterfall"]

    assert [stage["name"] for stage in stages[:2]] == ["torch", "ONNX"]
    assert abs(stages[1]["lost"]) < 0.5


def test_the_layers_to_skip_can_be_pasted_into_the_spec(tiny: Path, vcomp: Vcomp, drawn: Path, asked: Any) -> None:
    edit(tiny / "spec.py", 'Int8(calibrate="max")', 'Int8(calibrate="percentile", calibrate_range=0.3)')
    before = {row["calibrate"]: row["drop"] for row in asked()["modes"]}["percentile"]
    assert before > 1

    shown = vcomp("quantize", "tiny", "--data", drawn, "--sensitivity", "--tolerance", "0.5").stdout
    found = asked("--sensitivity", "--tolerance", "0.5")["sensitivity"]

    assert sorted(cost["number"] for cost in found["costs"]) == [0, 1]
    assert [cost["noise"] for cost in found["costs"]] == sorted((c["noise"] for c in found["costs"]), reverse=True)
    assert found["remedy"]["reached"]
    field = f"skip_conv_layers={tuple(found['remedy']['skip_conv_layers'])!r}"
    assert field in shown
    edit(tiny / "spec.py", "calibrate_range=0.3", f"calibrate_range=0.3, {field}")
    after = {row["calibrate"]: row["drop"] for row in asked()["modes"]}["percentile"]
    assert after == pytest.approx(found["remedy"]["drop"])
    assert after <= 0.5 < before


def test_a_tolerance_that_holds_already_asks_for_nothing(tiny: Path, vcomp: Vcomp, drawn: Path) -> None:
    shown = vcomp("quantize", "tiny", "--data", drawn, "--sensitivity", "--tolerance", "50").stdout

    assert "No layer need be skipped" in shown


@pytest.mark.parametrize(
    ("words", "fault"),
    [(("--tolerance", "1"), "it belongs to --sensitivity"), (("--sensitivity", "--tolerance", "-1"), "--tolerance")],
)
def test_a_tolerance_that_makes_no_sense_is_refused(
    tiny: Path, vcomp: Vcomp, words: tuple[str, ...], fault: str
) -> None:
    refused = vcomp("quantize", "tiny", *words)

    assert refused.exit_code == 2
    assert fault in refused.stderr


def test_a_spec_without_calibration_images_is_told_so(tiny: Path, vcomp: Vcomp) -> None:
    edit(tiny / "spec.py", '    calibration=ImageFolder(path="calibration/images", limit=8),\n', "")
    edit(tiny / "spec.py", ', Int8(calibrate="max")', "")

    refused = vcomp("quantize", "tiny")

    assert refused.exit_code == 2
    assert "names no calibration images" in refused.stderr
