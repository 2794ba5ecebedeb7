"""Writing a set: several writers, or one that is cut short, never leave half of one."""

import threading
from pathlib import Path

import pytest

from tests.emulator.vamc.builds import compiled, document
from vcomp.emulator.artifact import Artifact, read_artifact
from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.vamc.write import replacing_folder, write_artifact
from vcomp.files import digest


def variants(artifact: Artifact, count: int) -> list[Artifact]:
    """Artifacts of different bytes, each with its own checksum."""
    networks = [artifact.network + bytes(index) for index in range(count)]
    return [
        Artifact(artifact.manifest.model_copy(update={"params_sha256": digest(network)}), network)
        for network in networks
    ]


def test_two_compilers_at_once_leave_one_whole_set(world: Path) -> None:
    prefix, _ = compiled(world, document())
    artifacts = variants(read_artifact(prefix), 2)
    folder = Path(prefix).parent

    def write(artifact: Artifact) -> None:
        for _ in range(100):
            write_artifact(folder, artifact)

    threads = [threading.Thread(target=write, args=(artifact,)) for artifact in artifacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read_artifact(prefix) in artifacts
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]


def test_a_writer_that_is_cut_short_leaves_nothing_that_loads(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix, _ = compiled(world, document())
    [_, other] = variants(read_artifact(prefix), 2)
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_artifact(Path(prefix).parent, other)

    with pytest.raises(EmulatorError, match=r"mod\.json missing"):
        read_artifact(prefix)


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "old").touch()

    with pytest.raises(RuntimeError), replacing_folder(folder) as new:
        (new / "half").touch()
        raise RuntimeError
    assert [path.name for path in folder.iterdir()] == ["old"]

    with replacing_folder(folder) as new:
        (new / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
