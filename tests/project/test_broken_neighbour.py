"""A spec that cannot be read stands in the way of nobody else."""

from pathlib import Path

from tests.builders import write_tiny_model
from tests.conftest import Vcomp


def test_a_broken_spec_does_not_stop_another_model(project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)
    broken = project / "models/broken"
    broken.mkdir()
    (broken / "spec.py").write_text("spec = 1 / 0\n")

    assert vcomp("render", "tiny").exit_code == 0
    assert vcomp("render").exit_code == 2
    assert "ZeroDivisionError" in vcomp("render", "broken").stderr
