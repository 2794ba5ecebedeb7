"""`vcomp import`: hand-written files in, `models/<name>/spec.py` out. Nothing that exists is touched."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vcomp.errors import VcompError
from vcomp.files import read_bounded, write_text
from vcomp.importing.comparison import Comparison, Status
from vcomp.importing.documents import HandWritten
from vcomp.importing.drafts import Draft, Family, plain_name
from vcomp.importing.family import read_family
from vcomp.importing.finding import Finding, Severity
from vcomp.importing.folder import ModelFolder, Skipped, find
from vcomp.importing.roundtrip import compare
from vcomp.importing.spec_file import spec_text
from vcomp.project import Model, load_model

FRAMEWORKS = {"huggingface", "modelscope", "tensorflow", "pytorch", "paddle", "paddlenlp", "keras", "onnx", "common"}
MAX_SPEC_BYTES = 1 << 22
_NAME = re.compile(r'\bname="([^"]+)"')


@dataclass(frozen=True)
class Imported:
    """What became of one file."""

    path: Path
    kind: str
    status: str  # imported, findings, refused
    findings: tuple[Finding, ...] = ()
    spec: str | None = None
    comparison: Comparison | None = None

    @property
    def roundtrip(self) -> Status:
        return Status.NONE if self.comparison is None else self.comparison.status

    @property
    def bad(self) -> bool:
        """Whether it was refused, is not the same any more, or something in it is surely wrong."""
        errors = any(finding.severity is Severity.ERROR for finding in self.findings)
        return self.status == "refused" or errors or self.roundtrip is Status.DIFFERENT

    def to_json(self) -> dict[str, Any]:
        applied = self.comparison.normalisations if self.comparison else ()
        differing = self.comparison.differences if self.comparison else ()
        return {
            "path": str(self.path),
            "kind": self.kind,
            "status": self.status,
            "spec": self.spec,
            "roundtrip": self.roundtrip.value,
            "normalisations": [item.value for item in applied],
            "differences": [".".join(map(str, item.at)) for item in differing],
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class Report:
    """What became of all files, which specs were written, and what was passed over."""

    files: tuple[Imported, ...]
    written: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def bad(self) -> bool:
        return any(file.bad for file in self.files)

    @property
    def summary(self) -> dict[str, int]:
        counts = dict.fromkeys(("imported", "findings", "refused"), 0)
        counts |= {status.value: 0 for status in Status}
        for file in self.files:
            counts[file.status] += 1
            counts[file.roundtrip.value] += 1
        return {"files": len(self.files), **counts, "specs": len(self.written), "skipped": len(self.skipped)}

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "files": [file.to_json() for file in self.files],
            "written": [str(path) for path in self.written],
            "skipped": [{"path": str(item.path), "reason": item.reason} for item in self.skipped],
            "summary": self.summary,
        }


@dataclass
class _Run:
    models: Path
    verify: bool
    files: list[Imported] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)


def import_paths(paths: Sequence[Path], models: Path, *, verify: bool = False) -> Report:
    """Import files, models' folders or whole zoos into `models`; with `verify` each is rendered again and compared.

    VcompError if a path is not there, or `models` cannot be written to.
    """
    found = find(paths)
    run = _Run(models.absolute(), verify)
    run.files += [_refused(item.path, "unread", item.error) for item in found.refused]
    taken = set(_names_in(run.models))
    for folder, name in named_folders(found.folders):
        _import_folder(run, read_family(folder, taken), name)
    files = sorted(run.files, key=lambda file: file.path)
    return Report(tuple(files), tuple(run.written), found.skipped)


def _names_in(models: Path) -> Iterator[str]:
    """The names that specs of this project have already, as far as their text shows them: it is not run."""
    for file in models.glob("*/spec.py"):
        yield from (name.lower() for name in _NAME.findall(read_bounded(file, MAX_SPEC_BYTES).decode(errors="replace")))


def named_folders(folders: Sequence[ModelFolder]) -> list[tuple[ModelFolder, str]]:
    """Each folder with the name of its family: its own, with those above it in front until no two are the same."""
    depth = {folder.path: 2 if folder.path.name.lower() in FRAMEWORKS else 1 for folder in folders}

    def name(folder: ModelFolder) -> str:
        return plain_name("_".join(part for part in folder.path.parts[-depth[folder.path] :] if part != "/"))

    for _ in range(8):
        names = [name(folder).lower() for folder in folders]
        twice = [folder.path for folder in folders if names.count(name(folder).lower()) > 1]
        if not twice:
            break
        for path in twice:
            depth[path] += 1
    return [(folder, name(folder)) for folder in folders]


def _import_folder(run: _Run, family: Family, name: str) -> None:
    """Write one family's spec.py, load it, and say what became of its files."""
    run.files += [_refused(item.path, _kind(family, item.path), item.error) for item in family.refused]
    if not family.drafts:
        return
    target = run.models / name
    try:
        if target.exists():
            raise VcompError(
                f"{target} exists already", mend="move it away, or import into another folder: --models DIR"
            )
        model = _written(run.models, name, family.drafts)
    except VcompError as error:
        run.files += [_refused(file.path, file.kind.value, error) for _, file, _ in _sources(family.drafts)]
        return
    run.written.append(target / "spec.py")
    specs = {spec.name: spec for spec in model.specs}
    for draft, file, dtype in _sources(family.drafts):
        comparison = compare(specs[draft.spec.name], file, dtype) if run.verify else None
        findings = tuple(item for item in family.findings if item.path == file.path)
        status = "findings" if findings else "imported"
        run.files.append(Imported(file.path, file.kind.value, status, findings, draft.spec.name, comparison))


def _sources(drafts: Sequence[Draft]) -> Iterator[tuple[Draft, HandWritten, str | None]]:
    """Each file once, with the first spec that was made of it."""
    seen: set[Path] = set()
    for draft in drafts:
        for source in draft.sources:
            if source.file.path not in seen:
                seen.add(source.file.path)
                yield draft, source.file, source.dtype


def _written(models: Path, name: str, drafts: Sequence[Draft]) -> Model:
    """Write `models/<name>/spec.py` and load it; the folder appears whole, or not at all."""
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".import-") as temporary:
        made = Path(temporary) / name
        write_text(made / "spec.py", spec_text(name, drafts))
        model = load_model(made)
        made.rename(models / name)
    return Model(models / name, model.specs)


def _kind(family: Family, path: Path) -> str:
    return next((file.kind.value for file in family.folder.files if file.path == path), "unread")


def _refused(path: Path, kind: str, error: VcompError) -> Imported:
    """A refusal is a finding too: where it says a line, it stands there."""
    line = re.search(r":(\d+)$", error.where or "")
    mend = error.mend or (f"expected {error.expected}" if error.expected else "")
    finding = Finding("refused", Severity.ERROR, path, int(line[1]) if line else 1, error.what, mend)
    return Imported(path, kind, "refused", (finding,))
