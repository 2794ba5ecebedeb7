"""The folder that a run works in: everything in it can be made again."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vcomp.errors import VcompError
from vcomp.project import Model, Project
from vcomp.project.shipped import PACKAGE
from vcomp.spec import ModelSpec


@dataclass(frozen=True)
class Workspace:
    """`folder` is where commands run; `home` is where the model's rendered files lie."""

    folder: Path
    home: Path

    @property
    def way_home(self) -> str:
        """The path from the workspace to the rendered files, as the commands say it."""
        return os.path.relpath(self.home, self.folder)

    @property
    def own(self) -> Path:
        """vcomp's own files in the workspace."""
        return self.folder / ".vcomp"

    @property
    def manifest(self) -> Path:
        return self.own / "manifest.json"

    @property
    def results(self) -> Path:
        return self.folder / "results.json"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    def log(self, step: str) -> Path:
        return self.own / "logs" / f"{step.replace(' ', '-')}.log"


@contextmanager
def open_workspace(
    project: Project, model: Model, spec: ModelSpec, chosen: Path | None, *, several: bool
) -> Iterator[Workspace]:
    """The workspace of one model, made if need be, and held against a second run for as long as the block lasts.

    It is `workspace` in the model's folder, or what `--workspace` says (with a folder per model if there are
    several). A model that vcomp ships is not written to from outside its project: its files are rendered into the
    workspace.
    """
    shipped = not model.folder.is_relative_to(project.root) or model.folder.is_relative_to(PACKAGE)
    if chosen is not None:
        folder = chosen.absolute() / spec.name if several else chosen.absolute()
    elif shipped:
        folder = project.start / "vcomp-workspace" / spec.name
    else:
        folder = model.folder / "workspace" / (spec.name if spec is not model.spec else "")
    workspace = Workspace(folder, folder / "model" if shipped else model.folder)
    with _lock_file(workspace) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise VcompError(f"another run works in {folder}", mend="wait for it, or use another --workspace") from None
        yield workspace


def _lock_file(workspace: Workspace) -> IO[str]:
    try:
        workspace.own.mkdir(parents=True, exist_ok=True)
        return (workspace.own / "lock").open("w")
    except OSError as error:
        raise VcompError(
            f"cannot work in {workspace.folder}: {error.strerror}",
            expected="a folder that can be written to",
            mend="use another --workspace",
        ) from None
