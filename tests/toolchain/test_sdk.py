"""A run on the vendor's SDK: found, called by the commands of the model page, and understood. The SDK is a stub."""

import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Vcomp
from tests.toolchain.conftest import put_on_path, write_project
from tests.toolchain.stub_sdk import StubSdk, install
from vcomp.emulator.programs import environment
from vcomp.toolchain import find_toolchain

PARTS = ("vamc", "vamp", "vaststreamx")


def page_commands(folder: Path) -> list[list[str]]:
    """The commands on the model page that call the vendor's programs, in words."""
    fenced = "".join(re.findall(r"^```bash\n(.*?)^```$", (folder / "README.md").read_text(), re.MULTILINE | re.DOTALL))
    typed = [shlex.split(line) for line in fenced.replace("\\\n", " ").splitlines()]
    return [words for words in typed if words[0] in ("vamc", "vamp", "python")]


@dataclass(frozen=True)
class Finished:
    """A run of both precisions on the stubs, and what came of it."""

    folder: Path
    sdk: StubSdk
    results: list[dict[str, Any]]
    environment: dict[str, str]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, drawn: Path, vcomp: Vcomp) -> Finished:
    place = tmp_path_factory.mktemp("finished")
    folder, sdk = write_project(place, drawn), install(place / "sdk")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        put_on_path(sdk, patch)
        printed = vcomp("run", "tiny", "--toolchain", "sdk", "--json").stdout
        return Finished(folder, sdk, json.loads(printed)["results"], dict(os.environ))


def test_a_run_calls_the_commands_of_the_model_page(finished: Finished) -> None:
    on_page = [words for words in page_commands(finished.folder) if "--datalist" not in words]
    assert len(on_page) == 6
    assert sorted(finished.sdk.commands()) == sorted(on_page)
    assert [words[0] for words in finished.sdk.commands()] == ["vamc", "python", "vamp"] * 2


