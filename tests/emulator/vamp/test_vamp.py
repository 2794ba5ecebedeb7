"""Profiling, and running lists: the report, the files, and lenient reading of the command line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.emulator import networks
from tests.emulator.conftest import Run, Setup
from vcomp.emulator.runtime.codes import ImageFormat
from vcomp.emulator.runtime.images import create_image
from vcomp.emulator.runtime.tensors import as_numpy
from vcomp.emulator.vamp import __main__ as vamp

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(compiled: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run vamp on the segmentation network: exit code, stdout, stderr."""
    operator = networks.write_operator(tmp_path / "op.json", NormaType="DIV255", ColorCvtCode="RGB2BGR")

    def run(*words: object, prefix: object = compiled["segmentation"]) -> tuple[int, str, str]:
        try:
            code = vamp.main(["-m", str(prefix), "--vdsp_params", str(operator), *(str(word) for word in words)])
        except SystemExit as exit:
            code = int(exit.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def parsed(report: str) -> list[dict[str, Any]]:
    """The runs of a report, read as scripts do: by names and indentation."""
    runs: list[dict[str, Any]] = []
    group: dict[str, Any] = {}
    for line in report.splitlines():
        if stars := re.fullmatch(r"\*+ (.+): (\d+) \*+", line):
            runs.append({stars[1]: int(stars[2])})
        elif runs and (field := re.fullmatch(r"( +)(.+?):(?: (.+))?", line)):
            if field[3] is None:
                group = runs[-1][field[2]] = {}
            else:
                (runs[-1] if len(field[1]) == 2 else group)[field[2]] = yaml.safe_load(field[3])
    return runs


class TestPerformance:
    def test_the_published_command_gives_a_report_that_says_whose_figures_it_holds(
        self, compiled: dict[str, str], tmp_path: Path, program: Run
    ) -> None:
        operator = networks.write_operator(tmp_path / "op.json")
        result = program(
            *("vamp", "-m", compiled["segmentation"], "--vdsp_params", operator, "-i", "1", "p", "1", "-b", "1"),
            *("-s", "[3,96,80]", "--iterations", "12"),
        )

        assert result.returncode == 0, result.stderr
        assert result.stderr == "vamp: warning: ignored: p 1\n"
        lines = result.stdout.splitlines()
        assert "emulation" in lines[0]
        assert "not the card's" in lines[0]
        assert lines[1] == f"Dump model info: {compiled['segmentation']}"
        assert "input[0]: [3,96,80], dtype:u1" in lines
        assert "output[0]: [1,1,16,16], dtype:f2" in lines
        [run] = parsed(result.stdout)
        assert run["number of instances in each device"] == 1
        assert (run["devices"], run["batch size"], run["samples"]) == ([0], 1, 12)
        assert run["throughput (qps)"] == pytest.approx(12 / run["forwad time (s)"], rel=1e-3)
        for group in ("e2e latency (us)", "model latency (us)"):
            names = [f"{name} latency" for name in ("avg", "min", "max", "p50", "p90", "p95", "p99")]
            assert list(run[group]) == names
            assert 0 < run[group]["min latency"] <= run[group]["p50 latency"] <= run[group]["max latency"]
        assert run["model latency (us)"]["min latency"] <= run["e2e latency (us)"]["min latency"]

    @pytest.mark.parametrize("mode", [0, 1])
    def test_a_range_of_instances_gives_one_block_each(self, call: Call, tmp_path: Path, mode: int) -> None:
        code, out, _ = call(
            *("-i", "1:3", "-b", "2", "-d", "[0,2]", "--iterations", "6", "--forward_mode", mode),
            *("--percentiles", "[50,99]", "-f", tmp_path / "report.yaml"),
        )
        runs = parsed(out)
        assert code == 0
        assert [run["number of instances in each device"] for run in runs] == [1, 2, 3]
        assert all((run["samples"], run["batch size"], run["devices"]) == (12, 2, [0, 2]) for run in runs)
        assert list(runs[0]["e2e latency (us)"])[3:] == ["p50 latency", "p99 latency"]
        report = yaml.safe_load((tmp_path / "report.yaml").read_text())
        assert report["runs"] == [pytest.approx(run, rel=1e-5) if False else run for run in runs]
        assert "not the card's" in report["emulation"]

    def test_a_run_may_be_bounded_by_time(self, call: Call) -> None:
        code, out, _ = call("-t", "0.2")
        [run] = parsed(out)
        assert code == 0
        assert 0.2 <= run["forwad time (s)"] < 5
        assert run["samples"] > 1

    def test_options_may_come_from_a_file(self, call: Call, tmp_path: Path) -> None:
        config = networks.write_yaml(tmp_path / "vamp.yaml", {"iterations": 3, "batch_size": 4, "shape": [3, 20, 20]})
        _, out, _ = call("-c", config, "-b", "2")
        [run] = parsed(out)
        assert (run["samples"], run["batch size"]) == (6, 2)
        assert "input[0]: [3,20,20]" in out
        config = networks.write_yaml(tmp_path / "vamp.yaml", {"iteration": 3})
        assert "did you mean 'iterations'?" in call("-c", config)[2]

    def test_options_of_the_card_are_accepted_and_named(self, call: Call) -> None:
        code, _, err = call("--iterations", "1", "--cache_input", "1", "--none_vaml", "--verbose", "-p", "2", "-g")
        assert code == 0
        assert "without effect in emulation: --cache_input, --none_vaml, --processes" in err

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["--datlist", "x"], "did you mean --datalist?"),
            (["-s", "[1,2]"], "expected [3,H,W]"),
            (["-b", "0"], "integer from 1"),
            (["-i", "3:1"], "range such as 1:4"),
            (["--forward_mode", "2"], "invalid choice"),
            (["--percentiles", "50,101"], "more than 100 percent"),
            (["--dtype", "float32"], "invalid choice"),
            (["--path_output", "x"], "--path_output without --datalist"),
            (["-c", "none.yaml"], "none.yaml"),
        ],
    )
    def test_a_wrong_option_ends_with_exit_code_2(self, call: Call, words: list[str], says: str) -> None:
        code, _, err = call(*words)
        assert code == 2
        assert says in err

    def test_a_wrong_prefix_ends_with_exit_code_2(self, call: Call) -> None:
        code, _, err = call(prefix="nowhere/mod")
        assert code == 2
        assert err.startswith("vamp: error: nowhere/mod  no compiled model")

    def test_the_set_may_be_named_file_by_file(self, compiled: dict[str, str], call: Call) -> None:
        prefix = compiled["segmentation"]
        named = ["--model_json", f"{prefix}.json", "--model_lib", f"{prefix}.so", "--model_param", f"{prefix}.params"]
        assert call(*named, "--iterations", "1", prefix="")[0] == 0
        assert "all three files" in call(*named[:2], prefix="")[2]


