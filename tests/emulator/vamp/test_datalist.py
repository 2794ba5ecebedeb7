"""The accuracy mode: the npz files that it reads and writes, and what it says of those that it cannot use."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.emulator import networks
from tests.emulator.conftest import Setup
from tests.emulator.vamp.conftest import Array, Call, pack, read_outputs
from vcomp.emulator.runtime.codes import ImageFormat
from vcomp.emulator.runtime.images import create_image
from vcomp.emulator.runtime.tensors import as_numpy


@pytest.fixture
def expected(streaming: Callable[..., Setup], tmp_path: Path, call: Call, pictures: list[Array]) -> list[Array]:
    """What a script gets for the pictures."""
    setup = streaming("segmentation", tmp_path / "op.json")
    results = []
    for picture in pictures:
        _, height, width = picture.shape
        [[tensor]] = setup.stream.run_sync([create_image(picture, ImageFormat.RGB_PLANAR, width, height)])
        results.append(as_numpy(tensor))
    return results


@pytest.mark.parametrize("words", [(), ("-b", "3"), ("-i", "3"), ("-i", "2", "-b", "2", "-d", "0:1"), ("-b", "50")])
def test_the_outputs_are_those_of_a_stream_in_the_order_of_the_list(
    call: Call, tmp_path: Path, expected: list[Array], words: tuple[str, ...]
) -> None:
    code, out, err = call("--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out", *words)

    assert (code, err) == (0, "")
    assert "samples: 7" in out
    outputs = read_outputs(tmp_path / "out")
    assert list(outputs) == [f"output_{index:06d}.npz" for index in range(7)]
    for arrays, array in zip(outputs.values(), expected, strict=True):
        assert list(arrays) == ["output_0"]
        assert (arrays["output_0"].dtype, arrays["output_0"].shape) == (np.float16, (1, 1, 16, 16))
        np.testing.assert_array_equal(arrays["output_0"], array)


@pytest.mark.parametrize("instances", ["1", "3"])
@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.unlink(), "cannot be read: No such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "the zip file is corrupt"),
        (lambda path: np.savez(path, input_0=np.zeros((3, 4, 4), np.float32)), "holds float32 [3, 4, 4]"),
        (lambda path: np.savez(path, input_0=np.zeros((4, 4), np.uint8)), "holds uint8 [4, 4]"),
        (lambda path: np.savez(path), "4.npz"),
        (lambda path: np.savez(path, input_0=np.array({})), "pickle"),
    ],
)
@pytest.mark.usefixtures("pictures")
def test_a_file_that_cannot_be_used_is_named_with_its_line(
    call: Call, tmp_path: Path, damage: Callable[[Path], Any], says: str, instances: str
) -> None:
    listed, damaged = tmp_path / "list.txt", tmp_path / "4.npz"
    listed.write_text(f"\n\n{listed.read_text()}")
    damage(damaged)
    code, _, err = call("--datalist", listed, "--path_output", tmp_path / "out", "-i", instances)
    assert code == 2
    assert err.startswith(f"vamp: error: {listed}:7  {damaged}: ")
    assert says in err
    assert err.count("error") == 1


@pytest.mark.usefixtures("pictures")
def test_what_was_done_before_a_bad_file_stays(call: Call, tmp_path: Path, expected: list[Array]) -> None:
    (tmp_path / "4.npz").unlink()
    assert call("--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out")[0] == 2
    outputs = read_outputs(tmp_path / "out")
    assert list(outputs) == [f"output_{index:06d}.npz" for index in range(4)]
    np.testing.assert_array_equal(outputs["output_000003.npz"]["output_0"], expected[3])


def test_a_file_that_the_network_fails_on_is_named(call: Call, tmp_path: Path) -> None:
    """The network looks the brightest pixel up in a table of 100."""
    images = [np.full((3, 8, 8), value, np.uint8) for value in (10, 20, 200, 30)]
    words = ("--datalist", pack(tmp_path, [{"input_0": image} for image in images]), "--path_output", tmp_path / "out")
    plain = networks.write_operator(tmp_path / "plain.json")
    code, _, err = call(*words, network="picky", operator=plain)
    assert code == 2
    assert err.startswith(f"vamp: error: {tmp_path / 'list.txt'}:3  {tmp_path / '2.npz'}: ")
    assert "list.txt:3-4  " in call(*words, "-b", "2", network="picky", operator=plain)[2]


@pytest.mark.usefixtures("pictures")
def test_without_a_folder_the_list_is_run_all_the_same(call: Call, tmp_path: Path) -> None:
    code, out, err = call("--datalist", tmp_path / "list.txt")
    assert code == 0
    assert "samples: 7\noutputs: not kept\n" in out
    assert "not kept" in err


@pytest.mark.usefixtures("pictures")
def test_of_two_lists_the_first_is_run(call: Call, tmp_path: Path) -> None:
    pack(tmp_path / "..", []).rename(tmp_path / "other.txt")
    words = ("--datalist", tmp_path / "list.txt", tmp_path / "other.txt", "--path_output", tmp_path / "out")
    code, out, err = call(*words)
    assert code == 0
    assert "samples: 7" in out
    assert f"ignored: {tmp_path / 'other.txt'}" in err


def test_a_list_without_files(call: Call, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("\n")
    assert "the list is empty" in call("--datalist", tmp_path / "list.txt")[2]
    assert "list2.txt" in call("--datalist", tmp_path / "list2.txt")[2]


@pytest.mark.usefixtures("pictures")
def test_progress_is_shown_on_a_terminal_alone(call: Call, compiled: dict[str, str], tmp_path: Path) -> None:
    assert call("--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out")[2] == ""
    ours, terminal = pty.openpty()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "vcomp.emulator.vamp", "-m", compiled["segmentation"]),
            *("--vdsp_params", tmp_path / "op.json"),
            *("--datalist", tmp_path / "list.txt", "--path_output", tmp_path / "out"),
        ],
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm"},
        check=True,
    )
    os.close(terminal)
    assert b"inputs" in os.read(ours, 1 << 16)
    os.close(ours)
    assert done.stdout.endswith(f"samples: 7\noutputs: {tmp_path / 'out'}\n".encode())
