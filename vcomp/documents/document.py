"""What was read of a file: plain data, where its parts stand, and what is remarked beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A mapping that was read. `lines` has the line of each key and list item, `comments` each comment by its line."""

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, int]
    comments: Mapping[int, str] = field(default_factory=dict)

    def has(self, *keys: str | int) -> bool:
        return keys in self.lines

    def line(self, *keys: str | int) -> int | None:
        """The line of a key, or of the nearest one above it that the file has; None if it has none of them."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines[keys] if keys else None

    def where(self, *keys: str | int) -> str:
        """`file:line` of a key, or of the nearest one above it that the file has."""
        line = self.line(*keys)
        return str(self.path) if line is None else f"{self.path}:{line}"
