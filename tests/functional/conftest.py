"""A small model that has something to find, alone or in the state that a finished run left behind."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.builders import write_tiny_model
from tests.conftest import Vcomp


def write_model(project: Path) -> Path:
    """The small model of the builders, normalised such that it finds some of the sample's nuclei."""
    folder = write_tiny_model(project)
    edit(folder / "spec.py", "mean=(0.5, 0.5, 0.5)", "mean=(0.1, 0.1, 0.1)")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = file.read_text()
    assert old in text, f"{file} does not hold {old!r}"
    file.write_text(text.replace(old, new))


@pytest.fixture
def tiny(project: Path) -> Path:
    """The folder of the small model, in a project of its own."""
    return write_model(project)


@pytest.fixture
def data(drawn: Path, tmp_path: Path) -> Path:
    """A data folder that the test may change."""
    return Path(shutil.copytree(drawn, tmp_path / "data"))


@dataclass(frozen=True)
class Finished:
    """A project in which `vcomp run tiny --dtype int8 --json` has ended well, and what that printed."""

    project: Path
    exit_code: int
    document: dict[str, Any]
    stderr: str

    @property
    def model(self) -> Path:
        return self.project / "models" / "tiny"

    @property
    def workspace(self) -> Path:
        return self.model / "workspace"

    @property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["results"][0]
        return found


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory: pytest.TempPathFactory, vcomp: Vcomp) -> tuple[Finished, Path]:
    """The first run, which takes its seconds to measure; and a copy of the project as it was then."""
    base = tmp_path_factory.mktemp("finished")
    project = base / "project"
    write_model(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        run = vcomp("run", "tiny", "--dtype", "int8", "--json")
    shutil.copytree(project, base / "copy", symlinks=True)
    return Finished(project, run.exit_code, json.loads(run.stdout), run.stderr), base / "copy"


@pytest.fixture
def finished(finished_once: tuple[Finished, Path], monkeypatch: pytest.MonkeyPatch) -> Finished:
    """The test stands in a project whose model was run; what an earlier test did to it is undone."""
    run, copy = finished_once
    shutil.rmtree(run.project)
    shutil.copytree(copy, run.project, symlinks=True)
    monkeypatch.chdir(run.project)
    return run


def steps(stderr: str) -> dict[str, str]:
    """What was said of each step: "done" or "unchanged"."""
    said = {}
    for line in stderr.splitlines():
        if line.startswith("✓ "):
            said[line[2:].split("  ")[0]] = "done"
        elif line.startswith("· "):
            said[line[2:].split("  ")[0]] = "unchanged"
    return said


def repeated(stderr: str) -> set[str]:
    """The steps that were done, without the look at the images, which is part of every run."""
    return {title for title, how in steps(stderr).items() if how == "done"} - {"images"}


@pytest.fixture
def scores(vcomp: Vcomp) -> Callable[..., dict[str, Any]]:
    """Run the small model with these options; its one result."""

    def run(*words: object) -> dict[str, Any]:
        done = vcomp("run", "tiny", "--json", *words)
        assert done.exit_code == 0, done.stderr
        (result,) = json.loads(done.stdout)["results"]
        return dict(result)

    return run
