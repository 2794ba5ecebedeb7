"""The hand-written files of a public model zoo: each is read, or refused with a reason."""

import warnings
from pathlib import Path

import pytest
import yaml

from tests.conftest import SHARED
from vcomp.errors import VcompError
from vcomp.preprocess.process_ops import read_process_ops, write_process_ops
from vcomp.preprocess.vdsp import load_vdsp

CORPUS = SHARED / "corpus" / "vastmodelzoo"
# Of 102 lists of process_ops and 405 operators. What is refused: BERT, LETTERBOX_EXT, and one legacy schema.
READABLE_LISTS, READABLE_OPERATORS = 102, 397


@pytest.fixture
def corpus() -> Path:
    if not CORPUS.is_dir():
        warnings.warn(f"{CORPUS} is absent: nothing was tried on files that people wrote", stacklevel=1)
        pytest.skip(f"{CORPUS} is absent")
    return CORPUS


def test_the_process_ops_of_the_zoo_are_read_and_written_back(corpus: Path) -> None:
    read = 0
    for path in sorted(corpus.rglob("*.y*ml")):
        document = yaml.safe_load(path.read_text())
        entries = (document.get("dataset") or {}).get("process_ops")
        if entries is None:
            continue
        try:
            ops = read_process_ops(entries)
        except VcompError:
            continue
        assert read_process_ops(write_process_ops(ops)) == ops, path
        read += 1
    assert read >= READABLE_LISTS


def test_the_fused_operators_of_the_zoo_are_read(corpus: Path) -> None:
    read = 0
    for path in sorted(corpus.rglob("*.json")):
        try:
            load_vdsp(path)
        except VcompError as error:
            assert str(path) in str(error)
        else:
            read += 1
    assert read >= READABLE_OPERATORS
