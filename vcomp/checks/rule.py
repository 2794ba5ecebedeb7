"""What every rule is: an id, a severity, an explanation, and a look at one kind of subject."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.source import Place

Subject = TypeVar("Subject")


class Rule(ABC, Generic[Subject]):
    """One fault. The docstring of a child is its entry in the catalogue: first the fault, then why it matters."""

    id: ClassVar[str]
    severity: ClassVar[Severity]
    looks_at: ClassVar[type]

    @abstractmethod
    def visit(self, subject: Subject) -> Iterator[Finding]:
        """The rule's findings in one subject."""

    def finding(self, at: Place, says: str, mend: str, *, fix: str | None = None) -> Finding:
        """A finding at a place; `fix` is what `--fix` writes there instead of the value."""
        edit = None if fix is None else at.edit(fix)
        return Finding(type(self).id, type(self).severity, at.path, at.line, says, mend, edit)

    @classmethod
    def explanation(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def title(cls) -> str:
        return cls.explanation().splitlines()[0]
