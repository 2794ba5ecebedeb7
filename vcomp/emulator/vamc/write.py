"""Writing what a compilation made, so that it is whole or not there, whoever else writes at the same time."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vcomp.emulator.artifact import BASE, Artifact, files_of, location
from vcomp.emulator.module_info import SUFFIX, module_info

NOTE = "In place of the library of a compiled network: vcomp's emulation of vamc makes no machine code.\n"


def write_artifact(folder: Path, artifact: Artifact) -> str:
    """Write the files into `folder` and return what loads them: the prefix, or the path of the module info.

    They are made in a folder beside it and moved, while no other writer moves any. Where a set stood before, what
    loads it goes first, and what loads the new one comes last: whenever this is cut short, what is left is one whole
    set, or one that `read_artifact` refuses.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new = Path(temporary, "new")
        new.mkdir()
        made = _write_files(new, artifact)
        with _locked(folder.parent):
            if not folder.exists():
                new.rename(folder)
            else:
                for path in (*folder.glob(f"*{SUFFIX}"), folder / f"{BASE}.json"):
                    path.unlink(missing_ok=True)
                for path in made:
                    path.replace(folder / path.name)
    return location(folder, artifact.manifest.name, dynamic=artifact.manifest.dynamic)


def _write_files(folder: Path, artifact: Artifact) -> list[Path]:
    """The files of a set, those that load it last."""
    manifest = artifact.manifest
    description, library, parameters = files_of(str(folder / BASE))
    parameters.write_bytes(artifact.network)
    library.write_text(NOTE)
    description.write_text(json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n")
    files = [parameters, library, description]
    if manifest.dynamic:
        info = Path(location(folder, manifest.name, dynamic=True))
        ranges = {port.name: (port.smallest, port.shape) for port in manifest.inputs if port.smallest}
        info.write_text(module_info(BASE, ranges))
        files.append(info)
    return files


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder, which takes the place of `folder`, and of all in it, when the block ends well."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new = Path(temporary, "new")
        new.mkdir()
        yield new
        with _locked(folder.parent):
            if folder.exists():
                folder.rename(Path(temporary, "old"))
            new.rename(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder: who else asks for it waits until the block ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
