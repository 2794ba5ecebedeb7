"""Writes down every call on a module: what went in, what came out, when, for how long. One JSON object a line.

A run on the emulator can so be compared with one on the card. This file needs Python 3.8 and nothing else: copied
beside a script on the card's machine, it is used by three lines at the script's top, before anything is taken from the
module by `from vaststreamx import …`:

    import recorder, vaststreamx
    recorder.create("card.jsonl")
    recorder.record(vaststreamx, "card.jsonl")

The lines of a trace, all times in microseconds since its making:
- the header: schema_version, kind, started, and the clock's reading then;
- one per process that records: the module, its file and version, the names recorded;
- one per call: its name, thread, process, start_us, duration_us, arguments, named (arguments given by name), and either
  returned, or raised (type and message). Of arrays, tensors and images only type, shape, dtype, format and size are
  kept; long lists and texts are cut.

Only the outermost call of a thread is written: not those that the module makes of itself, nor any from its own code.
Enumerations, exceptions and attributes are left alone.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import itertools
import json
import math
import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

SCHEMA_VERSION = 1
KIND = "trace of calls"
VARIABLE = "VCOMP_TRACE"
ENCODE = json.JSONEncoder(default=repr).encode
MOST_ITEMS, MOST_LEVELS, MOST_LETTERS = 32, 5, 300


def create(path: Any) -> None:
    """Make a new trace. FileExistsError if there is a file that holds something else than a trace."""
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    if target.exists() and not _may_go(target):
        raise FileExistsError(errno.EEXIST, "is there already, and is no trace", str(target))
    header = {
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "clock_ns": time.monotonic_ns(),
    }
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(header) + "\n")
        temporary.replace(target)
    finally:
        if temporary.exists():
            temporary.unlink()


def record(module: ModuleType, path: Any) -> None:
    """Write the calls on the module's public functions and classes to a trace, from now on. ValueError if it is none.

    Public is what `__all__` lists; without it, what has no underscore in front, and is the module's own.
    """
    header = _header(Path(path))
    if header is None or header.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"{path} is no trace of version {SCHEMA_VERSION}: make one with create()")
    trace = _Trace(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC), header["clock_ns"])
    public = _public(module)
    _Recorder(module, trace).wrap(public)
    trace.write(
        {
            "process": os.getpid(),
            "module": module.__name__,
            "file": getattr(module, "__file__", None),
            "version": getattr(module, "__version__", None),
            "python": platform.python_version(),
            "recorded": sorted(public),
        }
    )


def start_from_environment(name: str) -> None:
    """Record the module of this name if the environment names a trace; a line on stderr if that cannot be."""
    path = os.environ.get(VARIABLE)
    if path:
        try:
            record(sys.modules[name], path)
        except (OSError, ValueError) as error:
            sys.stderr.write(f"{name}: calls are not recorded: {error}\n")


def _may_go(file: Path) -> bool:
    return file.is_file() and (file.stat().st_size == 0 or _header(file) is not None)


def _header(file: Path) -> dict[str, Any] | None:
    """The first line of a trace; None if the file is none."""
    with file.open("rb") as opened:
        line = opened.readline(4096)
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        return None
    ours = isinstance(header, dict) and header.get("kind") == KIND and isinstance(header.get("clock_ns"), int)
    return header if ours else None


def _public(module: ModuleType) -> dict[str, Any]:
    """The functions and classes to record, by name."""
    listed = getattr(module, "__all__", None)
    own = _package(module).lstrip("_")  # what is written in C often lies in a module of that name with an underscore
    found = {}
    for name in list(vars(module)) if listed is None else listed:
        value = getattr(module, name, None)
        foreign = listed is None and (name.startswith("_") or _package(value).lstrip("_") != own)
        if not foreign and _is_recordable(value):
            found[name] = value
    return found


def _is_recordable(value: Any) -> bool:
    if isinstance(value, type):
        return not issubclass(value, BaseException) and not hasattr(value, "__members__")
    return callable(value) and hasattr(value, "__name__")


def _package(value: Any) -> str:
    """The top-level package of a module, or of what is defined in it."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return str(name or "").partition(".")[0]


