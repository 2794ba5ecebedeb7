"""What a spec's types cannot hold of a compile file: kept in `extra` as it stands, and told."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vcomp.errors import VcompError, nearest, shown
from vcomp.importing.comparison import MISSING, Difference, Normalisation
from vcomp.importing.compile_file import CompileFile
from vcomp.importing.compile_roundtrip import compare_compile
from vcomp.importing.finding import Severity
from vcomp.render.documents import compile_document
from vcomp.spec import CompileOptions, DynamicOptions, Fp16, HuggingFace, Int8, ModelSpec

Extras = dict[str, Any]
# What is read in one way where another is possible.
TOLD = {
    Normalisation.NONE_WORD: Severity.ERROR,
    Normalisation.NULL_FLAG: Severity.ERROR,
    Normalisation.SWAP_WORD: Severity.QUESTION,
    Normalisation.SQUARE: Severity.QUESTION,
}
_DEPTH = 3  # of the keys that are told one by one
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_OF_THE_OLD_FORMAT = {"save_log", "enable_ir", "work_dir"}

# Keys by their section, for the wording of a finding alone.
KNOWN: Mapping[tuple[str, ...], set[str]] = {
    (): {"name", "frontend", "backend", "graph", "dataset", "workspace"},
    ("frontend",): {"checkpoint", "type", "dtype", "shape", "model_kwargs", "quantize"},
    ("frontend", "model_kwargs"): set(HuggingFace.model_fields) - {"type", "path", "quantize"},
    ("frontend", "quantize"): {"type", "device", "calib_args"},
    ("graph",): {"extra_ops"},
    ("graph", "extra_ops"): {"type", "params"},
    ("backend",): {"type", "dtype", "merge_params", "remove_params", "dynamic_params", "compile", "quantize"},
    ("backend", "dynamic_params"): set(DynamicOptions.model_fields),
    ("backend", "compile"): set(CompileOptions.model_fields) - {"merge_params", "remove_params", "dynamic"},
    ("backend", "quantize"): {
        *(set(Int8.model_fields) - {"dtype", "artifact", "extra", "calibrate", "per_channel"}),
        *("calibrate_mode", "quantize_per_channel"),
    },
    ("dataset",): {"type", "path", "sampler", "process_ops", "name", "nsamples", "seqlen"},
    ("dataset", "sampler"): {"suffix", "get_data_num"},
    ("workspace",): {"path", "workers", "env_recheck", "pyenv"},
    ("workspace", "pyenv"): {"transformers", "huggingface-hub"},
}


def with_extra(spec: ModelSpec, file: CompileFile) -> ModelSpec:
    """The spec of one target, with all that its rendered file would lack; each such key is a finding of the file."""
    (target,) = spec.targets
    document = file.source.document.data
    comparison = compare_compile(document, compile_document(spec, target))
    for at, what in comparison.applied:
        if what in TOLD:
            file.find("read-as", TOLD[what], at, f"{'.'.join(map(str, at))}: {what.value}")
    below, root = dict(target.extra), dict(spec.extra)
    for item in _leaves(comparison.differences):
        keys = _as_far_as_words(item.at)
        if not keys:
            says, where = f"the key {shown(item.at[0])} is no word", file.source.document.where(str(item.at[0]))
            raise VcompError(says, where=where, expected="a word, such as `backend`")
        value = document
        for key in keys:
            value = value[key]
        _tell(file, keys, value, target)
        if keys[0] == "backend" and (len(keys) == 2 or (len(keys) == 3 and keys[1] in ("compile", "quantize"))):
            below[".".join(keys[1:])] = value
        else:
            root[".".join(keys)] = value
    if (below, root) == (target.extra, spec.extra):
        return spec
    return spec.variant(targets=[type(target)(**{**_said(target), "extra": below})], extra=root)


def _said(target: Fp16 | Int8) -> dict[str, Any]:
    return {name: getattr(target, name) for name in type(target).model_fields}


def _leaves(found: tuple[Difference, ...]) -> Iterator[Difference]:
    """What the original has and the other has not: key by key, as far as keys are words."""
    for item in found:
        inner = item.original
        named = isinstance(inner, dict) and all(isinstance(key, str) and _WORD.fullmatch(key) for key in inner)
        if item.rendered is MISSING and named and len(item.at) < _DEPTH:
            yield from _leaves(tuple(Difference((*item.at, key), value, MISSING) for key, value in inner.items()))
        elif inner is not MISSING:
            yield item


def _as_far_as_words(at: tuple[str | int, ...]) -> tuple[str, ...]:
    """The beginning of a place that dotted keys can name; at least its section."""
    keys: list[str] = []
    for key in at:
        if not isinstance(key, str) or not _WORD.fullmatch(key):
            break
        keys.append(key)
    if keys[:1] == ["backend"] and keys[1:2] not in (["compile"], ["quantize"]):
        keys = keys[:2]
    return tuple(keys[:3]) if keys[:1] == ["backend"] else tuple(keys)


def _tell(file: CompileFile, keys: tuple[str, ...], value: Any, target: Fp16 | Int8) -> None:
    name, known = keys[-1], KNOWN.get(keys[:-1], set())
    dotted = ".".join(keys)
    if keys[:2] == ("backend", "quantize") and isinstance(target, Fp16) and name in known:
        file.find("unused", Severity.QUESTION, keys, f"{dotted} is kept in extra: a build of fp16 does not use it")
    elif name in known:
        file.find("wrong-type", Severity.ERROR, keys, f"{dotted} is {shown(value)}: kept in extra as it stands")
    elif keys[:1] == ("workspace",) and name in _OF_THE_OLD_FORMAT:
        file.find("older-key", Severity.ERROR, keys, f"{dotted} is a key of the older format: kept in extra")
    else:
        close = nearest(name, known)
        mend = f"did you mean {close!r}?" if close else ""
        file.find("unknown-key", Severity.ERROR, keys, f"{dotted} is not known: kept in extra", mend)
