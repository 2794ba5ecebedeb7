"""What the tests of vamp share: calls of it in this process, and inputs for it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.emulator import networks
from vcomp.emulator.vamp import __main__ as vamp

Call = Callable[..., tuple[int, str, str]]
Array = np.ndarray[Any, Any]


@pytest.fixture
def call(compiled: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run vamp: exit code, stdout, stderr. It is the segmentation network with pixels as they are, unless said."""
    operator = networks.write_operator(tmp_path / "op.json", NormaType="DIV255", ColorCvtCode="RGB2BGR")

    def run(*words: object, network: str = "segmentation", operator: Path = operator) -> tuple[int, str, str]:
        prefix = compiled.get(network, network)
        try:
            code = vamp.main(["-m", prefix, "--vdsp_params", str(operator), *(str(word) for word in words)])
        except SystemExit as exit:
            code = int(exit.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def text_operator(tmp_path: Path) -> Path:
    path = tmp_path / "bert.json"
    path.write_text('{"OpType": "BERT_EMBEDDING_OP"}')
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> list[Array]:
    """Seven images of different sizes, packed, and `list.txt` with their paths."""
    generator = np.random.default_rng(2)
    images = [generator.integers(0, 256, (3, 10 + 3 * index, 40 - index), np.uint8) for index in range(7)]
    pack(tmp_path, [{"input_0": image} for image in images])
    return images


def pack(folder: Path, samples: list[dict[str, Array]]) -> Path:
    """Write `0.npz`, `1.npz`, … and a list of them."""
    paths = [folder / f"{index}.npz" for index in range(len(samples))]
    for path, arrays in zip(paths, samples, strict=True):
        np.savez(path, **arrays)
    (folder / "list.txt").write_text("".join(f"{path}\n" for path in paths))
    return folder / "list.txt"


def read_outputs(folder: Path) -> dict[str, dict[str, Array]]:
    """The arrays of each npz file by the file's name, and by key."""
    outputs = {}
    for path in sorted(folder.iterdir()):
        with np.load(path) as file:
            outputs[path.name] = dict(file)
    return outputs


def parsed(report: str) -> list[dict[str, Any]]:
    """The runs of a report, read as scripts do: by names and indentation."""
    runs: list[dict[str, Any]] = []
    group: dict[str, Any] = {}
    for line in report.splitlines():
        if stars := re.fullmatch(r"\*+ (.+): (\d+) \*+", line):
            runs.append({stars[1]: int(stars[2])})
        elif runs and (field := re.fullmatch(r"( +)(.+?):(?: (.+))?", line)):
            if field[3] is None:
                group = runs[-1][field[2]] = {}
            else:
                (runs[-1] if len(field[1]) == 2 else group)[field[2]] = yaml.safe_load(field[3])
    return runs
