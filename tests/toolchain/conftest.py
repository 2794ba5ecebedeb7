"""A model to run, and an SDK to run it on."""

import os
from pathlib import Path

import pytest

from tests.builders import write_tiny_model
from tests.toolchain.stub_sdk import StubSdk, install


def write_project(folder: Path, data: Path) -> Path:
    """The small model, in a project that says where its data lies; returns the model's folder."""
    model = write_tiny_model(folder)
    (folder / "vcomp.yaml").write_text(f"data: {data}\n")
    return model


@pytest.fixture
def tiny(project: Path, drawn: Path) -> Path:
    """The folder of the small model, in a project of its own."""
    return write_project(project, drawn)


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StubSdk:
    """All of the SDK on PATH, as stubs."""
    stubs = install(tmp_path / "sdk")
    put_on_path(stubs, monkeypatch)
    return stubs


def put_on_path(stubs: StubSdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{stubs.bin}{os.pathsep}{os.environ['PATH']}")
