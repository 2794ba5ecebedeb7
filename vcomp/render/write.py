"""Rendered files brought to disk: compared byte by byte first, and what a person edited is kept beside."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

from vcomp.errors import VcompError
from vcomp.files import digest, sha256, write_text
from vcomp.project import Model, Project
from vcomp.render import layout
from vcomp.render.render import Files, render_model
from vcomp.results import read_results

EDITED = ".edited"  # suffix of the copy that is kept of a file edited by hand


class Action(str, Enum):
    CREATE = "create"
    IDENTICAL = "identical"
    UPDATE = "update"
    REMOVE = "remove"


@dataclass(frozen=True)
class FileOutcome:
    """What happened, or would happen, to one file; `kept` is the copy of a hand-edited version."""

    path: Path
    action: Action
    diff: str = ""
    kept: Path | None = None


@dataclass(frozen=True)
class Outcome:
    files: tuple[FileOutcome, ...]

    @property
    def drifted(self) -> bool:
        return any(file.action is not Action.IDENTICAL for file in self.files)


def render_models(
    project: Project, names: Sequence[str] = (), *, out: Path | None = None, write: bool = True
) -> Outcome:
    """Render models into their own folders, or into `out/<model>`; with write=False only say what would change.

    Naming a variant renders its whole model: page and script are shared.
    """
    models = {model.folder: model for model, _ in project.select(names)}
    files: list[FileOutcome] = []
    for model in models.values():
        folder = model.folder if out is None else out / model.spec.name
        files += write_files(model, folder, write=write)
    return Outcome(tuple(files))


def write_files(model: Model, folder: Path, *, write: bool = True) -> list[FileOutcome]:
    """Bring one model's rendered files to `folder`."""
    rendered = render_model(model, read_results(model.folder / "results.json").results)
    record = folder / layout.RECORD
    earlier = _read_record(record)
    outcomes = [_bring(folder, Path(path), text, earlier.get(str(path))) for path, text in rendered.items()]
    outcomes += _left_over(folder, rendered, earlier)
    if write:
        for outcome in outcomes:
            _write(outcome, rendered, folder)
        hashes = {str(path): digest(text) for path, text in sorted(rendered.items())}
        if hashes != earlier:
            write_text(record, json.dumps(hashes, indent=2) + "\n")
    return outcomes


def _bring(folder: Path, path: Path, text: str, earlier: str | None) -> FileOutcome:
    target = folder / path
    if not target.exists():
        return FileOutcome(target, Action.CREATE, _diff("", text, target))
    old = target.read_bytes()
    if old == text.encode():
        return FileOutcome(target, Action.IDENTICAL)
    kept = _free_name(target) if digest(old) != earlier else None
    return FileOutcome(target, Action.UPDATE, _diff(old.decode(errors="replace"), text, target), kept)


def _free_name(target: Path) -> Path:
    """Where a file edited by hand is kept; an earlier such copy stays as it is."""
    kept, number = target.with_name(f"{target.name}{EDITED}"), 1
    while kept.exists():
        number += 1
        kept = target.with_name(f"{target.name}.{number}{EDITED}")
    return kept


def _left_over(folder: Path, rendered: Files, earlier: dict[str, str]) -> list[FileOutcome]:
    """Files of an earlier rendering that the spec no longer stands for, unless a person edited them since."""
    return [
        FileOutcome(folder / path, Action.REMOVE)
        for path, content in earlier.items()
        if path not in {str(name) for name in rendered}
        and (folder / path).is_file()
        and sha256(folder / path) == content
    ]


def _write(outcome: FileOutcome, rendered: Files, folder: Path) -> None:
    if outcome.action is Action.REMOVE:
        outcome.path.unlink()
    elif outcome.action is not Action.IDENTICAL:
        if outcome.kept is not None:
            outcome.path.replace(outcome.kept)
        write_text(outcome.path, rendered[PurePosixPath(outcome.path.relative_to(folder).as_posix())])


def _diff(old: str, new: str, path: Path) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), str(path), f"{path} (rendered)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _read_record(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text())
    except ValueError:
        content = None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise VcompError(f"{path} is damaged", mend="remove it: the next rendering writes it anew")
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in content):
        raise VcompError(f"{path} names a file outside of its folder", mend="remove it")
    return content
