"""Values of a spec as Python, laid out as `ruff format` leaves it: on one line, or one item per line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vcomp.render.filters import to_python
from vcomp.spec import Part

WIDTH = 120
SHORTEST_RANGE = 5


@dataclass(frozen=True)
class Code:
    """A piece of Python that stands as it is, such as a name or an f-string."""

    text: str


@dataclass(frozen=True)
class Call:
    """A call with keyword arguments."""

    function: str
    arguments: Mapping[str, Any]


def lines(value: Any, indent: int = 0, before: str = "", after: str = "") -> list[str]:
    """The value between two pieces of text, at an indent, in as few lines as the width allows."""
    flat = " " * indent + before + inline(value) + after
    if len(flat) <= WIDTH and not _must_break(value):
        return [flat]
    opening, items, closing = _pieces(value)
    if not items:
        return [flat]
    laid = [" " * indent + before + opening]
    for label, item in items:
        laid += lines(item, indent + 4, label, ",")
    return [*laid, " " * indent + closing + after]


def _must_break(value: Any) -> bool:
    """Lists of parts read better one below the other, even if they fit into a line."""
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 2 and _holds_parts(value)


def _holds_parts(value: Iterable[Any]) -> bool:
    return any(isinstance(item, (Part, Call)) for item in value)


def _pieces(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """The brackets of a value, and what stands between them, each with what precedes it."""
    match value:
        case Part():
            return f"{type(value).__name__}(", _arguments(said(value)), ")"
        case Call(function=function, arguments=arguments):
            return f"{function}(", _arguments(arguments), ")"
        case Mapping():
            return "{", [(f"{inline(key)}: ", item) for key, item in value.items()], "}"
        case str() | Code():
            return "", [], ""
        case tuple() if not _holds_parts(value):
            return "(", [("", item) for item in _ranges(value)], ")"
        case Sequence():
            return "[", [("", item) for item in value], "]"
        case _:
            return "", [], ""


def _ranges(values: tuple[Any, ...]) -> list[Any]:
    """Runs of many integers, each one more than the last, as ranges."""
    items: list[Any] = []
    start = 0
    for end in range(1, len(values) + 1):
        run = values[start:end]
        if end < len(values) and type(values[end]) is int and type(run[-1]) is int and values[end] == run[-1] + 1:
            continue
        items += [_range(run[0], run[-1] + 1)] if len(run) >= SHORTEST_RANGE else run
        start = end
    return items


def _range(first: int, end: int) -> Code:
    return Code(f"*range({first}, {end})" if first else f"*range({end})")


def _arguments(arguments: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(f"{name}=", item) for name, item in arguments.items()]


def inline(value: Any) -> str:
    """The value on one line."""
    match value:
        case Code(text=text):
            return text
        case Enum():
            return inline(value.value)
        case str():
            return _quoted(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case bool() | int() | float() | None:
            return repr(value)
        case _:
            opening, items, closing = _pieces(value)
            single = isinstance(value, tuple) and len(items) == 1 and opening == "("
            return opening + ", ".join(label + inline(item) for label, item in items) + "," * single + closing


def _quoted(text: str) -> str:
    """A string in double quotes, or in single ones where that saves escapes."""
    literal = to_python(text)
    if text.count('"') <= text.count("'"):
        return literal
    inner = literal[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def said(part: Part) -> dict[str, Any]:
    """The fields of a part that are not at their defaults."""
    fields = type(part).model_fields
    return {
        name: getattr(part, name)
        for name, field in fields.items()
        if field.is_required() or getattr(part, name) != field.get_default(call_default_factory=True)
    }


def parts_in(value: Any) -> set[str]:
    """The names of all classes of parts that a value's text uses."""
    if isinstance(value, Part):
        return {type(value).__name__} | parts_in(list(said(value).values()))
    if isinstance(value, Call):
        return parts_in(list(value.arguments.values()))
    if isinstance(value, Mapping):
        return parts_in(list(value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return set().union(*map(parts_in, value))
    return set()
