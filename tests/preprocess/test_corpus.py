"""The hand-written files of a public model zoo: each is read, or refused with a reason."""

import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.conftest import SHARED
from tests.preprocess.strategies import noise
from vcomp.errors import VcompError
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.process_ops import read_process_ops, write_process_ops
from vcomp.preprocess.vdsp import BertEmbedding, VdspOp
from vcomp.preprocess.vdsp_json import load_vdsp, read_vdsp, write_vdsp
from vcomp.spec import Kernel

CORPUS = SHARED / "corpus" / "vastmodelzoo"
LISTS = 102
OPERATORS = {"run": 398, "left to a script": 2, "of a text": 5}


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
    assert read == LISTS


def test_the_operators_of_the_zoo_are_read_and_run(corpus: Path) -> None:
    image = noise(60, 80)
    counts: Counter[str] = Counter()
    for path in sorted(corpus.rglob("*.json")):
        op = load_vdsp(path)
        if isinstance(op, BertEmbedding):
            counts["of a text"] += 1
            continue
        try:
            made = run_vdsp(op, image, (32, 48))
        except ValueError as error:
            assert "and no script set them" in str(error), path
            counts["left to a script"] += 1
            continue
        assert np.isfinite(made).all(), path
        assert made.shape[1:] == (op.output_size((32, 48)) or op.resize), path  # EXT: no border in any file
        counts["run"] += 1
    assert counts == OPERATORS


def test_what_the_zoo_says_of_an_operator_is_written_back(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.json")):
        op = load_vdsp(path)
        if not isinstance(op, BertEmbedding) and (op.output or op.edges):
            assert read_vdsp(write_vdsp(op), where=str(path)) == op


def test_an_older_file_says_what_its_current_twin_says(corpus: Path) -> None:
    folder = corpus / "cv" / "text_recognition" / "cnn_ctc" / "build_in"
    old = load_vdsp(folder / "infer" / "model_info" / "vdsp_params.json")
    twins = [load_vdsp(path) for path in sorted((folder / "vdsp_params").glob("*.json"))]
    assert isinstance(old, VdspOp)
    assert replace(old, kernel=Kernel.BILINEAR_CV) in twins  # it says BILINEAR
