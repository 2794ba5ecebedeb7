"""`vcomp run`: the whole chain on a small model, what it prints and leaves behind, and what a second run repeats."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Vcomp
from tests.functional.conftest import Finished, edit, repeated, steps, write_model
from tests.toolchain.conftest import put_on_path
from tests.toolchain.stub_sdk import StubSdk, install
from vcomp.datasets.images import read_rgb, write_png

Scores = Callable[..., dict[str, Any]]

ALL_STEPS = {"export", "fp32", "evaluate fp32", "compile int8", "infer int8", "measure int8", "evaluate int8"}


# -- what a run gives ------------------------------------------------------------------------------------------------


def test_a_run_ends_well_and_does_every_step(finished: Finished) -> None:
    assert finished.exit_code == 0
    assert repeated(finished.stderr) == ALL_STEPS


def test_the_embedded_sample_is_announced(finished: Finished) -> None:
    assert "no data folder was given: using the embedded sample" in finished.stderr
    assert finished.result["dataset"]["source"] == "embedded sample"


def test_the_json_says_what_was_measured_and_by_whom(finished: Finished) -> None:
    assert finished.document["schema_version"] == 1
    result = finished.result
    assert (result["model"], result["dtype"]) == ("tiny", "int8")
    assert result["toolchain"]["name"] == "emulator"
    assert result["toolchain"]["emulated"] is True
    assert {"python", "vcomp", "onnxruntime", "numpy"} <= set(result["versions"])
    assert result["dataset"]["scored"] == 12
    assert set(result["performance"]) == {"fp32", "int8"}
    assert "not the card's speed" in result["performance"]["int8"]["measured_by"]


def test_every_metric_is_there_for_both_precisions_and_defined(finished: Finished) -> None:
    metrics, definitions = finished.result["metrics"], finished.result["definitions"]
    assert set(metrics) == {"fp32", "int8"}
    for values in metrics.values():
        assert {"miou", "dice", "dataset_iou", "two_class_miou", "images", "empty"} == set(values) == set(definitions)
    assert 20 < metrics["fp32"]["miou"] < 100
    assert abs(metrics["fp32"]["miou"] - metrics["int8"]["miou"]) < 5


def test_every_artifact_named_is_there(finished: Finished) -> None:
    artifacts = finished.result["artifacts"]
    assert set(artifacts) == {"onnx", "masks", "report", "compiled"}
    assert Path(artifacts["onnx"]).is_file()
    assert Path(artifacts["report"]).is_file()
    assert Path(f"{artifacts['compiled']}.params").is_file()
    assert len(list(Path(artifacts["masks"]).glob("*.png"))) == 12


def test_results_json_is_what_was_printed(finished: Finished) -> None:
    assert json.loads((finished.workspace / "results.json").read_text()) == finished.document


def test_the_csv_has_a_line_per_image_whose_mean_is_the_metric(finished: Finished) -> None:
    rows = list(csv.DictReader((finished.workspace / "scores.csv").open()))
    assert len(rows) == 12
    for dtype in ("fp32", "int8"):
        ious = [float(row[f"{dtype}_iou"]) for row in rows if row[f"{dtype}_iou"]]
        assert sum(ious) / len(ious) == pytest.approx(finished.result["metrics"][dtype]["miou"], abs=1e-3)


def test_the_report_is_one_page_that_loads_nothing(finished: Finished) -> None:
    page = (finished.workspace / "report.html").read_text()
    assert "embedded sample" in page
    assert all(word in page for word in ("Worst", "Median", "Best"))
    assert page.count("data:image/png;base64,") == 2 * 9
    assert not re.findall(r"(?:src|href)=.(?!data:)", page)


def test_masks_are_black_and_white_and_of_the_networks_size(finished: Finished) -> None:
    for path in (finished.workspace / "runstream_output").rglob("*.png"):
        mask = read_rgb(path)
        assert mask.shape == (32, 32, 3)
        assert set(mask.flat) <= {0, 255}


def test_the_rendered_script_says_the_same_mean_iou(finished: Finished) -> None:
    log = (finished.workspace / ".vcomp/logs/infer-int8.log").read_text()
    said = re.search(r"mean Dice: ([\d.]+), mean IoU: ([\d.]+)", log)
    assert said is not None
    metrics = finished.result["metrics"]["int8"]
    assert (float(said[1]), float(said[2])) == (metrics["dice"], metrics["miou"])


def test_the_table_shows_scores_speed_and_that_they_are_emulated(finished: Finished, vcomp: Vcomp) -> None:
    printed = vcomp("run", "tiny", "--dtype", "int8").stdout
    metrics = finished.result["metrics"]
    assert f"{metrics['fp32']['miou']:.3f}" in printed
    assert f"{metrics['int8']['miou']:.3f}" in printed
    assert f"{metrics['int8']['miou'] - metrics['fp32']['miou']:.3f}".lstrip("-") in printed
    assert f"{finished.result['performance']['int8']['latency_p99_ms']:.1f}" in printed
    assert "embedded sample" in printed
    assert "never the card's" in printed


# -- precisions and routes -------------------------------------------------------------------------------------------


def test_fp32_alone_compiles_nothing(tiny: Path, data: Path, vcomp: Vcomp) -> None:
    run = vcomp("run", "tiny", "--dtype", "fp32", "--data", data, "--json")
    (result,) = json.loads(run.stdout)["results"]
    assert result["dtype"] == "fp32"
    assert set(result["metrics"]) == {"fp32"}
    assert repeated(run.stderr) == {"export", "fp32", "evaluate fp32"}


def test_several_precisions_are_all_of_them_in_the_order_of_the_spec(finished: Finished, vcomp: Vcomp) -> None:
    several = vcomp("run", "tiny", "--dtype", "int8", "--dtype", "fp16", "--json")
    assert repeated(several.stderr) == {"compile fp16", "infer fp16", "measure fp16", "evaluate fp16"}
    assert [result["dtype"] for result in json.loads(several.stdout)["results"]] == ["fp16", "int8"]
    for words in (["--dtype", "all"], []):
        again = vcomp("run", "tiny", *words, "--json")
        assert not repeated(again.stderr)
        assert json.loads(again.stdout) == json.loads(several.stdout)


def test_vamp_gives_the_same_masks_as_the_script_byte_for_byte(finished: Finished, scores: Scores) -> None:
    by_vamp = scores("--dtype", "int8", "--via", "vamp")
    masks = [Path(result["artifacts"]["masks"]) for result in (finished.result, by_vamp)]
    assert masks[0] != masks[1]
    ours, theirs = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in masks)
    assert len(ours) == 12
    assert ours == theirs


def test_eval_of_vamps_outputs_gives_the_scores_of_the_run(finished: Finished, scores: Scores, vcomp: Vcomp) -> None:
    by_vamp = scores("--dtype", "int8", "--via", "vamp")
    outputs = finished.workspace / "npz_output" / "tiny_int8"
    words = ("eval", "tiny", "--outputs", outputs, "--data", finished.workspace / "data")
    printed = json.loads(vcomp(*words, "--json").stdout)
    assert printed["schema_version"] == 1
    assert printed["metrics"] == by_vamp["metrics"]["int8"] == finished.result["metrics"]["int8"]
    assert f"{printed['metrics']['miou']:.4f}" in vcomp(*words).stdout


# -- what a second run repeats ---------------------------------------------------------------------------------------


def test_an_unchanged_run_repeats_nothing_and_says_the_same(finished: Finished, vcomp: Vcomp) -> None:
    again = vcomp("run", "tiny", "--dtype", "int8", "--json")
    assert {title for title, how in steps(again.stderr).items() if how == "unchanged"} == ALL_STEPS
    assert json.loads(again.stdout) == finished.document


def test_an_unchanged_run_starts_no_program(finished: Finished, vcomp: Vcomp) -> None:
    shutil.rmtree(finished.workspace / ".vcomp/logs")
    vcomp("run", "tiny", "--dtype", "int8")
    assert not (finished.workspace / ".vcomp/logs").exists()


def test_the_same_images_from_elsewhere_change_nothing(finished: Finished, data: Path, vcomp: Vcomp) -> None:
    again = vcomp("run", "tiny", "--dtype", "int8", "--data", data)
    assert not repeated(again.stderr)


def test_a_changed_evaluation_image_repeats_inference_and_scores_alone(
    finished: Finished, data: Path, vcomp: Vcomp
) -> None:
    image = sorted((data / "evaluation/images").glob("*.png"))[3]
    write_png(image, 255 - read_rgb(image))
    again = vcomp("run", "tiny", "--dtype", "int8", "--data", data)
    assert repeated(again.stderr) == {"fp32", "evaluate fp32", "infer int8", "evaluate int8"}


def test_a_changed_threshold_repeats_inference_and_scores_alone(finished: Finished, vcomp: Vcomp) -> None:
    edit(finished.model / "spec.py", "threshold=0.5", "threshold=0.75")
    again = vcomp("run", "tiny", "--dtype", "int8", "--json")
    assert repeated(again.stderr) == {"fp32", "evaluate fp32", "infer int8", "evaluate int8"}
    assert json.loads(again.stdout)["results"][0]["metrics"] != finished.result["metrics"]


def test_another_calibration_repeats_what_is_made_of_it_alone(finished: Finished, vcomp: Vcomp) -> None:
    edit(finished.model / "spec.py", 'calibrate="max"', 'calibrate="mse"')
    again = vcomp("run", "tiny", "--dtype", "int8")
    assert {"compile int8", "infer int8", "measure int8"} <= repeated(again.stderr)
    assert not {"export", "fp32", "evaluate fp32"} & repeated(again.stderr)


def test_a_changed_network_is_exported_again(finished: Finished, vcomp: Vcomp) -> None:
    file = finished.model / "tiny.onnx"
    file.write_bytes(file.read_bytes().replace(b"tiny", b"mini"))  # the graph's name
    again = vcomp("run", "tiny", "--dtype", "fp32")
    assert "export" in repeated(again.stderr)


def test_an_output_that_someone_touched_is_made_again(finished: Finished, vcomp: Vcomp) -> None:
    next((finished.workspace / "runstream_output/tiny_int8").iterdir()).unlink()
    again = vcomp("run", "tiny", "--dtype", "int8", "--json")
    assert repeated(again.stderr) == {"infer int8"}
    assert json.loads(again.stdout) == finished.document


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"schema_version": 2}', b'{"schema_version": 1, "steps": [], "files": {"a": 1}}',
     b'{"schema_version": 1, "steps": {"export": {}}}'],
)  # fmt: skip
def test_a_damaged_manifest_is_ignored(content: bytes, tiny: Path, data: Path, vcomp: Vcomp) -> None:
    manifest = tiny / "workspace/.vcomp/manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(content)
    run = vcomp("run", "tiny", "--dtype", "fp32", "--data", data)
    assert run.exit_code == 0
    assert "export" in repeated(run.stderr)


# -- runs that are stopped -------------------------------------------------------------------------------------------


@contextmanager
def started(*words: object) -> Iterator["subprocess.Popen[str]"]:
    """`vcomp` as a process of its own with all that it starts; none of them outlives the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vcomp.cli.main", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StubSdk:
    """An SDK that measures in no time, and waits when it is told to."""
    sdk = install(tmp_path / "sdk")
    put_on_path(sdk, monkeypatch)
    return sdk


