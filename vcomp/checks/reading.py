"""Pages and scripts below some paths, read as text and bounded; what is no text is left out."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from vcomp.checks.page import Page
from vcomp.checks.script import Script
from vcomp.checks.source import Source
from vcomp.checks.tree import Family
from vcomp.errors import VcompError
from vcomp.files import read_bounded

PAGES, SCRIPTS = (".md",), (".py",)
_LEFT_OUT = {"node_modules", "site-packages", "__pycache__", "third_party", "workspace"}
_MOST_BYTES = 1 << 20


def read_texts(paths: Sequence[Path], families: Mapping[Path, Family]) -> Iterator[Page | Script]:
    """The pages and scripts, each with the files of its model.

    Scripts of source_code are left out: they belong into other people's repositories.
    """
    for path in dict.fromkeys(file for root in paths for file in _texts(root.absolute())):
        text = _text(path)
        kind = Page if path.suffix.lower() in PAGES else Script
        if text is not None:
            yield kind(Source(path), text, _family(path, families))


def _texts(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if path.suffix.lower() in PAGES + SCRIPTS:
            yield path
        return
    for folder, folders, names in os.walk(path):  # links to folders are not followed
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_OUT)
        foreign = "source_code" in Path(folder).parts
        for name in sorted(names):
            if name.lower().endswith(PAGES if foreign else PAGES + SCRIPTS) and not name.startswith("."):
                yield Path(folder) / name


def _text(path: Path) -> str | None:
    try:
        return read_bounded(path, _MOST_BYTES).decode() if path.is_file() else None
    except (OSError, ValueError, VcompError):
        return None


def _family(path: Path, families: Mapping[Path, Family]) -> Family | None:
    """The files of the model that a page or a script lies with, or above."""
    return next((families[folder] for folder in path.parents if folder in families), None)
