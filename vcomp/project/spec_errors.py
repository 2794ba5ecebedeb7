"""A pydantic error of a spec, told as: file and line, what is wrong, what was expected, how to mend it."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vcomp import spec as vocabulary
from vcomp.errors import VcompError, nearest

Location = Sequence[str | int]


def explain(error: ValidationError, path: Path) -> VcompError:
    """All faults of one failed constructor as one VcompError, each with its own line."""
    source = path.read_text()
    tree = ast.parse(source)
    call = _call(tree, error, path)
    told = [
        _told(path, source, call, location, says, expected, mend) for location, says, expected, mend in _faults(error)
    ]
    first, rest = told[0], told[1:]
    if not rest:
        return first
    return VcompError("\n".join(str(item) for item in told))


def _told(
    path: Path, source: str, call: ast.AST | None, location: Location, says: str, expected: str | None, mend: str | None
) -> VcompError:
    node = _descend(call, location) if call is not None else None
    line = getattr(node, "lineno", getattr(call, "lineno", 1))
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    return VcompError(
        f"{field}: {says}" if field else says,
        where=f"{path}:{line}",
        quote=source.splitlines()[line - 1].strip()[:120] if node is not None else None,
        expected=expected,
        mend=mend,
    )


def _faults(error: ValidationError) -> Iterator[tuple[Location, str, str | None, str | None]]:
    for item in error.errors():
        if item["type"] == "faults":
            for fault in item["ctx"]["faults"]:
                yield fault.at, fault.says, fault.expected, fault.mend
        else:
            yield (item["loc"], *_phrase(item, error.title))


def _phrase(item: ErrorDetails, title: str) -> tuple[str, str | None, str | None]:
    """What one pydantic error says, what was expected, and the mend."""
    field, given, context = str(item["loc"][-1]) if item["loc"] else "", item["input"], item.get("ctx", {})
    if item["type"] == "extra_forbidden":
        known = _fields(title)
        close = nearest(field, known)
        return (
            f"{title} has no field {field!r}",
            f"one of {', '.join(known)}",
            f"did you mean {close!r}?" if close else "vendor options go into extra={…} of a target",
        )
    if item["type"] == "missing":
        return f"{title} lacks {field!r}", None, f"add {field}=…"
    if item["type"] in ("enum", "literal_error"):
        expected = str(context.get("expected", ""))
        close = nearest(str(given), [word.strip(" '") for word in expected.replace(" or ", ",").split(",")])
        return f"{_shown(given)} is not known", expected, f"did you mean {close!r}?" if close else None
    if item["type"] == "string_pattern_mismatch":
        return f"{_shown(given)} is not allowed", f"text that matches {context.get('pattern')}", None
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{_shown(given)} is not allowed" if item["loc"] else message, message if item["loc"] else None, None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _fields(title: str) -> list[str]:
    kind = getattr(vocabulary, title, None)
    return list(kind.model_fields) if kind is not None else []


def _call(tree: ast.AST, error: ValidationError, path: Path) -> ast.Call | None:
    """The call in the source that raised: the innermost one of this class around a line of the traceback."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", None)) in (error.title, "variant")
        and any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines)
    ]
    return min(calls, key=lambda node: (node.end_lineno or 0) - node.lineno, default=None)


def _descend(node: ast.AST, location: Location) -> ast.AST | None:
    """The node of the deepest part of `location` that is written out in the source."""
    found: ast.AST | None = None
    for part in location:
        child = _child(node, part)
        if child is not None:
            node = found = child
        elif isinstance(part, str) and isinstance(node, ast.Call):
            break  # a field that is not written out, or the tag of a union
    return found


def _child(node: ast.AST, part: str | int) -> ast.AST | None:
    if isinstance(node, ast.Call):
        return next((keyword.value for keyword in node.keywords if keyword.arg == part), None)
    if isinstance(node, (ast.List, ast.Tuple)) and isinstance(part, int) and part < len(node.elts):
        return node.elts[part]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == part), None)
    return None