def test_a_killed_run_goes_on_where_it_was(tiny: Path, data: Path, stubs: StubSdk, vcomp: Vcomp) -> None:
    with started("run", "tiny", "--dtype", "int8", "--data", data) as process:
        assert process.stderr is not None
        seen = next(line for line in process.stderr if "compile int8" in line)
        os.killpg(process.pid, signal.SIGKILL)
    assert seen.startswith("✓")
    again = vcomp("run", "tiny", "--dtype", "int8", "--data", data)
    assert again.exit_code == 0
    assert repeated(again.stderr) == {"infer int8", "measure int8", "evaluate int8"}


@contextmanager
def compiling(stubs: StubSdk, data: Path) -> Iterator["subprocess.Popen[str]"]:
    """A run whose vamc has written half of its output, and waits until the block ends."""
    flag = stubs.make_hang("vamc")
    with started("run", "tiny", "--dtype", "int8", "--data", data) as process:
        try:
            assert process.stderr is not None
            next(line for line in process.stderr if "evaluate fp32" in line)
            while flag.read_text() != "waiting":
                assert process.poll() is None, "the run has ended"
            yield process
        finally:
            flag.unlink()


def test_ctrl_c_ends_with_130_and_says_what_to_do(tiny: Path, data: Path, stubs: StubSdk) -> None:
    with compiling(stubs, data) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the program at work too
        _, stderr = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "the same command goes on from there" in stderr
        assert "Traceback" not in stderr


