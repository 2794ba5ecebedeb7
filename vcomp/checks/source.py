"""A file's text, and the places in it that findings point at."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vcomp.checks.finding import Edit

_BEFORE_KEY = r"""(?:^|[\s{,"'-])["']?"""
_VALUE = r"""["']?\s*:[ \t]*(?P<value>"[^"\\]*"|'[^'\\]*'|[^\s,\[\]{}#"'|>&*!]+)(?=\s*(?:[,}#]|$))"""

Spot = Callable[[str], "tuple[int, int] | None"]


@dataclass(frozen=True)
class Source:
    """One file, whose text is read when a finding wants to change it."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_bytes().decode("utf-8", "surrogateescape")  # what was read must be written again

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True)
class Place:
    """A line of a file; `spot` finds in the line what an edit would replace."""

    source: Source
    line: int = 1
    spot: Spot | None = None

    @property
    def path(self) -> Path:
        return self.source.path

    def edit(self, new: str) -> Edit | None:
        """The replacement of what stands at the spot; None where that is not plainly to be seen."""
        found = self.spot(self.source.line(self.line)) if self.spot else None
        return None if found is None else Edit(self.line, *found, new)


def value_of(key: str) -> Spot:
    """The scalar after `key:` in a line of YAML or JSON, if the key stands there once."""
    pattern = re.compile(_BEFORE_KEY + re.escape(key) + _VALUE)
    return lambda line: _only(pattern, line, "value")


def word(text: str) -> Spot:
    """A word of a line, if it stands there once."""
    pattern = re.compile(rf"(?<![\w.-])(?P<value>{re.escape(text)})(?![\w.-])")
    return lambda line: _only(pattern, line, "value")


def _only(pattern: re.Pattern[str], line: str, group: str) -> tuple[int, int] | None:
    found = list(pattern.finditer(line))
    return found[0].span(group) if len(found) == 1 else None
