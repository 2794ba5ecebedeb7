"""How a value is made safe for its place in a rendered file: it can never become anything but that value."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

import yaml

_PLAIN = re.compile(r"^(?=.*[A-Za-z0-9])[A-Za-z_./][A-Za-z0-9_./+-]*$")


def to_yaml(value: Any) -> str:
    """A scalar or a list in YAML's one-line form; strings are quoted where they have to be."""
    if isinstance(value, Enum):
        return to_yaml(value.value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{to_yaml(key)}: {to_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(to_yaml(item) for item in value) + "]"
    return str(yaml.safe_dump(value, width=float("inf"))).removesuffix("\n").removesuffix("\n...")


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    if _PLAIN.match(value) and yaml.safe_load(value) == value:
        return value
    return str(yaml.safe_dump(value, default_style='"', allow_unicode=True, width=float("inf"))).strip()


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def to_python(value: str | float | int | bool) -> str:
    """A Python literal."""
    return f'"{_escaped(value)}"' if isinstance(value, str) else repr(value)


def to_docstring(text: str) -> str:
    """Text on one line that can stand between triple double quotes."""
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return "".join(
        f"\\{char}" if char in '\\"' else char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text
    )


def to_shell(word: str) -> str:
    """One word of a shell command, on one line."""
    if word.isprintable():
        return shlex.quote(word) if not re.fullmatch(r"[\w./:=,@%+\[\]-]+", word, re.ASCII) else word
    escaped = "".join(
        f"\\{char}"
        if char in "\\'"
        else char
        if char.isprintable()
        else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in word
    )
    return f"$'{escaped}'"


def to_markdown(text: Any) -> str:
    """Text on one line in which nothing is markup: for a heading, a sentence or a table's cell."""
    words = " ".join(str(text).split())
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", words)


def to_code(text: Any) -> str:
    """Inline code on one line; its fence is longer than any run of backticks inside."""
    words = " ".join(str(text).split())
    fence = "`" * (1 + max(map(len, re.findall(r"`+", words)), default=0))
    return f"{fence} {words} {fence}" if "`" in words else f"{fence}{words}{fence}"


FILTERS = {
    "yaml": to_yaml,
    "json": to_json,
    "python": to_python,
    "docstring": to_docstring,
    "shell": to_shell,
    "markdown": to_markdown,
    "code": to_code,
}