def test_ctrl_c_leaves_no_program_behind(tiny: Path, data: Path, stubs: StubSdk) -> None:
    with compiling(stubs, data) as process:
        process.send_signal(signal.SIGINT)  # to vcomp alone
        process.communicate(timeout=30)  # ends when the last holder of its pipes has gone
        assert process.returncode == 130
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


def test_after_ctrl_c_the_half_made_step_is_done_again(tiny: Path, data: Path, stubs: StubSdk, vcomp: Vcomp) -> None:
    with compiling(stubs, data) as process:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
    assert (tiny / "workspace/deploy_weights/tiny_int8/mod.so").read_text() == "half a lib"
    again = vcomp("run", "tiny", "--dtype", "int8", "--data", data)
    assert again.exit_code == 0
    assert repeated(again.stderr) == {"compile int8", "infer int8", "measure int8", "evaluate int8"}
    assert (tiny / "workspace/deploy_weights/tiny_int8/mod.so").read_text() == "tiny_int8"


def test_two_runs_do_not_share_a_workspace(tiny: Path, data: Path, stubs: StubSdk, vcomp: Vcomp) -> None:
    words = ("run", "tiny", "--dtype", "fp32", "--data", data)
    with compiling(stubs, data):
        second = vcomp(*words)
        assert second.exit_code == 2
        assert "another run works in" in second.stderr
        assert str(tiny / "workspace") in second.stderr
        assert vcomp(*words, "--workspace", "other").exit_code == 0