class TestLists:
    @pytest.fixture
    def pictures(self, tmp_path: Path) -> list[np.ndarray[Any, Any]]:
        """Seven images of different sizes, packed, and `list.txt` with their paths."""
        generator = np.random.default_rng(2)
        images = [generator.integers(0, 256, (3, 10 + 3 * index, 40 - index), np.uint8) for index in range(7)]
        for index, image in enumerate(images):
            np.savez(tmp_path / f"{index}.npz", input_0=image)
        (tmp_path / "list.txt").write_text("".join(f"{tmp_path / str(index)}.npz\n" for index in range(7)))
        return images

    def test_the_outputs_are_those_of_a_stream(
        self, call: Call, streaming: Callable[..., Setup], tmp_path: Path, pictures: list[np.ndarray[Any, Any]]
    ) -> None:
        code, out, _ = call("--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out", "-b", "1")

        assert code == 0
        assert "samples: 7" in out
        assert len(list((tmp_path / "out").iterdir())) == 7
        setup = streaming("segmentation", tmp_path / "op.json")
        for index, picture in enumerate(pictures):
            _, height, width = picture.shape
            [[expected]] = setup.stream.run_sync([create_image(picture, ImageFormat.RGB_PLANAR, width, height)])
            with np.load(tmp_path / "out" / f"output_{index:06d}.npz") as written:
                assert list(written) == ["output_0"]
                assert written["output_0"].dtype == np.float16
                assert written["output_0"].shape == (1, 1, 16, 16)
                np.testing.assert_array_equal(written["output_0"], as_numpy(expected))

    @pytest.mark.parametrize(
        ("damage", "says"),
        [
            (lambda path: path.unlink(), "No such file"),
            (lambda path: path.write_bytes(path.read_bytes()[:200]), "4.npz"),
            (lambda path: np.savez(path, input_0=np.zeros((3, 4, 4), np.float32)), "holds float32 [3, 4, 4]"),
            (lambda path: np.savez(path, input_0=np.zeros((4, 4), np.uint8)), "holds uint8 [4, 4]"),
            (lambda path: np.savez(path), "4.npz"),
        ],
    )
    @pytest.mark.usefixtures("pictures")
    def test_a_file_that_cannot_be_used_is_named(
        self, call: Call, tmp_path: Path, damage: Callable[[Path], Any], says: str
    ) -> None:
        damage(tmp_path / "4.npz")
        code, _, err = call("--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out")
        assert code == 2
        assert "4.npz" in err
        assert says in err
        assert not any("-" in path.name for path in (tmp_path / "out").iterdir()), "no temporary file stays"

    @pytest.mark.usefixtures("pictures")
    def test_without_a_folder_the_list_is_run_all_the_same(self, call: Call, tmp_path: Path) -> None:
        code, out, err = call("--datalist", tmp_path / "list.txt", "stray.txt")
        assert code == 0
        assert "samples: 7" in out
        assert "ignored: stray.txt" in err
        assert "not kept" in err

    def test_a_list_without_files(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "list.txt").write_text("\n")
        assert "the list is empty" in call("--datalist", tmp_path / "list.txt")[2]
        assert "list2.txt" in call("--datalist", tmp_path / "list2.txt")[2]
