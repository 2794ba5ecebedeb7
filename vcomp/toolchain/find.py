"""Which toolchain a run uses: the vendor's SDK where all of it is there, else the bundled emulator."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from vcomp.emulator.programs import MODULES, environment
from vcomp.errors import VcompError
from vcomp.networks.session import OPTIMIZATION
from vcomp.results import Toolchain as ToolchainRecord
from vcomp.toolchain.run import Toolchain

Choice = Literal["auto", "sdk", "emulator"]

PYTHONS = ("python3.8", "python3", "python")  # where vaststreamx is looked for; the vendor ships it for 3.8
PROBE = "import vaststreamx as vsx; print(vsx.__file__); print(getattr(vsx, '__version__', 'unknown'))"


@dataclass(frozen=True)
class SdkParts:
    """What of the vendor's SDK is installed; None for what is not."""

    vamc: str | None
    vamp: str | None
    python: str | None
    vaststreamx: str | None  # its version

    @property
    def complete(self) -> bool:
        return None not in (self.vamc, self.vamp, self.python)

    def missing(self) -> list[str]:
        parts = {"vamc": self.vamc, "vamp": self.vamp, "Python with vaststreamx (--sdk-python)": self.python}
        return [name for name, found in parts.items() if found is None]


def find_sdk(sdk_python: str | None = None) -> SdkParts:
    """Look for the vendor's programs on PATH, and for a Python that has vaststreamx.

    `sdk_python` (else VCOMP_SDK_PYTHON) names that Python; otherwise the usual names are tried. What is vcomp's own
    emulation, as under `vcomp emulate`, does not count.
    """
    named = sdk_python or os.environ.get("VCOMP_SDK_PYTHON")
    vamc, vamp = _program("vamc"), _program("vamp")
    for candidate in (named,) if named else PYTHONS:
        path = shutil.which(candidate)
        found = _vaststreamx(path) if path else None
        if found is not None:
            return SdkParts(vamc, vamp, path, found)
    return SdkParts(vamc, vamp, None, None)


def find_toolchain(choice: Choice, *, shims: Path, sdk_python: str | None = None) -> Toolchain:
    """The toolchain asked for; `auto` takes the SDK when all of it is there.

    `shims` is a folder for the emulator's programs. VcompError if the SDK is asked for and incomplete.
    """
    if choice == "emulator":
        return _emulator(shims)
    if choice == "auto" and not (_program("vamc") and _program("vamp")):
        return _emulator(shims)  # without asking every Python
    parts = find_sdk(sdk_python)
    if parts.complete:
        return _sdk(parts)
    if choice == "auto":
        return _emulator(shims)
    raise VcompError(
        f"the SDK is incomplete: there is no {', no '.join(parts.missing())}",
        expected="vamc and vamp on PATH, and a Python that imports vaststreamx",
        mend="install the vendor's SDK, or use --toolchain emulator; vcomp doctor shows what was found",
    )


def _emulator(shims: Path) -> Toolchain:
    record = ToolchainRecord(
        name="emulator",
        label=f"vcomp emulator {version('vcomp')} on this CPU",
        emulated=True,
        graph_optimization=OPTIMIZATION,
    )
    return Toolchain(record, sys.executable, environment(shims, os.environ))


def _sdk(parts: SdkParts) -> Toolchain:
    versions = {name: _version(path) for name, path in (("vamc", parts.vamc), ("vamp", parts.vamp)) if path}
    versions["vaststreamx"] = parts.vaststreamx or "unknown"
    record = ToolchainRecord(name="sdk", label=f"Vastai SDK (vamc {versions['vamc']})", emulated=False)
    return Toolchain(record, parts.python or "python", dict(os.environ), versions)


def _program(name: str) -> str | None:
    """The vendor's program of this name on PATH."""
    path = shutil.which(name)
    return None if path is None or _is_emulated(Path(path)) else path


def _is_emulated(program: Path) -> bool:
    """Whether it is one of the scripts that put the emulator on a PATH."""
    try:
        with program.open("rb") as file:
            return b"vcomp.emulator." in file.read(4096)
    except OSError:  # a program may be run and not read
        return False


def _vaststreamx(python: str) -> str | None:
    """The version of the vendor's module in this Python."""
    found = (_output([python, "-c", PROBE]) or "").splitlines()
    return None if not found or Path(found[0]).is_relative_to(MODULES) else found[-1]


def _version(program: str) -> str:
    return (_output([program, "--version"]) or "unknown").splitlines()[0]


def _output(command: list[str]) -> str | None:
    """What a short command prints; None if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