# -- which images, which workspace, which model ----------------------------------------------------------------------


def test_a_limit_takes_the_first_images(tiny: Path, data: Path, scores: Scores) -> None:
    result = scores("--dtype", "fp32", "--limit", "3", "--data", data)
    assert result["dataset"]["scored"] == result["metrics"]["fp32"]["images"] == 3
    masks = sorted(path.name for path in Path(result["artifacts"]["masks"]).iterdir())
    assert masks == ["sample_012.png", "sample_013.png", "sample_014.png"]


def test_a_limit_shows_the_script_no_more_than_that(finished: Finished, scores: Scores) -> None:
    result = scores("--dtype", "int8", "--limit", "3")
    assert result["metrics"]["int8"]["images"] == 3
    assert len(list((finished.workspace / "runstream_output/tiny_int8").iterdir())) == 3


def test_another_workspace_leaves_the_models_own_alone(finished: Finished, data: Path, scores: Scores) -> None:
    before = sorted(path for path in finished.workspace.rglob("*") if path.is_file())
    result = scores("--dtype", "fp32", "--data", data, "--workspace", "elsewhere")
    assert (finished.project / "elsewhere/results.json").is_file()
    assert result["artifacts"]["report"] == str(finished.project / "elsewhere/report.html")
    assert sorted(path for path in finished.workspace.rglob("*") if path.is_file()) == before


@pytest.mark.parametrize(("place", "home"), [("deep/er/one", "../../../models/tiny"), ("models/tiny", ".")])
def test_the_commands_find_the_model_from_any_workspace(
    place: str, home: str, tiny: Path, data: Path, stubs: StubSdk, vcomp: Vcomp
) -> None:
    assert vcomp("run", "tiny", "--dtype", "int8", "--data", data, "--workspace", place).exit_code == 0
    assert stubs.commands()[0] == ["vamc", "compile", f"{home}/build_in/build/tiny_int8.yaml"]


def test_several_models_share_a_chosen_workspace_as_folders_of_it(project: Path, data: Path, vcomp: Vcomp) -> None:
    two_models(project)
    run = vcomp("run", "--dtype", "fp32", "--data", data, "--workspace", "both", "--json")
    assert [result["model"] for result in json.loads(run.stdout)["results"]] == ["other", "tiny"]
    assert (project / "both/other/results.json").is_file()
    assert (project / "both/tiny/results.json").is_file()


def two_models(project: Path) -> tuple[Path, Path]:
    tiny = write_model(project)
    other = tiny.with_name("other")
    shutil.copytree(tiny, other)
    edit(other / "spec.py", 'name="tiny"', 'name="other"')
    return tiny, other


def models_run(vcomp: Vcomp, data: Path, *words: str) -> list[str]:
    run = vcomp("run", *words, "--dtype", "fp32", "--data", data, "--limit", "1", "--json")
    assert run.exit_code == 0, run.stderr
    return [result["model"] for result in json.loads(run.stdout)["results"]]