def test_a_run_via_vamp_calls_the_other_commands_of_the_page(tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    assert vcomp("run", "tiny", "--toolchain", "sdk", "--via", "vamp", "--dtype", "int8").exit_code == 0
    on_page = [words for words in page_commands(tiny) if words[0] != "python" and "fp16" not in " ".join(words)]
    assert sorted(sdk.commands()) == sorted(on_page)


def test_the_programs_run_in_the_workspace_and_see_nothing_of_the_emulator(finished: Finished) -> None:
    calls, own = finished.sdk.calls(), finished.environment
    assert {call["cwd"] for call in calls} == {str(finished.folder / "workspace")}
    assert {call["path"] for call in calls} == {own["PATH"]}
    assert {call["pythonpath"] for call in calls} == {own.get("PYTHONPATH", "")}


def test_the_result_says_that_the_sdk_made_it(finished: Finished) -> None:
    result = finished.results[-1]
    assert result["toolchain"]["name"] == "sdk"
    assert result["toolchain"]["emulated"] is False
    assert "vamc 2.5.2" in result["toolchain"]["label"]
    versions = result["versions"]
    assert (versions["vamc"], versions["vamp"], versions["vaststreamx"]) == ("vamc 2.5.2", "vamp 2.5.2", "2.8.4")


def test_the_speed_is_what_vamp_reported_of_the_card(finished: Finished) -> None:
    assert finished.results[-1]["performance"]["int8"] == {
        "images_per_second": 4095.25,
        "latency_p50_ms": 0.231,
        "latency_p95_ms": 0.290,
        "latency_p99_ms": 0.412,
        "measured_by": "vamp on the card",
    }


def test_a_table_of_the_sdks_figures_does_not_call_them_emulated(tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    printed = vcomp("run", "tiny", "--dtype", "int8").stdout
    assert "4095.2" in printed
    assert "sdk" in printed
    assert "mulat" not in printed


def test_both_routes_of_the_sdk_give_the_same_masks(tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    output = tiny / "workspace" / "runstream_output" / "tiny_int8"
    vcomp("run", "tiny", "--dtype", "int8")
    by_script = {path.name: path.read_bytes() for path in output.iterdir()}
    (result,) = json.loads(vcomp("run", "tiny", "--dtype", "int8", "--via", "vamp", "--json").stdout)["results"]
    by_vamp = {path.name: path.read_bytes() for path in Path(result["artifacts"]["masks"]).iterdir()}
    assert len(by_vamp) == 12
    assert by_vamp == by_script


def test_changing_the_toolchain_repeats_what_it_computed(tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    vcomp("run", "tiny", "--dtype", "int8")
    version = sdk.folder / "vamc.py"
    version.write_text(version.read_text().replace("vamc 2.5.2", "vamc 2.6.0"))
    told = vcomp("run", "tiny", "--dtype", "int8").stderr
    assert "✓ compile int8" in told
    assert [words[0] for words in sdk.commands()] == ["vamc", "python", "vamp"] * 2


@pytest.mark.parametrize("program", ["vamc", "python", "vamp"])
def test_the_tail_of_a_failed_programs_output_is_shown(program: str, tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    sdk.make_fail(program, "".join(f"line {number} of {program}\n" for number in range(1, 41)))
    result = vcomp("run", "tiny", "--toolchain", "sdk", "--dtype", "int8")
    assert result.exit_code == 2
    assert "ended with exit code 3" in result.stderr
    assert f"line 40 of {program}" in result.stderr
    assert f"line 20 of {program}" not in result.stderr


def test_the_whole_output_of_a_failed_program_is_in_the_log_that_is_named(
    tiny: Path, sdk: StubSdk, vcomp: Vcomp
) -> None:
    sdk.make_fail("vamc", "".join(f"line {number}\n" for number in range(1, 41)))
    told = vcomp("run", "tiny", "--dtype", "int8").stderr
    log = re.search(r"\S+compile-int8\.log", told)
    assert log is not None
    assert "line 1\n" in Path(log[0]).read_text()


def test_auto_takes_the_sdk_when_all_of_it_is_there(sdk: StubSdk, tmp_path: Path) -> None:
    assert find_toolchain("auto", shims=tmp_path / "bin").record.name == "sdk"


@pytest.mark.parametrize("part", PARTS)
def test_auto_takes_the_emulator_when_a_part_is_missing(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(install(tmp_path / "sdk", without=part), monkeypatch)
    toolchain = find_toolchain("auto", shims=tmp_path / "bin")
    assert toolchain.record.name == "emulator"
    assert toolchain.record.emulated


@pytest.mark.parametrize("part", PARTS)
def test_asking_for_the_sdk_names_the_part_that_is_missing(
    part: str, tiny: Path, vcomp: Vcomp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(install(tmp_path / "sdk", without=part), monkeypatch)
    result = vcomp("run", "tiny", "--toolchain", "sdk")
    assert result.exit_code == 2
    (first, *_) = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert [name for name in PARTS if name in first] == [part]


def test_asking_for_the_sdk_where_there_is_nothing_names_all_of_it(tiny: Path, vcomp: Vcomp) -> None:
    result = vcomp("run", "tiny", "--toolchain", "sdk")
    assert result.exit_code == 2
    assert "no vamc, no vamp, no Python with vaststreamx (--sdk-python)" in result.stderr
    assert "--toolchain emulator" in result.stderr


def test_the_emulator_can_be_asked_for_beside_an_sdk(sdk: StubSdk, tmp_path: Path) -> None:
    assert find_toolchain("emulator", shims=tmp_path / "bin").record.emulated


@pytest.fixture
def hidden_python(sdk: StubSdk, tmp_path: Path) -> Path:
    """The SDK's Python, somewhere that nobody looks by himself."""
    place = tmp_path / "opt" / "vastpython"
    place.parent.mkdir()
    return Path(shutil.move(sdk.python, place))


def test_the_python_of_the_sdk_can_be_named(hidden_python: Path, tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    assert vcomp("run", "tiny", "--toolchain", "sdk", "--dtype", "int8").exit_code == 2
    named = vcomp("run", "tiny", "--toolchain", "sdk", "--dtype", "int8", "--sdk-python", hidden_python)
    assert named.exit_code == 0
    assert "python" in {words[0] for words in sdk.commands()}


def test_the_environment_can_name_the_python_of_the_sdk(
    hidden_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VCOMP_SDK_PYTHON", str(hidden_python))
    assert find_toolchain("sdk", shims=tmp_path / "bin").python == str(hidden_python)


def test_a_named_python_is_the_only_one_tried(sdk: StubSdk, tmp_path: Path) -> None:
    assert find_toolchain("auto", shims=tmp_path / "bin", sdk_python=sys.executable).record.emulated


def test_the_emulator_is_never_taken_for_the_sdk(tiny: Path, vcomp: Vcomp, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(tiny.parent / "bin", os.environ).items():
        monkeypatch.setenv(name, value)
    assert find_toolchain("auto", shims=tiny.parent / "bin").record.emulated
    result = vcomp("run", "tiny", "--toolchain", "sdk")
    assert result.exit_code == 2
    assert "no vamc, no vamp, no Python with vaststreamx" in result.stderr


def test_doctor_shows_what_was_found(tiny: Path, sdk: StubSdk, vcomp: Vcomp) -> None:
    found = {item["what"]: item for item in json.loads(vcomp("doctor", "--json").stdout)["findings"]}
    assert found["vamc"]["found"] == str(sdk.bin / "vamc")
    assert found["vamp"]["found"] == str(sdk.bin / "vamp")
    assert found["vaststreamx"]["found"] == f"2.8.4 in {sdk.python}"
    assert found["toolchain of a run"]["found"] == "the vendor's SDK"


@pytest.mark.parametrize("part", PARTS)
def test_doctor_shows_what_is_missing_and_how_to_get_it(
    part: str, tiny: Path, vcomp: Vcomp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(install(tmp_path / "sdk", without=part), monkeypatch)
    found = {item["what"]: item for item in json.loads(vcomp("doctor", "--json").stdout)["findings"]}
    assert [name for name in PARTS if not found[name]["good"]] == [part]
    assert found[part]["mend"]
    assert "emulator" in found["toolchain of a run"]["found"]
