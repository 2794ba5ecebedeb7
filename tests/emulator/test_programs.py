"""The environment that puts the emulated toolchain in front of one child process."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from vcomp.emulator.programs import environment


def test_a_child_finds_the_programs_and_the_module(tmp_path: Path) -> None:
    child = environment(tmp_path / "the bin", os.environ)

    found = {name: shutil.which(name, path=child["PATH"]) for name in ("vamc", "vamp")}
    assert found == {name: str(tmp_path / "the bin" / name) for name in ("vamc", "vamp")}
    python = shlex.quote(sys.executable)
    script = f"vamc --version && vamp --version && {python} -c 'import vaststreamx; print(vaststreamx.__file__)'"
    result = subprocess.run(script, shell=True, env=child, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.count("emulated by vcomp") == 2
    assert "emulator" in result.stdout.splitlines()[2]


def test_the_callers_own_environment_stays_as_it_is(tmp_path: Path) -> None:
    base = {"PATH": "/usr/bin", "PYTHONPATH": "/mine", "HOME": "/home"}
    child = environment(tmp_path, base)
    assert base == {"PATH": "/usr/bin", "PYTHONPATH": "/mine", "HOME": "/home"}
    assert child["PATH"].split(os.pathsep) == [str(tmp_path), "/usr/bin"]
    assert child["PYTHONPATH"].split(os.pathsep)[-1] == "/mine"
    assert child["HOME"] == "/home"
    assert "vaststreamx" not in os.environ.get("PYTHONPATH", "")


def test_a_python_without_what_the_emulation_needs_is_told_so(tmp_path: Path) -> None:
    child = environment(tmp_path, os.environ)
    bare = [sys.executable, "-S", "-c", "import vaststreamx"]  # without its installed packages
    result = subprocess.run(bare, env=child, capture_output=True, text=True)
    assert result.returncode == 1
    assert f"needs cv2, numpy, onnxruntime, pydantic, PIL, and {sys.executable} is Python" in result.stderr
