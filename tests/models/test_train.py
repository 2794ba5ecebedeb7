"""The training of UNet++, on a handful of pairs and a narrow network: resumable, and the same each time."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from vcomp.networks.torch_module import build_module
from vcomp.project import load_model
from vcomp.project.shipped import shipped
from vcomp.spec import TorchNetwork

FILTERS = (4, 4, 6, 6, 8)
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the model's Python files, and four pairs: squares, and noise that is brighter inside them."""
    root = tmp_path_factory.mktemp("training")
    (root / "unetpp").mkdir()
    for name in ("spec.py", "network.py", "train.py"):
        shutil.copy(shipped("models") / "unetpp" / name, root / "unetpp")
    for kind in ("images", "masks"):
        (root / "dsb2018_256" / kind).mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(4):
        mask = np.kron(random.integers(0, 2, (6, 6), np.uint8), np.full((8, 8), 255, np.uint8))
        image = random.integers(0, 100, (48, 48, 3), np.uint8) + mask[..., np.newaxis] // 2
        cv2.imwrite(str(root / "dsb2018_256" / "masks" / f"{number}.png"), mask)
        cv2.imwrite(str(root / "dsb2018_256" / "images" / f"{number}.png"), image)
    return root


def training(world: Path, name: str, *options: str) -> "subprocess.Popen[str]":
    """Start two epochs that write `<name>.safetensors` and `<name>.pt`."""
    files = ["--weights", f"{name}.safetensors", "--checkpoint", f"{name}.pt"]
    command = [sys.executable, "unetpp/train.py", "--data", ".", "--epochs", "2", "--batch", "2", *files]
    return subprocess.Popen(
        [*command, "--filters", *map(str, FILTERS), *options],
        cwd=world,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def unbroken(world: Path) -> Path:
    """The weights of a run from start to end."""
    process = training(world, "unbroken")
    stdout, stderr = process.communicate()
    assert process.returncode == 0, stderr
    assert stdout == "unbroken.safetensors\n"
    return world / "unbroken.safetensors"


@pytest.fixture(scope="module")
def stopped(world: Path) -> Path:
    """The checkpoint of a run that was killed after its first epoch."""
    with training(world, "stopped") as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("epoch 1/2")
        process.kill()
    return world / "stopped.pt"


def test_a_checkpoint_of_other_options_is_refused_and_kept(world: Path, stopped: Path) -> None:
    before = stopped.read_bytes()
    process = training(world, "stopped", "--seed", "1")
    _, stderr = process.communicate()
    assert process.returncode == 1
    assert "belongs to other options" in stderr
    assert stopped.read_bytes() == before


def test_a_killed_training_goes_on_where_it_was_and_ends_in_the_same_bytes(
    world: Path, unbroken: Path, stopped: Path
) -> None:
    _, stderr = training(world, "stopped").communicate()
    assert stderr.startswith("epoch 2/2")
    assert (world / "stopped.safetensors").read_bytes() == unbroken.read_bytes()


def test_the_weights_are_in_half_precision_and_fit_the_network(world: Path, unbroken: Path) -> None:
    stored = load_file(unbroken)
    assert {value.dtype for value in stored.values()} == {torch.float16, torch.int64}
    shutil.copy(unbroken, world / "unetpp" / "weights.safetensors")
    network = TorchNetwork(factory="network:NestedUNet", arguments={"filters": FILTERS}, weights="weights.safetensors")
    module = build_module(load_model(world / "unetpp"), network)
    assert all(torch.equal(value, stored[name].to(value.dtype)) for name, value in module.state_dict().items())


def test_without_pairs_it_says_where_to_get_them(world: Path) -> None:
    process = training(world, "nowhere", "--data", "unetpp")
    _, stderr = process.communicate()
    assert process.returncode == 1
    assert "get them with: vcomp data get dsb2018" in stderr
