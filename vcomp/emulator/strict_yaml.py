"""Reading YAML that somebody else wrote: bounded, plain data only, each key once, with the line of every key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from vcomp.errors import VcompError
from vcomp.files import read_bounded

MAX_YAML_BYTES = 1 << 20

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A mapping that was read, and where in the file its parts stand."""

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def has(self, *keys: str | int) -> bool:
        return keys in self.lines

    def where(self, *keys: str | int) -> str:
        """`file:line` of a key, or of the nearest one above it that the file has."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.path}:{self.lines[keys]}" if keys else str(self.path)


def read_yaml(path: Path) -> Document:
    """The mapping in a YAML file; VcompError if there is none, or the file is not safe to read."""
    try:
        text = read_bounded(path, MAX_YAML_BYTES).decode()
    except OSError as error:
        raise VcompError(f"cannot be read: {error.strerror}", where=str(path), expected="a YAML file") from error
    except UnicodeDecodeError as error:
        raise VcompError("is not text in UTF-8", where=str(path), expected="a YAML file") from error
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        lines = _lines(path, node)
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise VcompError(f"not YAML: {error.problem}", where=where) from error
    except (yaml.YAMLError, ValueError) as error:
        raise VcompError(f"not YAML: {error}", where=str(path)) from error
    except RecursionError:
        raise VcompError("is nested too deeply", where=str(path)) from None
    if not isinstance(data, dict):
        raise VcompError("is not a mapping", where=str(path), expected="`key: value` lines")
    return Document(path, data, lines)


def _lines(path: Path, root: yaml.Node | None) -> dict[KeyPath, int]:
    """The line of each key; refuses keys that repeat, are not words, or whose value is an alias of another."""
    lines: dict[KeyPath, int] = {}
    seen: set[int] = set()

    def visit(node: yaml.Node, keys: KeyPath) -> None:
        line = node.start_mark.line + 1
        if id(node) in seen:
            raise VcompError(
                "holds a YAML alias", where=f"{path}:{line}", expected="plain values", mend="write the value out"
            )
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                place = (*keys, index)
                lines[place] = item.start_mark.line + 1
                visit(item, place)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                _note_key(path, lines, keys, key)
                visit(value, (*keys, key.value))

    if root:
        visit(root, ())
    return lines


def _note_key(path: Path, lines: dict[KeyPath, int], above: KeyPath, key: yaml.Node) -> None:
    where = f"{path}:{key.start_mark.line + 1}"
    if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
        raise VcompError("a key is not a word", where=where, expected="`key: value`")
    keys = (*above, key.value)
    if keys in lines:
        raise VcompError(
            f"{key.value!r} stands twice", where=where, expected=f"once: line {lines[keys]} has it", mend="remove one"
        )
    lines[keys] = key.start_mark.line + 1
