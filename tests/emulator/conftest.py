"""What the tests of the emulator share: compiled networks, a stream around each, and programs run as a user would."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.emulator import networks
from vcomp.datasets.images import write_png
from vcomp.emulator.programs import environment
from vcomp.emulator.runtime.graph import Graph, ModelOperator
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.runtime.stream import Stream
from vcomp.emulator.vamc.compiler import compile_model

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The prefix of each small network, compiled for fp16."""
    folder = tmp_path_factory.mktemp("compiled")
    files = {
        "mean": (networks.write_mean(folder / "mean.onnx"), {"input": [1, 3, 8, 8]}),
        "point": (networks.write_mean(folder / "point.onnx", size=1), {"input": [1, 3, 1, 1]}),
        "gray": (networks.write_mean(folder / "gray.onnx", channels=1), {"input": [1, 1, 8, 8]}),
        "picky": (networks.write_picky(folder / "picky.onnx"), {"input": [1, 3, 8, 8]}),
        "segmentation": (networks.write_segmentation(folder / "segmentation.onnx"), {"input": [1, 3, 16, 16]}),
        "text": (
            networks.write_text(folder / "text.onnx"),
            {"input_ids": [1, 4], "attention_mask": [1, 4], "token_type_ids": [1, 4]},
        ),
        "tokens": (networks.write_tokens(folder / "tokens.onnx"), {"ids": [1, 4], "scale": [1, 1]}),
    }
    prefixes = {}
    for name, (checkpoint, shapes) in files.items():
        document = networks.compile_document(name, str(checkpoint), shapes)
        document["workspace"]["path"] = str(folder)
        prefixes[name] = compile_model(networks.write_yaml(folder / f"{name}.yaml", document), [].append)
    return prefixes


@dataclass(frozen=True)
class Setup:
    """A stream that is built, and the operators that may be asked for results."""

    stream: Stream
    model: Model
    network: ModelOperator
    operator: Operator


@pytest.fixture
def streaming(compiled: dict[str, str], tmp_path: Path) -> Callable[..., Setup]:
    """Make a stream around one of the compiled networks, with the preprocessing operator that a JSON describes."""

    def make(name: str = "mean", json: Path | None = None, also: str | None = None) -> Setup:
        model = Model(compiled[name], 1)
        operator = Operator.load_ops_from_json_file(json or networks.write_operator(tmp_path / "op.json"))[0]
        network = ModelOperator(model)
        graph = Graph()
        graph.add_operators(operator, network)
        stream = Stream(graph)
        stream.register_operator_output(network)
        if also:
            stream.register_operator_output(also, operator, [[((3, 8, 8), 6)]])
        stream.build()
        return Setup(stream, model, network, operator)

    return make


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in: a network, and 12 calibration images."""
    monkeypatch.chdir(tmp_path)
    networks.write_segmentation(tmp_path / "net.onnx")
    generator = np.random.default_rng(1)
    (tmp_path / "images").mkdir()
    for index in range(12):
        write_png(tmp_path / "images" / f"{index:02d}.png", generator.integers(0, 256, (20, 24, 3), np.uint8))
    return tmp_path


@pytest.fixture
def program(tmp_path: Path) -> Run:
    """Run a command with the emulated toolchain in its environment."""
    child = environment(tmp_path / "bin", os.environ)

    def run(*words: object, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        command = [str(word) for word in words]
        if command[0] == "python":
            command[0] = sys.executable
        return subprocess.run(command, env=child, capture_output=True, text=True, timeout=timeout, check=False)

    return run
