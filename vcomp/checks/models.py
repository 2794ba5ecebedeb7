"""Specs of a project: what they render to, their escape hatches, and their data."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.source import Place, Source
from vcomp.documents import KeyPath
from vcomp.errors import VcompError
from vcomp.project import Model
from vcomp.render import layout
from vcomp.render.write import Action, FileOutcome, write_files
from vcomp.spec import ModelSpec


@dataclass(frozen=True, eq=False)
class ModelFiles:
    """A model of the project, and what rendering it now would change."""

    model: Model

    @cached_property
    def source(self) -> Source:
        return Source(self.model.folder / "spec.py")

    @cached_property
    def outcome(self) -> list[FileOutcome] | VcompError:
        try:
            return write_files(self.model, self.model.folder, write=False)
        except VcompError as error:
            return error

    def at(self, *words: str) -> Place:
        """The first line of the spec that has one of the words."""
        for word in words:
            for number, line in enumerate(self.source.lines, 1):
                if word in line:
                    return Place(self.source, number)
        return Place(self.source)


class NotRenderable(Rule[ModelFiles]):
    """The spec says what the vendor's files cannot hold."""

    id = "VC830"
    severity = Severity.ERROR
    looks_at = ModelFiles

    def visit(self, subject: ModelFiles) -> Iterator[Finding]:
        if isinstance(subject.outcome, VcompError):
            error = subject.outcome
            yield self.finding(subject.at("preprocess="), error.what, error.mend or error.expected or "change the spec")


class Drift(Rule[ModelFiles]):
    """A rendered file is not what the spec stands for: it was edited, or the spec was and nobody rendered."""

    id = "VC831"
    severity = Severity.ERROR
    looks_at = ModelFiles

    def visit(self, subject: ModelFiles) -> Iterator[Finding]:
        for file in _files(subject):
            if file.action in (Action.UPDATE, Action.REMOVE):
                says = (
                    "differs from what the spec renders" if file.action is Action.UPDATE else "is rendered by no spec"
                )
                place = Place(Source(file.path), _first_line(file.diff))
                yield self.finding(place, says, "bring the change into the spec, then run `vcomp render`")


class NotRendered(Rule[ModelFiles]):
    """A file that the spec stands for has not been written yet."""

    id = "VC832"
    severity = Severity.WARNING
    looks_at = ModelFiles

    def visit(self, subject: ModelFiles) -> Iterator[Finding]:
        for file in _files(subject):
            if file.action is Action.CREATE:
                yield self.finding(Place(Source(file.path)), "is not there yet", "run `vcomp render`")


class EscapeHatch(Rule[ModelFiles]):
    """An option goes past the types of the spec, by `extra`: nobody checks its name or its value."""

    id = "VC833"
    severity = Severity.QUESTION
    looks_at = ModelFiles

    def visit(self, subject: ModelFiles) -> Iterator[Finding]:
        told: set[tuple[KeyPath, str]] = set()
        for keys, value in (hatch for spec in subject.model.specs for hatch in _hatches(spec)):
            dotted = ".".join(map(str, keys))
            if (keys, repr(value)) not in told:
                told.add((keys, repr(value)))
                yield self.finding(
                    subject.at(dotted, dotted.removeprefix("backend."), "extra"),
                    f"{dotted} = {value!r} is passed on unchecked",
                    "see that the vendor's programs know it",
                )


class OneFolderForBoth(Rule[ModelFiles]):
    """The images that calibrate the network are those that it is scored on: the score says too much."""

    id = "VC834"
    severity = Severity.WARNING
    looks_at = ModelFiles

    def visit(self, subject: ModelFiles) -> Iterator[Finding]:
        for spec in subject.model.specs:
            calibration, evaluation = getattr(spec, "calibration", None), getattr(spec, "evaluation", None)
            path, images = getattr(calibration, "path", None), getattr(evaluation, "images", None)
            if path and images and PurePosixPath(path) == PurePosixPath(images):
                yield self.finding(
                    subject.at("calibration="),
                    f"{spec.name} calibrates and evaluates on {path}",
                    "calibrate on other images",
                )


def passed_on(model: Model) -> dict[Path, frozenset[KeyPath]]:
    """The keys that go into each compile YAML of a model by the escape hatch."""
    return {
        model.folder / layout.compile_yaml(spec, target): frozenset(keys for keys, _ in _hatches(spec))
        for spec in model.specs
        for target in spec.targets
    }


def _hatches(spec: ModelSpec) -> Iterator[tuple[KeyPath, object]]:
    """What goes past the types of a spec, by where it goes in the vendor's files."""
    for key, value in spec.extra.items():
        yield tuple(key.split(".")), value
    for target in spec.targets:
        for key, option in target.extra.items():
            yield ("backend", *key.split(".")), option
    for key, value in getattr(spec.runtime, "extra", {}).items():
        yield ("OpConfig", key), value


def _files(subject: ModelFiles) -> list[FileOutcome]:
    return [] if isinstance(subject.outcome, VcompError) else subject.outcome


def _first_line(diff: str) -> int:
    """The first line that a unified diff changes."""
    line = 0
    for text in diff.splitlines():
        if text.startswith("@@"):
            line = int(text.split()[1].lstrip("-").split(",")[0])
        elif line and text.startswith((" ", "-", "+")):
            if text[0] != " ":
                return max(1, line)
            line += 1
    return 1
