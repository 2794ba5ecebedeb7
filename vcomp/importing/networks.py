"""The compile files of a folder as specs, each with the operator that feeds its network."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from vcomp.errors import VcompError
from vcomp.importing.compile_file import CompileFile
from vcomp.importing.documents import HandWritten
from vcomp.importing.drafts import Draft, Family, Source, attempt, plain_name
from vcomp.importing.finding import Finding, Severity
from vcomp.importing.leftovers import with_extra
from vcomp.importing.vdsp_file import Fed
from vcomp.render.documents import vdsp_document
from vcomp.spec import FusedOp, Int8, ModelSpec, Runtime

_DTYPE = re.compile(r"[-_](fp16|int8)$")
MERGED = {"name", "targets", "calibration", "preprocess", "runtime"}  # in which files of two precisions may differ


def read_network(family: Family, file: CompileFile, fed: tuple[HandWritten, Fed] | None) -> Draft | None:
    """A compile file, and the operator that goes with it, as a spec whose name is not yet sure to be its own."""
    stem = _DTYPE.sub("", file.artifact)
    (target,) = file.fields["targets"]
    name = plain_name(stem)
    if file.artifact != f"{name}_{file.dtype}":
        target = target.model_copy(update={"artifact": file.artifact})
    said = _DTYPE.search(file.artifact)
    if said and said[1] != file.dtype:
        name = plain_name(file.artifact)
        says = f"the name {file.artifact!r} says {said[1]}, backend.dtype says {file.dtype}"
        file.find("name-against-dtype", Severity.ERROR, ("name",), says, "correct one of the two")
    fields = {**file.fields, "targets": [target]}
    sources = [Source(file.source, file.dtype)]
    if fed is not None:
        fields |= {"preprocess": fed[1].preprocess, "runtime": fed[1].runtime}
        sources.append(Source(fed[0]))
    if fed is not None and not file.fields["preprocess"] and not _fits(fields, name):
        fields |= {"preprocess": (), "runtime": _with_steps(fed[1])}
        line, says = fed[0].document.line("OpType") or 1, "the operator's output is not what the network takes"
        family.findings.append(Finding("fed-otherwise", Severity.WARNING, fed[0].path, line, says))
    spec = attempt(family, lambda _: _with_operator(fields, name, has_file=fed is not None), file.source)
    if spec is None:
        return None
    spec = attempt(family, lambda _: with_extra(spec, file), file.source)
    family.findings += file.findings
    return Draft(spec, tuple(sources)) if spec is not None else None


def _fits(fields: Mapping[str, Any], name: str) -> bool:
    """Whether the network takes what its operator makes: `vcomp check` says in what they differ."""
    try:
        ModelSpec(name=name, **fields)
    except ValidationError:
        return False
    return True


def _with_steps(fed: Fed) -> Runtime:
    """The operator with its own steps, which are not those of the network's preprocessing then."""
    return fed.runtime.model_copy(update={"ops": fed.preprocess}) if isinstance(fed.runtime, FusedOp) else fed.runtime


def _with_operator(fields: Mapping[str, Any], name: str, *, has_file: bool) -> ModelSpec:
    """The spec. Where no file says how the chip is fed, the steps do, unless no operator can do them."""
    spec = ModelSpec(name=name, **fields)
    if has_file or not spec.preprocess:
        return spec
    try:
        vdsp_document(spec)
    except VcompError:
        return spec.variant(runtime=None)
    return spec


def merged(drafts: list[Draft]) -> list[Draft]:
    """Drafts of one name and two precisions that share the rest become one spec with two targets."""
    result: list[Draft] = []
    for draft in drafts:
        for index, other in enumerate(result):
            both = _both(other, draft)
            if both is not None:
                result[index] = both
                break
        else:
            result.append(draft)
    return result


def _both(one: Draft, other: Draft) -> Draft | None:
    if one.spec.name != other.spec.name or len(one.spec.targets) != 1 or len(other.spec.targets) != 1:
        return None
    half, whole = (one, other) if isinstance(other.spec.targets[0], Int8) else (other, one)
    first, second = half.spec, whole.spec
    same = all(getattr(first, name) == getattr(second, name) for name in ModelSpec.model_fields if name not in MERGED)
    dtypes = {first.targets[0].dtype, second.targets[0].dtype}
    if not same or len(dtypes) < 2 or (first.calibration is not None and first.calibration != second.calibration):
        return None
    steps = {spec.preprocess for spec in (first, second) if spec.preprocess}
    ways = {repr(spec.runtime) for spec in (first, second) if spec.runtime not in (None, FusedOp()) or spec.preprocess}
    if len(steps) > 1 or len(ways) > 1 or first.artifact(first.targets[0]) == second.artifact(second.targets[0]):
        return None
    fuller = first if first.preprocess else second
    spec = second.variant(
        targets=(*first.targets, *second.targets), preprocess=fuller.preprocess, runtime=fuller.runtime
    )
    sources = {source.file.path: source for source in (*half.sources, *whole.sources)}
    return Draft(spec, tuple(sources.values()))
