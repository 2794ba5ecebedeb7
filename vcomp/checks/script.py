"""One Python script: whether it parses, and the options that it takes. It is never run."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vcomp.checks.source import Place, Source
from vcomp.checks.tree import Family


@dataclass(frozen=True)
class Option:
    """One call of add_argument: the option's names, its default if that is a text, and the line of it."""

    names: tuple[str, ...]
    default: str | None
    line: int


@dataclass(frozen=True, eq=False)
class Script:
    """A Python file; `family` are the files of the model that it is for, if there are any."""

    source: Source
    text: str
    family: Family | None

    @property
    def path(self) -> Path:
        return self.source.path

    def at(self, line: int) -> Place:
        return Place(self.source, line)

    @cached_property
    def parsed(self) -> ast.Module | SyntaxError:
        """The syntax tree, or why there is none."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                return ast.parse(self.text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or "is nested too deeply")

    @cached_property
    def options(self) -> list[Option] | None:
        """The options of its argument parser; None if it has none, or not all are plain to be seen."""
        if isinstance(self.parsed, SyntaxError):
            return None
        calls = [node for node in ast.walk(self.parsed) if isinstance(node, ast.Call)]
        options = [_option(call) for call in calls if _called(call) == "add_argument"]
        others = {"parse_known_args", "add_subparsers", "set_defaults"} & {_called(call) for call in calls}
        inherits = any(keyword.arg == "parents" for call in calls for keyword in call.keywords)
        if not options or others or inherits or not all(option.names for option in options):
            return None
        return options

    def defaults(self) -> Iterator[Option]:
        """The options that have a text as their default."""
        yield from (option for option in self.options or () if option.default)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _option(call: ast.Call) -> Option:
    values = [item.value if isinstance(item, ast.Constant) else None for item in call.args]
    names = tuple(value for value in values if isinstance(value, str)) if None not in values else ()
    default = next((item.value for item in call.keywords if item.arg == "default"), None)
    text = default.value if isinstance(default, ast.Constant) and isinstance(default.value, str) else None
    return Option(names, text, default.lineno if default is not None else call.lineno)
