"""The format that compile files had until 2025, written in the words of the present one.

Its sections are `model` and `engine`, where now there are `frontend`, `backend` and `graph`. Only keys move: what they
hold, and which of them are known, is judged afterwards, by the lines of the file as it stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vcomp.documents import Document, KeyPath
from vcomp.errors import VcompError, shown

_MOVED: dict[KeyPath, KeyPath] = {
    ("model", "name"): ("name",),
    ("model", "inputs"): ("frontend", "shape"),
    ("model",): ("frontend",),
    ("engine", "common"): ("backend", "compile"),
    ("engine", "calibration", "quant_mode"): ("backend", "quantize", "calibrate_mode"),
    ("engine", "calibration", "per_channel"): ("backend", "quantize", "quantize_per_channel"),
    ("engine", "calibration"): ("backend", "quantize"),
    ("engine", "add_extra_ops_to_graph"): ("graph", "extra_ops"),
    ("engine",): ("backend",),
    ("dataset", "transform_ops"): ("dataset", "process_ops"),
    ("workspace", "work_dir"): ("workspace", "path"),
}
_DTYPE: KeyPath = ("engine", "dtype")
_QUANTIZES: KeyPath = ("engine", "calibration", "do_quantization")
_EXTRA_OP: KeyPath = ("engine", "add_extra_ops_to_graph", "type")


def is_legacy(document: Document) -> bool:
    return "engine" in document.data or isinstance(document.data.get("model"), Mapping)


def modernised(document: Document) -> Document:
    """The document in the present format; VcompError if it says one thing in both, or two things about its dtype."""
    values = dict(_values(document.data))
    if _QUANTIZES in values:
        dtype = "int8" if values.pop(_QUANTIZES) else "fp16"
        if values.setdefault(_DTYPE, dtype) != dtype:
            raise VcompError(
                f"engine.calibration.do_quantization asks for {dtype}, engine.dtype for {shown(values[_DTYPE])}",
                where=document.where(*_QUANTIZES),
                expected="the same of both",
            )
    if values.get(_EXTRA_OP) == "softmax_target":
        values[_EXTRA_OP] = "softmax"
    data: dict[Any, Any] = {}
    for keys, value in values.items():
        _place(document, data, keys, value)
    return replace(document, data=data, lines={_moved(keys): line for keys, line in document.lines.items()})


def _values(mapping: Mapping[Any, Any], above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """All that is no mapping, or an empty one, with the keys that lead there."""
    for key, value in mapping.items():
        if isinstance(value, Mapping) and value:
            yield from _values(value, (*above, key))
        else:
            yield (*above, key), value


def _moved(keys: KeyPath) -> KeyPath:
    """Where these keys stand now, by the longest of their beginnings that has moved."""
    for length in range(len(keys), 0, -1):
        if keys[:length] in _MOVED:
            return (*_MOVED[keys[:length]], *keys[length:])
    return keys


def _place(document: Document, data: dict[Any, Any], keys: KeyPath, value: Any) -> None:
    *above, last = _moved(keys)
    for key in above:
        data = data.setdefault(key, {})
        if not isinstance(data, dict):
            break
    if not isinstance(data, dict) or last in data:
        raise VcompError(
            f"{'.'.join(map(str, keys))} says again what another key of the file says",
            where=document.where(*keys),
            expected="one format: `model` and `engine`, or `frontend` and `backend`",
        )
    data[last] = value
