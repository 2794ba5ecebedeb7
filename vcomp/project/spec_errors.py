"""A pydantic error of a spec, told as: file and line, what is wrong, what was expected, how to mend it."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vcomp import spec as vocabulary
from vcomp.errors import VcompError, nearest, shown

Location = Sequence[str | int]


def explain(error: ValidationError, path: Path) -> VcompError:
    """All faults of one failed constructor, in `path` or a file beside it, as one VcompError, each with its line."""
    file, line = frame_of(error, path)
    source = file.read_text(encoding="utf-8")
    call = _call(ast.parse(source), error.title, line)
    told = [
        _told(file, source, call or line, location, says, expected, mend)
        for location, says, expected, mend in _faults(error)
    ]
    first, rest = told[0], told[1:]
    if not rest:
        return first
    return VcompError("\n".join(str(item) for item in told))


def frame_of(error: BaseException, path: Path) -> tuple[Path, int]:
    """The file and line, in the folder of `path`, from which the exception came; line 1 of `path` if none did."""
    found, trace = (path, 1), error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(path.parent):
            found = (file, trace.tb_lineno)
        trace = trace.tb_next
    return found


def _told(
    path: Path, source: str, call: ast.Call | int, location: Location, says: str, expected: str | None, mend: str | None
) -> VcompError:
    """One fault; `call` is the constructor in the source, or the line that is all that is known of it."""
    node = None if isinstance(call, int) else _descend(call, location)
    line = call if isinstance(call, int) else getattr(node, "lineno", call.lineno)
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
    owner, known = (title, _fields(title)) if len(item["loc"]) == 1 else ("it", [])  # a dict may stand for a part
    if item["type"] == "extra_forbidden":
        close = nearest(field, known)
        return (
            f"{owner} has no field {field!r}",
            f"one of {', '.join(known)}" if known else None,
            f"did you mean {close!r}?" if close else "vendor options go into extra={…} of a target",
        )
    if item["type"] == "missing":
        return f"{owner} lacks {field!r}", None, f"add {field}=…"
    if item["type"] in ("enum", "literal_error"):
        expected = str(context.get("expected", ""))
        close = nearest(str(given), [word.strip(" '") for word in expected.replace(" or ", ",").split(",")])
        return f"{shown(given)} is not known", expected, f"did you mean {close!r}?" if close else None
    if item["type"] == "string_pattern_mismatch":
        return f"{shown(given)} is not allowed", f"text that matches {context.get('pattern')}", None
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{shown(given)} is not allowed" if item["loc"] else message, message if item["loc"] else None, None


def _fields(title: str) -> list[str]:
    kind = getattr(vocabulary, title, None)
    return list(kind.model_fields) if kind is not None else []


def _call(tree: ast.AST, title: str, line: int) -> ast.Call | None:
    """The call in the source that raised: the innermost one of this class around the line."""
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", None)) in (title, "variant")
        and node.lineno <= line <= (node.end_lineno or node.lineno)
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
