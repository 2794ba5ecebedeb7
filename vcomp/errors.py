"""The one exception that stands for a mistake of the user's, with its cure."""

import difflib
from collections.abc import Iterable


class VcompError(Exception):
    """Something the user can mend. Its text says what, where, what was expected, and how to mend it."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        quote: str | None = None,
        expected: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.what = what
        self.where = where
        self.quote = quote
        self.expected = expected
        self.mend = mend
        super().__init__(self.text())

    def text(self) -> str:
        lines = [f"{self.where}  {self.what}" if self.where else self.what]
        if self.quote:
            lines.append(f"    {self.quote}")
        if self.expected:
            lines.append(f"    expected {self.expected}")
        if self.mend:
            lines.append(f"    {self.mend}")
        return "\n".join(lines)


def first_line(error: BaseException) -> str:
    """The first line that says something of another library's exception, or its kind if there is none."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def shown(value: object) -> str:
    """A value as Python writes it, cut where it would fill the screen."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, if any is close."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def unknown(kind: str, word: str, known: Iterable[str], *, where: str | None = None) -> VcompError:
    """The error for a word that is none of the known ones: lists them, and names the nearest."""
    known = list(known)
    close = nearest(word, known)
    return VcompError(
        f"unknown {kind} {word!r}",
        where=where,
        expected=f"one of {', '.join(known)}" if known else f"a {kind}; there is none yet",
        mend=f"did you mean {close!r}?" if close else None,
    )
