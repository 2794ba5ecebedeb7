"""What every step of a run has at hand, and the one way in which a step is done, or found to be done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from vcomp.pipeline.listener import Listener, Step
from vcomp.pipeline.manifest import Json, Manifest
from vcomp.pipeline.versions import versions
from vcomp.pipeline.workspace import Workspace
from vcomp.project import Model
from vcomp.project.shipped import PACKAGE
from vcomp.spec import RunnableSpec
from vcomp.toolchain import Toolchain


@dataclass
class Context:
    """One model at work in its workspace."""

    model: Model
    spec: RunnableSpec
    workspace: Workspace
    manifest: Manifest
    toolchain: Toolchain
    listener: Listener

    @cached_property
    def code(self) -> str:
        """vcomp's own source: another vcomp may compute something else."""
        return self.manifest.fingerprints.files(PACKAGE.rglob("*.py"))

    @cached_property
    def versions(self) -> dict[str, str]:
        return {**versions(), **self.toolchain.versions}

    def do(self, title: str, inputs: Mapping[str, Any], outputs: Sequence[Path], work: Callable[[Step], Json]) -> Json:
        """Do a step unless an earlier run did it with the same inputs and its outputs are untouched."""
        inputs = {"code": self.code, "versions": self.versions, **inputs}
        done = self.manifest.result_of(title, inputs, outputs)
        if done is not None:
            self.listener.unchanged(title)
            return done
        with self.listener.step(title) as step:
            return self.manifest.do(title, inputs, outputs, lambda: work(step))

    def run(self, title: str, command: Sequence[str], on_line: Callable[[str], None]) -> str:
        """Run one of the page's commands in the workspace, and return what it printed."""
        return self.toolchain.run(command, cwd=self.workspace.folder, log=self.workspace.log(title), on_line=on_line)

    def path(self, relative: PurePosixPath) -> Path:
        """Of something in the workspace."""
        return self.workspace.folder / relative

    def hash(self, relative: PurePosixPath) -> str | None:
        """Of something in the workspace, a file or a folder; None if it is not there."""
        return self.manifest.fingerprints.tree(self.path(relative))

    def rendered(self, relative: PurePosixPath) -> str:
        """The hash of a rendered file."""
        return self.manifest.fingerprints.file(self.workspace.home / relative)
