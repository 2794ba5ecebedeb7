"""Files that cannot be read, or only by programs of the past."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vcomp.checks.compile_file import CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.keyed import KeyedFile
from vcomp.checks.rule import Rule
from vcomp.checks.source import Place, Source
from vcomp.documents import MAX_BYTES
from vcomp.errors import VcompError

_MOST_READ = 1 << 16
_OURS = (b"OpType", b"vdsp_op_type", b"frontend:", b"backend:", b"process_ops:")


@dataclass(frozen=True)
class Unread:
    """A file or folder that could not be read, and why; `expected` if it is plainly one that should be."""

    path: Path
    error: VcompError
    expected: bool


class Unreadable(Rule[Unread]):
    """A file that is no YAML or JSON, is cut short, says one key twice, or cannot be opened."""

    id = "VC001"
    severity = Severity.ERROR
    looks_at = Unread

    def visit(self, subject: Unread) -> Iterator[Finding]:
        if subject.expected:
            yield _unread(self, subject)


class PassedOver(Rule[Unread]):
    """A YAML or JSON that cannot be read, and that nothing shows to be one of the vendor's: it was not checked."""

    id = "VC003"
    severity = Severity.QUESTION
    looks_at = Unread

    def visit(self, subject: Unread) -> Iterator[Finding]:
        if not subject.expected:
            yield _unread(self, subject)


class OlderFormat(Rule[KeyedFile]):
    """A file in the format that the vendor's programs had until 2025, which the present ones do not read."""

    id = "VC002"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        if not subject.is_legacy:
            return
        if isinstance(subject, CompileFile):
            says, mend = (
                "the older format of `vamc build`, with a section `engine`",
                "write frontend and backend instead",
            )
        else:
            says, mend = f"the {subject.file.kind.value}", 'write {"OpType": …, "OpConfig": {…}}'
        yield self.finding(Place(subject.source), says, f"{mend}; `vcomp import` does it")


def is_large(path: Path) -> bool:
    """Whether a file is longer than any of the vendor's."""
    try:
        return path.is_file() and path.stat().st_size > MAX_BYTES
    except OSError:
        return False


def looks_ours(path: Path) -> bool:
    """Whether a file that could not be parsed was meant to be a compile YAML or a vdsp_params JSON."""
    try:
        with path.open("rb") as file:
            start = file.read(_MOST_READ)
    except (OSError, ValueError):
        return True  # what cannot even be opened may be anything
    return b"vdsp" in path.name.encode(errors="replace") or any(word in start for word in _OURS)


def _unread(rule: Rule[Unread], unread: Unread) -> Finding:
    error = unread.error
    _, _, line = (error.where or "").rpartition(":")
    says = error.what + (f"; expected {error.expected}" if error.expected else "")
    place = Place(Source(unread.path), int(line) if line.isdecimal() else 1)
    return rule.finding(place, says, error.mend or "mend the file, or leave it out")
