"""Reading JSON: bounded, each key once, finite numbers, with the line of every key."""

import json
import math
import re
from pathlib import Path
from typing import Any

from vcomp.documents.document import Document, KeyPath
from vcomp.documents.text import MAX_DEPTH, read_text
from vcomp.errors import VcompError

MAX_JSON_BYTES = 1 << 20
_PART = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:\n]|[^\s"\[\]{},:]+', re.DOTALL)


def read_json(path: Path, limit: int = MAX_JSON_BYTES) -> Document:
    """The object in a JSON file; VcompError if there is none, or the file is not safe to read."""
    text = read_text(path, limit, "a JSON file")
    lines = _Lines(path).of(text)
    try:
        data = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode()  # half a character, escaped, is no text
    except json.JSONDecodeError as error:
        raise VcompError(f"not JSON: {error.msg}", where=f"{path}:{error.lineno}") from None
    except (ValueError, RecursionError) as error:
        raise VcompError(f"not JSON: {error}", where=str(path)) from None
    if not isinstance(data, dict):
        raise VcompError("is not an object", where=str(path), expected='{"key": value, …}')
    return Document(path, data, lines)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word[:40]} is no finite number")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


class _Lines:
    """Finds the line of each key and list item, as far as a text is JSON; refuses keys that repeat, and depth."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[KeyPath, int] = {}
        self.line = 1
        self.place: list[str | int] = []  # the last key of each open object, the index in each open list
        self.word = ""  # the last text: a key, if a colon follows

    def of(self, text: str) -> dict[KeyPath, int]:
        for match in _PART.finditer(text):
            part = match[0]
            if part == "\n":
                self.line += 1
            elif part == ":":
                self._key()
            elif part == ",":
                if self.place and isinstance(self.place[-1], int):
                    self.place[-1] += 1
            elif part in "]}":
                self.place = self.place[:-1]
            else:
                self._value(part)
        return self.lines

    def _key(self) -> None:
        keys = (*self.place[:-1], self.word)
        if keys in self.lines:
            once = f"once: line {self.lines[keys]} has it"
            raise self._fault(f"{self.word!r} stands twice", once, "remove one")
        self.lines[keys] = self.line
        if self.place:
            self.place[-1] = self.word

    def _value(self, part: str) -> None:
        if self.place and isinstance(self.place[-1], int):
            self.lines.setdefault(tuple(self.place), self.line)
        if part in "[{":
            if len(self.place) >= MAX_DEPTH:
                raise self._fault("is nested too deeply", f"at most {MAX_DEPTH} levels")
            self.place.append(0 if part == "[" else "")
        elif part.startswith('"'):
            self.word = _unquoted(part)
            self.line += part.count("\n")

    def _fault(self, says: str, expected: str, mend: str | None = None) -> VcompError:
        return VcompError(says, where=f"{self.path}:{self.line}", expected=expected, mend=mend)


def _unquoted(part: str) -> str:
    try:
        return str(json.loads(part))
    except ValueError:
        return part
