"""What all tests share: an empty project to stand in, and the command line called in-process."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner, Result

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

Vcomp = Callable[..., Result]

# How long an example takes says more about the machine than about the code.
settings.register_profile("vcomp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("vcomp")


@pytest.fixture(autouse=True, scope="session")
def clean_environment() -> Iterator[None]:
    """No setting of the person who runs the tests reaches into them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("VCOMP_")]:
            patch.delenv(name)
        yield


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the test stands in."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data for the small model of the builders: 12 images to calibrate, 12 with masks to evaluate. Drawn once."""
    from vcomp.datasets.sample import make_sample
    from vcomp.spec import ImageFolder, MaskPairs

    root = tmp_path_factory.mktemp("drawn")
    make_sample(
        root,
        calibration=ImageFolder(path="calibration/images"),
        evaluation=MaskPairs(images="evaluation/images", masks="evaluation/masks"),
    )
    return root


@pytest.fixture(scope="session")
def vcomp() -> Vcomp:
    """Call `vcomp` with these words; the result has exit_code, stdout and stderr."""
    from vcomp.cli.main import app

    def call(*words: object) -> Result:
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call
