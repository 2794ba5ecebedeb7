"""Files appear whole or not at all, and are read up to a bound."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vcomp.errors import VcompError
from vcomp.files import read_bounded, replacing, sha256, write_bytes, write_text


@pytest.fixture
def umask() -> Iterator[int]:
    """A umask that nobody has by default."""
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"


def test_the_temporary_file_lies_beside_it_with_the_same_suffix(tmp_path: Path) -> None:
    with replacing(tmp_path / "network.onnx") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".onnx"


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "c.txt", "é")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "é".encode()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("scores.csv", "old")]


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "scores.csv"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_removes_the_temporary_file_fails_without_a_trace(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "scores.csv") as temporary:
        temporary.unlink()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_kept(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(OSError, match=r"scores\.csv"):
        write_text(tmp_path / "scores.csv", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["scores.csv"]


def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    write_text(tmp_path / "scores.csv", "new")
    assert mode(tmp_path / "scores.csv") == 0o666 & ~umask


def test_a_name_as_long_as_the_system_allows_is_fine(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 125 + ".json")
    write_text(path, "new")
    assert path.read_text() == "new"


def test_several_threads_may_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    threads = [threading.Thread(target=write_bytes, args=(path, bytes([n]) * 10_000)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(path.read_bytes())) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_up_to_the_bound_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"


def test_a_larger_file_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 12_345)
    with pytest.raises(VcompError, match=r"has 12,345 bytes\n    expected at most 12,344"):
        read_bounded(path, 12_344)


def test_a_file_that_never_ends_is_refused() -> None:
    with pytest.raises(VcompError, match="expected at most 1,000"):
        read_bounded(Path("/dev/zero"), 1000)


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"content",))
    writer.start()
    assert read_bounded(pipe, 1000) == b"content"
    writer.join()


def test_a_file_that_is_not_there_keeps_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "file", 5)


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
