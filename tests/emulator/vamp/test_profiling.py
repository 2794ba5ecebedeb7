"""Profiling: the report, how long it runs, and for which models it is refused."""

from pathlib import Path

import pytest
import yaml

from tests.emulator import networks
from tests.emulator.conftest import Run
from tests.emulator.vamp.conftest import Call, parsed
from vcomp.emulator.vamc.compiler import compile_model
from vcomp.toolchain import parse_vamp_report


def test_the_published_command_gives_a_report_that_says_whose_figures_it_holds(
    compiled: dict[str, str], tmp_path: Path, program: Run
) -> None:
    operator = networks.write_operator(tmp_path / "op.json")
    result = program(
        *("vamp", "-m", compiled["segmentation"], "--vdsp_params", operator, "-i", "1", "p", "1", "-b", "1"),
        *("-s", "[3,96,80]", "--iterations", "12"),
    )

    assert result.returncode == 0, result.stderr
    assert result.stderr == "vamp: warning: ignored: p 1 (if -p was meant, its dash is missing)\n"
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


def test_vcomp_reads_the_report(call: Call) -> None:
    _, out, _ = call("--iterations", "8", "-b", "2", "-d", "0:1")
    [run] = parsed(out)
    report = parse_vamp_report(out)
    assert (report.throughput, report.samples) == (run["throughput (qps)"], 16)
    for latency, group in ((report.end_to_end, "e2e latency (us)"), (report.model, "model latency (us)")):
        assert latency.average == run[group]["avg latency"]
        assert latency.percentiles == {share: run[group][f"p{share} latency"] for share in (50, 90, 95, 99)}


@pytest.mark.parametrize("mode", [0, 1])
def test_a_range_of_instances_gives_one_block_each(call: Call, tmp_path: Path, mode: int) -> None:
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
    assert report["runs"] == runs
    assert report["model"]["input[0]"] == "[3,16,16], dtype:u1"
    assert "not the card's" in report["emulation"]


def test_a_run_may_be_bounded_by_time(call: Call) -> None:
    code, out, _ = call("-t", "0.2", "-i", "2")
    [run] = parsed(out)
    assert code == 0
    assert 0.2 <= run["forwad time (s)"] < 5
    assert run["samples"] > 1


def test_a_batch_above_the_largest_becomes_it_unless_it_is_forced(call: Call) -> None:
    code, out, err = call("-b", "1000", "--iterations", "1")
    assert (code, parsed(out)[0]["batch size"]) == (0, 64)
    assert "batch size 1000 is above the largest: 64" in err
    assert parsed(call("-b", "2", "--force_batch_size", "3", "--iterations", "1")[1])[0]["batch size"] == 3
    code, _, err = call("--force_batch_size", "1000")
    assert code == 2
    assert "--force_batch_size 1000\n    expected at most 64" in err


def test_a_failing_network_ends_with_exit_code_2(call: Call, tmp_path: Path) -> None:
    """It looks the brightest pixel up in a table of 100."""
    code, _, err = call(network="picky", operator=networks.write_operator(tmp_path / "plain.json"))
    assert code == 2
    assert err.startswith("vamp: error: input 0 of the stream failed")


def test_a_wrong_prefix_ends_with_exit_code_2(call: Call) -> None:
    code, _, err = call(network="nowhere/mod")
    assert code == 2
    assert err.startswith("vamp: error: nowhere/mod  no compiled model")


@pytest.mark.parametrize("named", ["mod", "mean_module_info.json"])
def test_a_model_of_dynamic_shape_is_left_to_a_script(call: Call, tmp_path: Path, named: str) -> None:
    checkpoint = networks.write_mean(tmp_path / "mean.onnx", size="side")
    document = networks.compile_document("mean", str(checkpoint), {"input": [[1, 3, 8, 8], [1, 3, 16, 16]]})
    document["workspace"]["path"] = str(tmp_path)
    compile_model(networks.write_yaml(tmp_path / "mean.yaml", document), [].append)

    code, _, err = call(network=str(tmp_path / "mean" / named))

    assert code == 2
    assert "can neither profile nor run a model of dynamic shape" in err
    assert "use a script" in err
