"""Where a relative path of a page or a script may lead: nobody writes down which folder a command is run in."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

_OPEN = re.compile(r"[$<>{}*?|]|path/to|^~|^/|://|\.\.\.")
_OWN = {"build_in", "source_code", "common", "vdsp_params"}
_DEPTH = 5


def is_open(path: str) -> bool:
    """Whether the reader is to put something of their own in its place, or it lies outside of what is checked."""
    return not path or len(path) > 1000 or "\0" in path or bool(_OPEN.search(path))


def is_own(path: str) -> bool:
    """Whether a path is one of the zoo's, by its folders; others may be of a repository that the page downloads."""
    return not is_open(path) and bool(_OWN & set(path.split("/")))


def bases(file: Path) -> Iterator[Path]:
    """The folders that a command in `file` may be run in: its own, those above, and a workspace in each."""
    for folder in [file.parent, *file.parent.parents][:_DEPTH]:
        yield folder
        yield folder / "workspace"


def leading(file: Path, path: str) -> set[Path]:
    """Those of the folders from which the path leads to a file."""
    return {base for base in bases(file) if _is_file(os.path.normpath(base / path))}


def found(file: Path, path: str) -> Path | None:
    """The file that a path leads to, from the nearest folder."""
    candidates = (os.path.normpath(base / path) for base in bases(file))
    return next((Path(candidate) for candidate in candidates if _is_file(candidate)), None)


def _is_file(path: str) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  a path that cannot be is no error
