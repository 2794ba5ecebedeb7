"""Every command in the documents runs as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FENCED = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

# What installs, trains or needs real data is checked for what it names, and not run.
NOT_RUN = re.compile(r"^(pip install|make |python models/|vcomp run 'unetpp\*')")


def blocks(document: Path) -> list[str]:
    return FENCED.findall(document.read_text())


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_of_a_document_run_one_after_the_other(
    document: Path, project: Path, environment: dict[str, str]
) -> None:
    lines = [line for block in blocks(document) for line in block.splitlines() if line and not NOT_RUN.match(line)]
    script = "\n".join(["set -e", *lines])
    done = subprocess.run(["bash", "-c", script], cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def test_what_is_not_run_names_things_that_exist() -> None:
    lines = [line for document in DOCUMENTS for block in blocks(document) for line in block.splitlines()]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for line in filter(NOT_RUN.match, lines):
        words = line.split()
        if words[0] == "make":
            assert words[1] in targets
        if words[0] == "python":
            assert (ROOT / words[1]).is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


def test_the_readme_calls_what_ci_calls() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert "make test" in (ROOT / ".ci" / "run").read_text()
