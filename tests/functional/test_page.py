"""A model page read as a person would: its commands, typed one after the other, lead to the scores."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import write_tiny_model
from tests.conftest import Vcomp
from tests.functional.test_docs import FENCED
from vcomp.datasets.sample import make_sample
from vcomp.spec import ImageFolder, MaskPairs


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_commands_of_a_page_run_as_typed(page: str, project: Path, vcomp: Vcomp) -> None:
    model = write_tiny_model(project)
    vcomp("render")
    make_sample(
        project / "data",
        calibration=ImageFolder(path="calibration/images"),
        evaluation=MaskPairs(images="evaluation/images", masks="evaluation/masks"),
    )
    blocks = "\n".join(FENCED.findall((model / page).read_text())).replace("/path/to/data", str(project / "data"))
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        [Path(sys.executable).parent / "vcomp", "emulate", "--", "bash", "-e", "-c", blocks],
        cwd=model,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, f"{blocks}\n{done.stdout}\n{done.stderr}"
    by_script = [line.split("mean IoU: ")[1].split(",")[0] for line in done.stdout.splitlines() if "mean IoU" in line]
    by_vamp = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("miou")]
    assert by_script == by_vamp
    assert len(by_script) == 2
