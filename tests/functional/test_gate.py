"""The gate: a score that drops too far ends the run with exit code 1."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Vcomp
from tests.functional.conftest import edit


def demand(model: Path, words: str) -> None:
    edit(model / "spec.py", 'Int8(calibrate="max")', f"Int8({words})")


def gate_of(printed: str) -> dict[str, Any]:
    (result,) = json.loads(printed)["results"]
    return dict(result["gate"])


def test_a_drop_beyond_the_tolerance_fails_the_run(tiny: Path, vcomp: Vcomp, drawn: Path) -> None:
    demand(tiny, 'calibrate="percentile", calibrate_range=0.3, max_drop=0.5')

    run = vcomp("run", "tiny", "--dtype", "int8", "--data", drawn)
    again = vcomp("run", "tiny", "--dtype", "int8", "--data", drawn, "--json")

    assert (run.exit_code, again.exit_code) == (1, 1)
    assert "FAIL: int8 lies" in run.stdout
    gate = gate_of(again.stdout)
    assert (gate["passed"], gate["max_drop"]) == (False, 0.5)
    low, high = gate["interval"]
    assert low <= gate["drop"] <= high
    assert gate["drop"] > 0.5


def test_a_drop_within_the_tolerance_passes(tiny: Path, vcomp: Vcomp, drawn: Path) -> None:
    demand(tiny, 'calibrate="max", max_drop=50')

    run = vcomp("run", "tiny", "--dtype", "int8", "--data", drawn, "--json")

    assert run.exit_code == 0
    assert gate_of(run.stdout)["passed"] is True


def test_another_tolerance_repeats_no_step(tiny: Path, vcomp: Vcomp, drawn: Path) -> None:
    demand(tiny, 'calibrate="percentile", calibrate_range=0.3, max_drop=50')
    assert vcomp("run", "tiny", "--dtype", "int8", "--data", drawn).exit_code == 0

    edit(tiny / "spec.py", "max_drop=50", "max_drop=0.5")
    again = vcomp("run", "tiny", "--dtype", "int8", "--data", drawn)

    assert again.exit_code == 1
    assert "✓ compile" not in again.stderr


@pytest.mark.parametrize("words", ['calibrate="percentile", calibrate_range=0.3, max_drop=0', 'calibrate="max"'])
def test_drawn_images_and_specs_without_a_demand_get_no_verdict(tiny: Path, vcomp: Vcomp, words: str) -> None:
    demand(tiny, words)

    run = vcomp("run", "tiny", "--dtype", "int8", "--json")

    assert run.exit_code == 0
    assert gate_of(run.stdout)["passed"] is None
