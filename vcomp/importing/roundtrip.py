"""A file against what its spec renders: the text is laid out, read back, and compared."""

import json
from typing import Any

import yaml

from vcomp.importing.comparison import Comparison
from vcomp.importing.compile_roundtrip import compare_compile
from vcomp.importing.documents import HandWritten
from vcomp.importing.vdsp_roundtrip import compare_vdsp
from vcomp.render import layout
from vcomp.render.documents import compile_document, vdsp_document
from vcomp.render.render import compile_text, vdsp_text
from vcomp.spec import ModelSpec

_Loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def compare(spec: ModelSpec, file: HandWritten, dtype: str | None) -> Comparison:
    """The file that a spec came from, against the one that it renders: the compile YAML of a precision, or the JSON."""
    original = file.document.data
    if dtype is None:
        operator = vdsp_document(spec)
        text = "{}" if operator is None else vdsp_text(operator, layout.vdsp_params(spec))
        return compare_vdsp(original, json.loads(text))
    target = spec.target(dtype)
    if target is None:
        return compare_compile(original, {})
    text = compile_text(compile_document(spec, target), layout.compile_yaml(spec, target))
    return compare_compile(original, yaml.load(text, _Loader))  # noqa: S506 - a safe loader, by libyaml if there is one
