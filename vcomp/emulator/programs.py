"""The emulated toolchain put in front of one child process: its programs on PATH, its module on PYTHONPATH."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcomp
from vcomp.emulator import recorder
from vcomp.errors import VcompError
from vcomp.files import write_text

MODULES = Path(__file__).parent / "modules"
PROGRAMS = ("vamc", "vamp")


def environment(folder: Path, base: Mapping[str, str], trace: Path | None = None) -> dict[str, str]:
    """Write `vamc` and `vamp` into `folder`; return `base` such that a child process finds them and `vaststreamx`.

    With a trace, the module's calls are appended to it. An installed SDK is in front of nothing, and untouched: only
    who gets this environment sees the emulation.
    """
    for program in PROGRAMS:
        shim = folder / program
        write_text(shim, f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m vcomp.emulator.{program} "$@"\n')
        shim.chmod(0o755)
    root = Path(vcomp.__file__).parent.parent
    return {
        **base,
        **({recorder.VARIABLE: str(trace.absolute())} if trace else {}),
        "PATH": _prefixed(base.get("PATH", os.defpath), folder),
        "PYTHONPATH": _prefixed(base.get("PYTHONPATH", ""), MODULES, root),
    }


def run_emulated(command: Sequence[str], trace: Path | None = None) -> int:
    """Run a command with the emulated toolchain; its exit code, or 128 and the number of the signal that ended it.

    With a trace, every call that it makes on `vaststreamx` is written to this file, which is made anew. VcompError if
    the command cannot be run, or the file holds something else than a trace.
    """
    if trace:
        try:
            recorder.create(trace)
        except FileExistsError:
            raise VcompError(f"{trace} is there already, and is no trace", mend="name another file") from None
    with tempfile.TemporaryDirectory(prefix="vcomp-emulate-") as shims:
        try:
            child = subprocess.Popen(command, env=environment(Path(shims), os.environ, trace))
        except OSError as error:
            raise VcompError(f"cannot run {command[0]}: {error.strerror}") from None
        with _signals_passed_to(child):
            code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_passed_to(child: "subprocess.Popen[Any]") -> Iterator[None]:
    """What would end this process ends the child instead."""

    def pass_on(number: int, _: object) -> None:
        if number != signal.SIGINT or not _has_terminal():
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_terminal() -> bool:
    """Whether a terminal's Ctrl-C reaches this process: then it reaches the child by itself."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _prefixed(paths: str, *first: Path) -> str:
    return os.pathsep.join([*(str(path.absolute()) for path in first), *filter(None, paths.split(os.pathsep))])