def _package_of_code(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


class _Trace:
    """Appends whole lines, each by one system call: threads and processes need no lock."""

    def __init__(self, file: int, clock_ns: int) -> None:
        self._file = file
        self._clock_ns = clock_ns
        self._failed = False

    def since_start_us(self, clock_ns: int) -> float:
        return (clock_ns - self._clock_ns) / 1000

    def write(self, line: dict[str, Any]) -> None:
        """Never raises: what cannot be written ends the trace, and is said once."""
        if self._failed:
            return
        content = (ENCODE(line) + "\n").encode()
        try:
            if os.write(self._file, content) < len(content):
                raise OSError("the last line is cut short")
        except OSError as error:
            self._failed = True
            sys.stderr.write(f"calls are not recorded any more: {error}\n")


class _Recorder:
    """Puts a recording function in the place of each function and method."""

    def __init__(self, module: ModuleType, trace: _Trace) -> None:
        self._module = module
        self._trace = trace
        self._thread = threading.local()  # .inside: whether a call is under way
        self._classes: dict[type, str] = {}
        self._packages = {_package(module)}

    def wrap(self, public: dict[str, Any]) -> None:
        self._packages |= {_package(value) for value in public.values()}
        self._classes = {value: name for name, value in public.items() if isinstance(value, type)}
        for name, value in public.items():
            if isinstance(value, type):
                continue
            recorded = self._recorded(value, name)
            recorded.__module__ = self._module.__name__  # where pickle finds it
            setattr(self._module, name, recorded)
        for kind in {base for known in self._classes for base in known.__mro__ if _package(base) in self._packages}:
            for name, member in list(vars(kind).items()):
                if name == "__init__" or not name.startswith("_"):
                    self._wrap_member(kind, name, member)

    def _wrap_member(self, kind: type, name: str, member: Any) -> None:
        """Classes stay the same objects: isinstance, and what was imported from elsewhere, go on as before."""
        if isinstance(member, staticmethod):
            recorded: Any = staticmethod(
                self._recorded(member.__func__, f"{self._classes.get(kind, kind.__name__)}.{name}")
            )
        elif isinstance(member, classmethod):
            recorded = classmethod(self._recorded(member.__func__, name, method=True))
        elif callable(member) and hasattr(member, "__get__") and not isinstance(member, type):
            recorded = self._recorded(member, name, method=True)
        else:
            return
        with contextlib.suppress(TypeError):  # some classes that are written in C cannot be changed
            setattr(kind, name, recorded)

    def _recorded(self, function: Callable[..., Any], name: str, method: bool = False) -> Callable[..., Any]:
        thread, packages = self._thread, self._packages

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            caller = sys._getframe().f_back
            if getattr(thread, "inside", False) or (caller and _package_of_code(caller) in packages):
                return function(*args, **kwargs)
            thread.inside = True
            try:
                line = self._begun(name, args, kwargs, method)
                start = time.monotonic_ns()
                try:
                    result = function(*args, **kwargs)
                except BaseException as error:
                    self._end(line, start, time.monotonic_ns(), raised=error)
                    raise
                self._end(line, start, time.monotonic_ns(), returned=result)
                return result
            finally:
                thread.inside = False

        return call

    def _begun(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], method: bool) -> dict[str, Any]:
        """What is known of a call before it is made: an argument may change in it."""
        if method and args:
            name = self._method_name(args[0], name)
            args = args[1:]
        return {
            "call": name,
            "thread": threading.get_native_id(),
            "process": os.getpid(),
            "arguments": [describe(value) for value in args],
            "named": {key: describe(value) for key, value in kwargs.items()},
        }

    def _end(self, line: dict[str, Any], start: int, end: int, **outcome: Any) -> None:
        line["start_us"] = self._trace.since_start_us(start)
        line["duration_us"] = (end - start) / 1000
        line.update((key, describe(value)) for key, value in outcome.items())
        self._trace.write(line)

    def _method_name(self, owner: Any, name: str) -> str:
        """`Class.method`, or `Class` for its making. A class that a script derived has the name of the public one."""
        kind = owner if isinstance(owner, type) else type(owner)
        known = next((self._classes[base] for base in kind.__mro__ if base in self._classes), kind.__name__)
        return known if name == "__init__" else f"{known}.{name}"


def describe(value: Any, levels: int = MOST_LEVELS) -> Any:
    """A value as a small piece of JSON; its type alone if it cannot be told."""
    kind = type(value)
    try:
        if value is None or kind is bool:
            return value
        if hasattr(kind, "__members__"):
            return f"{kind.__name__}.{value.name}"
        if isinstance(value, (int, float)):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, (str, os.PathLike)):
            return os.fspath(value)[:MOST_LETTERS]
        if isinstance(value, (bytes, bytearray)):
            return {"type": kind.__name__, "bytes": len(value)}
        if isinstance(value, BaseException):
            return {"type": kind.__name__, "message": str(value)[:MOST_LETTERS]}
        if isinstance(value, (list, tuple, dict)):
            return _of_container(value, levels - 1) if levels else {"type": kind.__name__, "length": len(value)}
        return _of_object(value)
    except Exception:
        return {"type": kind.__name__}


@functools.lru_cache(maxsize=256, typed=True)
def _word(value: Any) -> str:
    """The text of a dtype or a format: numpy takes its time to make it."""
    return str(value)


def _of_container(value: Any, levels: int) -> Any:
    """The first items of a list, a tuple or a dict, and how many more there are."""
    more = len(value) - MOST_ITEMS
    if isinstance(value, dict):
        told = {str(key): describe(item, levels) for key, item in itertools.islice(value.items(), MOST_ITEMS)}
        return {**told, "…": {"more": more}} if more > 0 else told
    listed = [describe(item, levels) for item in value[:MOST_ITEMS]]
    return [*listed, {"more": more}] if more > 0 else listed


def _of_object(value: Any) -> Any:
    """Type, shape, and what else arrays, tensors and images have of their own; one of numpy's numbers as a number."""
    kind = type(value)
    shape = getattr(value, "shape", None)
    if shape == () and hasattr(value, "item") and not hasattr(kind, "__setitem__"):
        return describe(value.item())
    told: dict[str, Any] = {"type": kind.__name__}
    if shape is not None and not callable(shape):
        told["shape"] = [int(side) for side in shape]
    for name in ("dtype", "format", "width", "height"):
        attribute = getattr(value, name, None)
        if attribute is not None and not callable(attribute):
            told[name] = attribute if type(attribute) is int else _word(attribute)
    return told
