"""`vcomp emulate` around a command: whose options are whose, how it ends, and what a signal does."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

VCOMP = [sys.executable, "-m", "vcomp.cli.main", "emulate"]

# Says when it is ready, counts the signals of two seconds from the first on, and ends with a code of its own.
COUNTING = """
import signal, sys, time
seen = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: seen.append(number))
print("ready", flush=True)
while not seen:
    time.sleep(0.01)
time.sleep(0.5)
print("seen", *(int(number) for number in seen), flush=True)
sys.exit(9)
"""


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["echo", "--trace", "x", "--help", "-q"], "--trace x --help -q"),
        (["--", "echo", "--trace", "x", "--", "y"], "--trace x -- y"),
        (["echo", "a", "--", "b"], "a -- b"),
        (["--trace", "t.jsonl", "echo", "--trace", "x"], "--trace x"),
        (["--trace=t.jsonl", "--", "echo", "--", "-x"], "-- -x"),
        (["--", "--trace"], None),
    ],
)
def test_from_the_command_on_all_words_are_its_own(project: Path, words: list[str], printed: str | None) -> None:
    done = subprocess.run([*VCOMP, *words], capture_output=True, text=True, timeout=60)
    if printed is None:
        assert "cannot run --trace" in done.stderr
    else:
        assert done.stdout == f"{printed}\n"


def test_an_option_that_vcomp_does_not_know_is_no_command(project: Path) -> None:
    done = subprocess.run([*VCOMP, "--tarce", "x", "echo", "ran"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--tarce" in done.stderr


def test_a_command_that_a_signal_ended_has_the_shells_code(project: Path) -> None:
    done = subprocess.run([*VCOMP, "--", "sh", "-c", "kill -KILL $$"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (128 + signal.SIGKILL, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_vcomp_alone_reaches_the_command_once(project: Path, tmp_path: Path, number: int) -> None:
    child = subprocess.Popen(
        [*VCOMP, "--", sys.executable, "-c", COUNTING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    child.send_signal(number)
    printed, errors = child.communicate(timeout=60)
    assert (printed, errors, child.returncode) == (f"seen {int(number)}\n", "", 9)
    assert not list(tmp_path.glob("vcomp-emulate-*"))


def test_ctrl_c_on_a_terminal_reaches_the_command_once_and_vcomp_ends_quietly(project: Path) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, [*VCOMP, "--", sys.executable, "-c", COUNTING])
    shown = b""
    while b"ready" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    while b"seen" not in shown or not shown.endswith(b"\n"):
        shown += os.read(terminal, 1000)
    _, status = os.waitpid(process, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 9
    assert shown.replace(b"^C", b"").split() == [b"ready", b"seen", b"2"]
