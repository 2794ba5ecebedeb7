"""What a user gets: the wheel in a fresh environment, in an empty folder, with the words of the README."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def vcomp(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `vcomp` of a fresh environment that holds the wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    own = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(f"{own}\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--no-deps", "--no-index",
         "--ignore-installed", "--quiet", wheel],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder / "bin" / "vcomp"


def run(vcomp: Path, folder: Path, *words: str) -> str:
    """What the command prints; it must end well, and the wheel's own package must be the one at work."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VCOMP_", "PYTHONPATH"))}
    done = subprocess.run([vcomp, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"vcomp {' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_carries_templates_and_models_and_no_leavings(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "vcomp/_shipped/templates/compile.yaml.j2" in names
    assert "vcomp/_shipped/models/unetpp/weights/unetpp-96.safetensors" in names
    assert not [name for name in names if "workspace/" in name or "__pycache__" in name or name.endswith(".edited")]


def test_the_environment_uses_the_wheel(vcomp: Path, tmp_path: Path) -> None:
    code = "import vcomp; print(vcomp.__file__)"
    where = subprocess.run(
        [vcomp.parent / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert where.startswith(str(vcomp.parent.parent))


def test_the_three_lines_of_the_readme_work_as_typed(vcomp: Path, tmp_path: Path) -> None:
    run(vcomp, tmp_path, "new", "unetpp")
    assert "identical" in run(vcomp, tmp_path, "render")
    table = run(vcomp, tmp_path, "run", "--dtype", "int8")
    assert "int8" in table
    assert "embedded sample" in table
    (result,) = json.loads((tmp_path / "models/unetpp/workspace/results.json").read_text())["results"]
    assert result["toolchain"]["emulated"]
    assert result["metrics"]["int8"]["miou"] > 80
    assert abs(result["metrics"]["fp32"]["miou"] - result["metrics"]["int8"]["miou"]) < 1


def test_a_model_that_vcomp_does_not_ship_works_too(vcomp: Path, tmp_path: Path) -> None:
    run(vcomp, tmp_path, "new", "demo")
    run(vcomp, tmp_path, "render", "demo")
    run(vcomp, tmp_path, "run", "demo")
    onnx = tmp_path / "models/demo/workspace/onnx/demo.onnx"
    run(vcomp, tmp_path, "new", "mine", "--from-onnx", str(onnx))
    results = json.loads(run(vcomp, tmp_path, "run", "mine", "--dtype", "int8", "--json"))
    assert results["results"][0]["metrics"]["int8"]["miou"] > 40


def test_a_shipped_model_runs_without_being_copied_first(vcomp: Path, tmp_path: Path) -> None:
    run(vcomp, tmp_path, "run", "unetpp-l1", "--dtype", "int8", "--limit", "2")
    assert (tmp_path / "vcomp-workspace/unetpp-l1/results.json").is_file()
    assert not (tmp_path / "models").exists()
