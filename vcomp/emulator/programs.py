"""The emulated toolchain put in front of one child process: its programs on PATH, its module on PYTHONPATH."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import vcomp
from vcomp.files import write_text

MODULES = Path(__file__).parent / "modules"
PROGRAMS = ("vamc", "vamp")


def environment(folder: Path, base: Mapping[str, str]) -> dict[str, str]:
    """Write `vamc` and `vamp` into `folder`; return `base` such that a child process finds them and `vaststreamx`.

    An installed SDK is in front of nothing, and untouched: only who gets this environment sees the emulation.
    """
    for program in PROGRAMS:
        shim = folder / program
        write_text(shim, f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m vcomp.emulator.{program} "$@"\n')
        shim.chmod(0o755)
    root = Path(vcomp.__file__).parent.parent
    return {
        **base,
        "PATH": _prefixed(base.get("PATH", os.defpath), folder),
        "PYTHONPATH": _prefixed(base.get("PYTHONPATH", ""), MODULES, root),
    }


def _prefixed(paths: str, *first: Path) -> str:
    return os.pathsep.join([*(str(path.absolute()) for path in first), *filter(None, paths.split(os.pathsep))])
