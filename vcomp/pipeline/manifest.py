"""What each step of a run read and wrote, so that an unchanged step is not repeated and a killed run goes on."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from vcomp.files import digest, sha256, write_text

SCHEMA_VERSION: Literal[1] = 1

Json = Any


class StepRecord(BaseModel):
    """One step as it was done: what it depended on, a hash of each output, and what it gave."""

    inputs: Json
    outputs: dict[str, str | None]
    result: Json


class Content(BaseModel):
    """What stands in the file; `files` are the size, time of change and hash of every file read."""

    schema_version: Literal[1] = SCHEMA_VERSION
    steps: dict[str, StepRecord] = Field(default_factory=dict)
    results: Json = None
    files: dict[str, tuple[int, int, str]] = Field(default_factory=dict)


class Fingerprints:
    """Content hashes of files; a file is read again only when its size or time of change differs."""

    def __init__(self, known: Mapping[str, tuple[int, int, str]]) -> None:
        self._known = dict(known)
        self.used: dict[str, tuple[int, int, str]] = {}

    def file(self, path: Path) -> str:
        stat = path.stat()
        key = str(path)
        size, changed, content = self._known.get(key, (-1, -1, ""))
        if (size, changed) != (stat.st_size, stat.st_mtime_ns):
            content = sha256(path)
        self._known[key] = self.used[key] = (stat.st_size, stat.st_mtime_ns, content)
        return content

    def files(self, paths: Iterable[Path]) -> str:
        """One hash over the names and contents of several files."""
        return digest("\n".join(f"{path.name} {self.file(path)}" for path in sorted(paths)))

    def tree(self, path: Path) -> str | None:
        """A file's hash, or one over all files below a folder; None if there is neither."""
        if path.is_file():
            return self.file(path)
        if not path.is_dir():
            return None
        below = [item for item in path.rglob("*") if item.is_file() and "__pycache__" not in item.parts]
        return digest("\n".join(f"{item.relative_to(path)} {self.file(item)}" for item in sorted(below)))


class Manifest:
    """The record of a workspace's steps, saved after each of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        content = _read(path)
        self._steps = content.steps
        self.results = content.results
        self.fingerprints = Fingerprints(content.files)

    def result_of(self, step: str, inputs: Mapping[str, Any], outputs: Iterable[Path]) -> Json | None:
        """What a step gave earlier, if it had these inputs and its outputs are still as it left them."""
        entry = self._steps.get(step)
        if entry is None or entry.inputs != _plain(inputs):
            return None
        if entry.outputs != {str(path): self.fingerprints.tree(path) for path in outputs}:
            return None
        return entry.result

    def do(self, step: str, inputs: Mapping[str, Any], outputs: Iterable[Path], work: Callable[[], Json]) -> Json:
        """Do a step's work and record it; its result must be JSON."""
        self._steps.pop(step, None)
        result = work()
        hashes = {str(path): self.fingerprints.tree(path) for path in outputs}
        self._steps[step] = StepRecord(inputs=_plain(inputs), outputs=hashes, result=result)
        self.save()
        return result

    def save(self) -> None:
        content = Content(steps=self._steps, results=self.results, files=self.fingerprints.used)
        write_text(self._path, content.model_dump_json())


def _plain(inputs: Mapping[str, Any]) -> Json:
    """Inputs as they come back from JSON, so that old and new compare equal."""
    return json.loads(json.dumps(inputs, sort_keys=True))


def _read(path: Path) -> Content:
    """The saved content. If there is none, or it is damaged or of another version, nothing: all steps are redone."""
    try:
        return Content.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Content()
