"""What a rule has to say about one place in a file."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Severity(str, Enum):
    """How sure it is that something is wrong.

    An error contradicts itself or another file, whatever the vendor's tools make of it. A warning is likely wrong. A
    question depends on what only the tools, or the author, know.
    """

    ERROR = "error"
    WARNING = "warning"
    QUESTION = "question"


@dataclass(frozen=True)
class Edit:
    """The one value of a line that mends a finding: characters `start` to `end` of it become `new`."""

    line: int
    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Finding:
    """One fault at one place: what disagrees, how to mend it, and the edit that does so where that is safe."""

    rule: str
    severity: Severity
    path: Path
    line: int
    message: str
    mend: str
    edit: Edit | None = None
