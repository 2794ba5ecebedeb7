"""The hand-written files under a path: a file, a model's folder or a whole zoo. Nothing is followed out of it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vcomp.documents import MAX_BYTES
from vcomp.errors import VcompError
from vcomp.importing.documents import HandWritten, Kind, read_hand_written

SUFFIXES = (".yaml", ".yml", ".json")
MAX_ENTRIES = 200_000
BUILD_IN = "build_in"  # in the zoo's layout a model's folder is the one that has this


@dataclass(frozen=True)
class Refused:
    """A file, or a folder, that could not be read, and why."""

    path: Path
    error: VcompError


@dataclass(frozen=True)
class Skipped:
    """What was passed over on purpose, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class ModelFolder:
    """A model's folder with its compile files and its vdsp files, each by path."""

    path: Path
    compile_files: tuple[HandWritten, ...]
    vdsp_files: tuple[HandWritten, ...]

    @property
    def files(self) -> tuple[HandWritten, ...]:
        return (*self.compile_files, *self.vdsp_files)


@dataclass(frozen=True)
class Findings:
    """All that lies under some paths."""

    folders: tuple[ModelFolder, ...]
    refused: tuple[Refused, ...]
    skipped: tuple[Skipped, ...]


def find(paths: Sequence[Path]) -> Findings:
    """Read what the paths lead to. A path that is not there is a VcompError; what lies below one never is."""
    files: dict[Path, HandWritten] = {}
    refused: list[Refused] = []
    skipped: list[Skipped] = []
    for path in paths:
        path = path.absolute()
        if path.is_dir():
            _read_tree(path, files, refused, skipped)
        elif _exists(path):
            _read_file(path, files, refused, skipped, asked=True)
        else:
            raise VcompError(f"there is no {path}", expected="a YAML or JSON file, or a folder of them")
    return Findings(tuple(_grouped(files.values())), tuple(refused), tuple(skipped))


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()  # a link to itself is there, and is told when it is read
    except (OSError, ValueError):
        return False


def _read_tree(root: Path, files: dict[Path, HandWritten], refused: list[Refused], skipped: list[Skipped]) -> None:
    for count, item in enumerate(_walk(root), start=1):
        if isinstance(item, Refused):
            refused.append(item)
        elif isinstance(item, Skipped):
            skipped.append(item)
        else:
            _read_file(item, files, refused, skipped)
        if count >= MAX_ENTRIES:
            refused.append(Refused(root, VcompError(f"{root} has more than {MAX_ENTRIES:,} files")))
            return


def _walk(folder: Path) -> Iterator[Path | Refused | Skipped]:
    """The YAML and JSON files below a folder, by name. Links to folders are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Refused(folder, VcompError(f"cannot be read: {error.strerror}", where=str(folder)))
        return
    for entry in entries:
        path = folder / entry.name
        listed = entry.name.lower().endswith(SUFFIXES)
        if entry.name.startswith("."):
            if listed:
                yield Skipped(path, "hidden")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_symlink() and _is_dir(path):
            yield Skipped(path, "a link to a folder is not followed")
        elif listed:
            yield path


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _read_file(
    path: Path,
    files: dict[Path, HandWritten],
    refused: list[Refused],
    skipped: list[Skipped],
    *,
    asked: bool = False,
) -> None:
    """Read one file; of another kind it is skipped, or refused if it was `asked` for by name."""
    if path in files:
        return
    try:
        if not asked and path.is_file() and path.stat().st_size > MAX_BYTES:
            skipped.append(Skipped(path, f"larger than {MAX_BYTES:,} bytes"))
            return
        file = read_hand_written(path)
    except VcompError as error:
        refused.append(Refused(path, error))
        return
    if file.kind is not Kind.OTHER:
        files[path] = file
    elif asked:
        refused.append(Refused(path, _neither(path)))
    else:
        skipped.append(Skipped(path, "neither a vamc YAML nor a vdsp_params JSON"))


def _neither(path: Path) -> VcompError:
    return VcompError(
        "is neither a vamc YAML nor a vdsp_params JSON",
        where=str(path),
        expected="the sections `frontend` and `backend`, or an `OpType`",
    )


def _grouped(files: Iterable[HandWritten]) -> Iterator[ModelFolder]:
    by_folder: dict[Path, list[HandWritten]] = {}
    for file in files:
        by_folder.setdefault(model_folder(file.path), []).append(file)
    for folder, own in sorted(by_folder.items()):
        own.sort(key=lambda file: file.path)
        yield ModelFolder(
            folder,
            tuple(file for file in own if file.kind.compiles),
            tuple(file for file in own if file.kind.preprocesses),
        )


def model_folder(path: Path) -> Path:
    """The folder of the model that a file belongs to: the one that has `build_in`, else the file's own."""
    for parent in path.parents:
        if parent.name == BUILD_IN:
            return parent.parent
    return path.parent