def test_without_a_name_the_model_that_one_stands_in_is_run(
    project: Path, data: Path, vcomp: Vcomp, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny, _ = two_models(project)
    monkeypatch.chdir(tiny)
    assert models_run(vcomp, data) == ["tiny"]


def test_a_name_may_be_a_glob(project: Path, data: Path, vcomp: Vcomp) -> None:
    two_models(project)
    assert models_run(vcomp, data, "t*") == ["tiny"]
    assert models_run(vcomp, data, "*") == ["other", "tiny"]


def test_variants_run_when_they_are_named(tiny: Path, data: Path, vcomp: Vcomp) -> None:
    with (tiny / "spec.py").open("a") as file:
        file.write('\nvariants = [spec.variant(name="tiny-strict", task=BinarySegmentation(threshold=0.9))]\n')
    assert models_run(vcomp, data) == ["tiny"]
    assert models_run(vcomp, data, "tiny*") == ["tiny", "tiny-strict"]
    assert (tiny / "workspace/tiny-strict/results.json").is_file()


# -- where data comes from -------------------------------------------------------------------------------------------


@pytest.fixture
def three_folders(tiny: Path, project: Path, drawn: Path) -> None:
    """Data folders that differ in how many images they hold: 1, 2 and 3."""
    for count, name in enumerate(("configured", "environment", "option"), start=1):
        folder = shutil.copytree(drawn, project / name)
        for image in sorted((folder / "evaluation/images").glob("*.png"))[count:]:
            image.unlink()


def scored(scores: Scores, *words: object) -> tuple[str, int]:
    dataset = scores("--dtype", "fp32", *words)["dataset"]
    return dataset["source"], dataset["scored"]


def test_the_option_goes_before_the_environment_and_that_before_the_config(
    three_folders: None, project: Path, scores: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "vcomp.yaml").write_text("data: configured\n")
    assert scored(scores) == ("data folder", 1)
    monkeypatch.setenv("VCOMP_DATA", "environment")
    assert scored(scores) == ("data folder", 2)
    assert scored(scores, "--data", "option") == ("data folder", 3)


def test_a_config_is_found_from_below_and_its_path_is_relative_to_it(
    three_folders: None, tiny: Path, project: Path, scores: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "vcomp.yaml").write_text("data: configured\n")
    monkeypatch.chdir(tiny)
    assert scored(scores) == ("data folder", 1)


def test_a_data_folder_is_not_announced_as_the_sample(tiny: Path, data: Path, vcomp: Vcomp) -> None:
    assert "sample" not in vcomp("run", "tiny", "--dtype", "fp32", "--data", data).stderr


def test_a_data_folder_is_never_written_to(tiny: Path, data: Path, vcomp: Vcomp) -> None:
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    vcomp("run", "tiny", "--dtype", "fp32", "--data", data, "--limit", "2")
    vcomp("run", "tiny", "--dtype", "fp32", "--data", data)
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before


# -- recording -------------------------------------------------------------------------------------------------------


def test_recorded_results_hold_no_paths_and_no_speed(finished: Finished, scores: Scores) -> None:
    scores("--dtype", "int8", "--record")
    text = (finished.model / "results.json").read_text()
    (recorded,) = json.loads(text)["results"]
    assert recorded["metrics"] == finished.result["metrics"]
    assert recorded["performance"] == recorded["artifacts"] == {}
    assert str(finished.project) not in text


def test_recording_puts_the_figures_on_the_pages(finished: Finished, scores: Scores, vcomp: Vcomp) -> None:
    assert "Not measured yet" in (finished.model / "README.md").read_text()
    scores("--dtype", "int8", "--record")
    for page in ("README.md", "README.zh.md"):
        assert f"{finished.result['metrics']['int8']['miou']:.3f}" in (finished.model / page).read_text()
    assert vcomp("render", "--check").exit_code == 0


def test_recording_keeps_what_was_recorded_of_other_precisions(finished: Finished, vcomp: Vcomp) -> None:
    vcomp("run", "tiny", "--dtype", "int8", "--record")
    vcomp("run", "tiny", "--dtype", "fp32", "--record")
    recorded = json.loads((finished.model / "results.json").read_text())["results"]
    assert [result["dtype"] for result in recorded] == ["fp32", "int8"]
