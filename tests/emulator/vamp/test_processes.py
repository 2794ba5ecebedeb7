"""Several processes: their results come together, and they end together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.emulator import networks
from tests.emulator.conftest import Run
from tests.emulator.vamp.conftest import Array, Call, pack, parsed, read_outputs
from vcomp.emulator.programs import environment

Start = Callable[..., "subprocess.Popen[str]"]

PATIENCE_SECONDS = 30


def test_their_measurements_make_one_report(call: Call) -> None:
    code, out, err = call("-i", "3", "-p", "2", "-b", "2", "--iterations", "9")
    assert (code, err) == (0, "")
    [run] = parsed(out)
    assert (run["number of instances in each device"], run["samples"], run["batch size"]) == (3, 18, 2)
    assert run["throughput (qps)"] == pytest.approx(18 / run["forwad time (s)"], rel=1e-3)
    assert 0 < run["model latency (us)"]["avg latency"] <= run["e2e latency (us)"]["avg latency"]


def test_there_are_no_more_than_devices(call: Call) -> None:
    code, out, err = call("-i", "1", "-d", "0:1", "-p", "5", "-t", "0.2")
    assert code == 0
    assert "-p 5: no more processes than devices, 2" in err
    assert 0.2 <= parsed(out)[0]["forwad time (s)"] < 5


@pytest.mark.usefixtures("pictures")
def test_a_list_comes_out_as_from_one_process(call: Call, tmp_path: Path) -> None:
    listed = ("--datalist", tmp_path / "list.txt", "-b", "2")
    assert call(*listed, "--path_output", tmp_path / "one")[0] == 0
    code, out, err = call(*listed, "--path_output", tmp_path / "several", "-i", "4", "-p", "3")
    assert (code, err) == (0, "")
    assert "samples: 7" in out
    one, several = read_outputs(tmp_path / "one"), read_outputs(tmp_path / "several")
    assert list(several) == [f"output_{index:06d}.npz" for index in range(7)]
    for name, arrays in several.items():
        np.testing.assert_array_equal(arrays["output_0"], one[name]["output_0"])


def test_a_bad_file_is_said_once(program: Run, compiled: dict[str, str], tmp_path: Path, pictures: list[Array]) -> None:
    (tmp_path / "4.npz").unlink()
    done = program(
        *("vamp", "-m", compiled["segmentation"], "--vdsp_params", networks.write_operator(tmp_path / "op.json")),
        *("-i", "2", "-p", "2", "--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out"),
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"vamp: error: {tmp_path / 'list.txt'}:5  {tmp_path / '4.npz'}: cannot be read: No such file or directory\n"
    )
    assert all(path.name.startswith("output_") for path in (tmp_path / "out").iterdir())


@pytest.fixture
def start(compiled: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start vamp with two processes and more to do than anybody waits for, in a group of processes of its own."""
    started = []
    image = {"input_0": np.zeros((3, 300, 300), np.uint8)}
    (tmp_path / "long.txt").write_text(pack(tmp_path, [image]).read_text() * 100_000)
    operator = networks.write_operator(tmp_path / "op.json")

    def run(*words: object) -> "subprocess.Popen[str]":
        command = ["vamp", "-m", compiled["segmentation"], "--vdsp_params", operator, "-i", "2", "-p", "2", *words]
        process = subprocess.Popen(
            [str(word) for word in command],
            env=environment(tmp_path / "bin", os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if group_of(process):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def group_of(process: "subprocess.Popen[str]") -> dict[int, bytes]:
    """The processes of its group that are not dead, with their command lines."""
    group = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, number = (folder / "stat").read_text().rpartition(") ")[2].split()[:3]
            if state != "Z" and int(number) == process.pid:
                group[int(folder.name)] = (folder / "cmdline").read_bytes()
        except OSError:
            continue
    return group


def children_of(process: "subprocess.Popen[str]") -> list[int]:
    return [number for number, command in group_of(process).items() if b"spawn_main" in command]


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


MODES = {"profiling": ("-t", "600"), "a list": ("--datalist", "long.txt", "--path_output", "out")}


@pytest.fixture(params=MODES)
def working(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> "subprocess.Popen[str]":
    """vamp with its two children at work."""
    words = [tmp_path / word if word in ("long.txt", "out") else word for word in MODES[request.param]]
    process = start(*words)
    wait_for(lambda: len(children_of(process)) == 2)
    if request.param == "a list":
        wait_for(lambda: (tmp_path / "out").is_dir() and len(list((tmp_path / "out").iterdir())) > 10)
    else:
        time.sleep(2)
    return process


def test_ctrl_c_ends_all(working: "subprocess.Popen[str]", tmp_path: Path) -> None:
    os.killpg(working.pid, signal.SIGINT)
    assert working.wait(PATIENCE_SECONDS) == 130
    wait_for(lambda: not group_of(working))
    assert working.communicate()[1] == "vamp: interrupted\n"
    assert not list(tmp_path.glob("out/.*")), "no temporary file stays"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("working", ["profiling"], indirect=True)
def test_a_program_that_is_killed_leaves_no_orphans(working: "subprocess.Popen[str]", number: signal.Signals) -> None:
    working.send_signal(number)
    working.wait(PATIENCE_SECONDS)
    wait_for(lambda: not group_of(working))
    assert working.communicate()[1] == ""


@pytest.mark.parametrize("working", ["profiling"], indirect=True)
def test_a_process_that_dies_ends_all(working: "subprocess.Popen[str]") -> None:
    os.kill(children_of(working)[0], signal.SIGKILL)
    assert working.wait(PATIENCE_SECONDS) == 2
    wait_for(lambda: not group_of(working))
    assert working.communicate()[1].startswith("vamp: error: one of the processes was killed by signal 9")


def test_ctrl_c_while_they_start_ends_all_without_a_traceback(start: Start) -> None:
    process = start("-t", "600")
    wait_for(lambda: bool(children_of(process)))
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 130
    wait_for(lambda: not group_of(process))
    assert process.communicate()[1] == "vamp: interrupted\n"
