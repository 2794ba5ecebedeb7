"""`vcomp import` as it is typed: what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest

from tests.conftest import Vcomp
from tests.importing.world import a_json, a_yaml


@pytest.fixture
def zoo(project: Path) -> Path:
    folder = project / "zoo" / "net" / "build_in"
    (folder / "build").mkdir(parents=True)
    (folder / "vdsp_params").mkdir()
    (folder / "build" / "timm_net.yaml").write_text(a_yaml())
    (folder / "vdsp_params" / "timm-net-vdsp_params.json").write_text(a_json())
    return project / "zoo"


def test_a_sound_zoo_is_imported_shown_and_rendered(zoo: Path, vcomp: Vcomp) -> None:
    done = vcomp("import", zoo, "--verify")
    assert done.exit_code == 0
    assert done.stdout == (
        "create     models/net/spec.py\n"
        "2 files: 2 imported, 0 imported with findings, 0 refused\n"
        "rendered again: 1 equal, 1 normalised, 0 different\n"
    )
    assert "timm_net" in vcomp("list").stdout
    assert json.loads(vcomp("list", "--json").stdout)["models"][0]["task"] is None
    assert "checkpoint" in vcomp("show", "timm_net").stdout
    assert "models/net/README.md" in vcomp("render", "net").stdout


def test_an_imported_model_is_not_run(zoo: Path, vcomp: Vcomp) -> None:
    vcomp("import", zoo)
    for words in (["run", "timm_net"], ["run"], ["export", "timm_net"], ["eval", "timm_net", "--outputs", "."]):
        done = vcomp(*words)
        assert done.exit_code == 2
        assert "timm_net" in done.stderr


def test_what_is_surely_wrong_is_printed_with_its_line_and_exits_1(zoo: Path, vcomp: Vcomp) -> None:
    file = zoo / "net/build_in/build/timm_net.yaml"
    file.write_text(a_yaml(("calibrate_mode", "alibrate_mode")))
    done = vcomp("import", zoo)
    assert done.exit_code == 1
    assert f"{file.relative_to(zoo.parent)}:12  error: backend.quantize.alibrate_mode is not known" in done.stdout
    assert "did you mean 'calibrate_mode'?" in done.stdout


def test_json_says_all_of_it(zoo: Path, vcomp: Vcomp) -> None:
    (zoo / "net/build_in/build/broken.yaml").write_text("a: [")
    (zoo / "labels.json").write_text("{}")
    done = vcomp("import", zoo, "--verify", "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert document["schema_version"] == 1
    assert document["summary"] == {
        "files": 3, "imported": 2, "findings": 0, "refused": 1, "equal": 1, "normalised": 1, "different": 0, "none": 1,
        "specs": 1, "skipped": 1,
    }  # fmt: skip
    broken, yaml, operator = document["files"]
    assert (broken["status"], broken["roundtrip"]) == ("refused", "none")
    assert broken["findings"][0].keys() == {"rule", "severity", "path", "line", "message", "mend"}
    assert (yaml["kind"], yaml["status"], yaml["roundtrip"], yaml["spec"]) == (
        "vamc YAML",
        "imported",
        "equal",
        "timm_net",
    )
    assert operator["normalisations"] == [
        "a default is written out in one of them",
        "mean and std are rounded to fp16 in one of them",
    ]


def test_without_verify_nothing_is_compared(zoo: Path, vcomp: Vcomp) -> None:
    files = json.loads(vcomp("import", zoo, "--json").stdout)["files"]
    assert {file["roundtrip"] for file in files} == {"none"}
