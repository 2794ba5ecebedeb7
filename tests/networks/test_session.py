"""ONNX Runtime sessions: how many threads, and what cannot be run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builders import write_tiny_onnx
from vcomp.errors import VcompError
from vcomp.networks.session import open_session, threads


def test_a_file_and_its_bytes_give_the_same(tmp_path: Path) -> None:
    path = write_tiny_onnx(tmp_path / "tiny.onnx")
    feed = {"input": np.random.default_rng(0).random((1, 3, 32, 32), np.float32)}
    assert np.array_equal(open_session(path).run(None, feed), open_session(path.read_bytes()).run(None, feed))


@pytest.mark.parametrize("options", [{"intra_op_threads": 1}, {"keep_memory": False}, {"spin": False}])
def test_how_a_session_uses_the_machine_changes_no_result(tmp_path: Path, options: dict[str, Any]) -> None:
    path = write_tiny_onnx(tmp_path / "tiny.onnx")
    feed = {"input": np.random.default_rng(0).random((1, 3, 32, 32), np.float32)}
    assert np.array_equal(open_session(path).run(None, feed), open_session(path, **options).run(None, feed))


@pytest.mark.parametrize(("said", "number"), [(None, 0), ("0", 0), ("3", 3)])
def test_the_environment_says_how_many_threads(monkeypatch: pytest.MonkeyPatch, said: str | None, number: int) -> None:
    if said is not None:
        monkeypatch.setenv("VCOMP_THREADS", said)
    assert threads() == number


@pytest.mark.parametrize("said", ["", "-1", "two", "1e3", "100000"])
def test_a_number_of_threads_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("VCOMP_THREADS", said)
    with pytest.raises(VcompError, match="VCOMP_THREADS is"):
        threads()


def test_bytes_that_are_no_network_are_refused() -> None:
    with pytest.raises(VcompError, match="ONNX Runtime cannot run the network"):
        open_session(b"nothing")
