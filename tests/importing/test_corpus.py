"""Half of a public zoo: every file imports, and each spec renders back to what it came from."""

from pathlib import Path

import pytest

from tests.conftest import SHARED, Vcomp
from vcomp.importing.comparison import Normalisation
from vcomp.importing.run import Report, import_paths

ZOO = SHARED / "corpus" / "vastmodelzoo"
pytestmark = pytest.mark.skipif(not ZOO.is_dir(), reason=f"the corpus is not there: {ZOO}")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("zoo")


@pytest.fixture(scope="module")
def report(project: Path) -> Report:
    return import_paths([ZOO], project / "models", verify=True)


def test_every_file_imports_and_comes_back(report: Report) -> None:
    assert report.summary == {
        "files": 566,
        "imported": 237,
        "findings": 329,
        "refused": 0,
        "equal": 165,
        "normalised": 401,
        "different": 0,
        "none": 0,
        "specs": 105,
        "skipped": 0,
    }


def test_compile_files_need_few_other_words(report: Report) -> None:
    files = [file for file in report.files if file.path.suffix == ".yaml"]
    assert len(files) == 161
    changed = [file for file in files if file.comparison is not None and file.comparison.normalisations]
    assert len(changed) == 35
    words = {item for file in changed for item in (file.comparison.normalisations if file.comparison else ())}
    assert words <= set(Normalisation) - {Normalisation.HALF, Normalisation.AFFINE, Normalisation.DEAD}


def test_what_is_kept_past_the_types_is_rare(report: Report) -> None:
    rules = [finding.rule for file in report.files for finding in file.findings]
    assert {rule: rules.count(rule) for rule in ("vendor-operator", "extra-key", "unknown-key", "fed-otherwise")} == {
        "vendor-operator": 2,
        "extra-key": 2,
        "unknown-key": 0,
        "fed-otherwise": 14,
    }


def test_all_specs_render(report: Report, project: Path, vcomp: Vcomp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    done = vcomp("render")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 566
    assert vcomp("render", "--check").exit_code == 0
