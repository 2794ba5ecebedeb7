"""What the importer has to say about one place in a file."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Severity(str, Enum):
    """How sure it is that something is wrong: an error contradicts itself, a question only its author can answer."""

    ERROR = "error"
    WARNING = "warning"
    QUESTION = "question"


@dataclass(frozen=True)
class Finding:
    """One remark: where, what, and what to do about it."""

    rule: str
    severity: Severity
    path: Path
    line: int
    message: str
    mend: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "path": str(self.path),
            "line": self.line,
            "message": self.message,
            "mend": self.mend,
        }
