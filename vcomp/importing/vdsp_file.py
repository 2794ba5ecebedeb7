"""A hand-written vdsp_params JSON as steps and a runtime: those of the calibration where they do the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from vcomp.errors import VcompError, nearest, shown
from vcomp.importing.comparison import MISSING, Comparison, Normalisation, Status
from vcomp.importing.documents import HandWritten
from vcomp.importing.finding import Finding, Severity
from vcomp.importing.shortest import plain_triple, same_halves
from vcomp.importing.vdsp_roundtrip import compare_vdsp
from vcomp.preprocess.fuse import unfuse
from vcomp.preprocess.vdsp_json import BERT_EMBEDDING, read_vdsp
from vcomp.render.documents import operator_document
from vcomp.spec import (
    BertEmbedding,
    CenterCrop,
    FusedOp,
    Letterbox,
    Normalize,
    Op,
    OpType,
    Resize,
    Runtime,
    VendorOperator,
)

Ops = tuple[Op, ...]


@dataclass(frozen=True)
class Fed:
    """How a network is fed: the steps of its preprocessing, and what the chip's operator says beyond them."""

    preprocess: Ops
    runtime: Runtime
    comparison: Comparison


def feed(source: HandWritten, ops: Ops = ()) -> Fed:
    """The operator of the file beside the steps of its network's calibration, if that has any.

    VcompError for an operator that is known, and not as the file has it.
    """
    document = source.document.data
    _require_an_operator(source)
    ways = _ways(source, ops)
    best: Fed | None = None
    for preprocess, runtime in ways:
        comparison = _compared(document, preprocess, runtime)
        if comparison is None:
            continue
        best = Fed(preprocess, runtime, comparison)
        if comparison.status is not Status.DIFFERENT:
            return best
    if best is not None and isinstance(best.runtime, FusedOp):
        patched = _with_extra(document, best)
        if patched is not None:
            return patched
    as_it_stands = VendorOperator(op_type=str(document.get("OpType", "")), config=_config(document))
    return Fed(ops, as_it_stands, Comparison())


def _require_an_operator(source: HandWritten) -> None:
    document = source.document.data
    faults = {
        **dict.fromkeys(document, True),
        "OpType": not isinstance(document.get("OpType"), str) or not document["OpType"],
        "OpConfig": not isinstance(document.get("OpConfig", {}), Mapping),
    }
    for key, wrong in faults.items():
        if wrong:
            says = f"is {shown(document[key])}" if key in document else "is missing"
            expected = '{"OpType": "…", "OpConfig": {…}}, and nothing beside them'
            raise VcompError(f"{key} {says}", where=source.document.where(key), expected=expected)


def _ways(source: HandWritten, ops: Ops) -> Iterator[tuple[Ops, Runtime]]:
    """Ways to say what the file says, the shortest first."""
    document, where = source.document.data, str(source.path)
    kind = document.get("OpType")
    if kind == BERT_EMBEDDING:
        yield ops, BertEmbedding()
        return
    if kind not in {known.value for known in OpType}:
        return
    operator = read_vdsp(document, where=where)
    if ops:
        yield ops, FusedOp()
    try:
        own, how = unfuse(replace(operator, output=operator.output or last_size(ops)))
    except VcompError:  # it states no size, and no calibration does
        return
    except ValidationError as error:
        says = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise VcompError(
            says, where=source.document.where("OpConfig", "Std"), expected="numbers that fp16 holds"
        ) from None
    own = tuple(_plain(op) for op in own)
    if ops:
        filled = _filled(ops, own)
        yield filled, how
        yield filled, how.model_copy(update={"kernel": operator.kernel})
        yield filled, how.model_copy(update={"op_type": operator.op_type})
        yield ops, how.model_copy(update={"ops": _in_the_same_numbers(own, ops)})
    else:
        yield own, how


def last_size(ops: Sequence[Op]) -> tuple[int, int] | None:
    """The size that the steps end with, if they say one."""
    sizes = [(op.height, op.width) for op in ops if isinstance(op, (Resize, Letterbox, CenterCrop))]
    return sizes[-1] if sizes else None


def _plain(op: Op) -> Op:
    """A normalisation with the numbers that a person would write for what fp16 left of them."""
    if not isinstance(op, Normalize) or op.mean is None or op.std is None:
        return op
    return op.model_copy(update={"mean": plain_triple(op.mean), "std": plain_triple(op.std)})


def _filled(ops: Ops, own: Ops) -> Ops:
    """The calibration's steps, its letterbox with the fill that only the operator states."""
    fills = [op.fill for op in own if isinstance(op, Letterbox)]
    return tuple(op.model_copy(update={"fill": fills[0]}) if isinstance(op, Letterbox) and fills else op for op in ops)


def _in_the_same_numbers(own: Ops, ops: Ops) -> Ops:
    """The operator's steps, normalised by the calibration's numbers if they are the same in fp16."""
    normal = next((op for op in ops if isinstance(op, Normalize)), None)
    return tuple(normal if normal and isinstance(op, Normalize) and same_halves(op, normal) else op for op in own)


def _compared(document: Mapping[str, Any], preprocess: Ops, runtime: Runtime) -> Comparison | None:
    """The file against what such a spec renders; None if it renders nothing."""
    try:
        rendered = operator_document(preprocess, runtime)
    except (VcompError, ValueError):
        return None
    return None if rendered is None else compare_vdsp(document, rendered)


def _config(document: Mapping[str, Any]) -> dict[str, Any]:
    config = document.get("OpConfig")
    return dict(config) if isinstance(config, Mapping) else {}


def _with_extra(document: Mapping[str, Any], fed: Fed) -> Fed | None:
    """With each key that still differs written out as it stands; None if that is not enough."""
    assert isinstance(fed.runtime, FusedOp)
    config = _config(document)
    extra = {
        str(item.at[1]): config[str(item.at[1])]
        for item in fed.comparison.differences
        if len(item.at) > 1 and item.original is not MISSING and str(item.at[1]) in config
    }
    runtime = fed.runtime.model_copy(update={"extra": extra})
    comparison = _compared(document, fed.preprocess, runtime)
    if comparison is None or comparison.status is Status.DIFFERENT:
        return None
    return Fed(fed.preprocess, runtime, comparison)


def remarks(source: HandWritten, fed: Fed, *, calibrated: bool) -> Iterator[Finding]:
    """What is to be said of how the file was taken over; `calibrated` if steps of a calibration stand beside it."""
    document = source.document

    def finding(rule: str, severity: Severity, key: str, message: str, mend: str = "") -> Finding:
        at = ("OpConfig", key) if key else ("OpType",)
        return Finding(rule, severity, source.path, document.line(*at) or 1, message, mend)

    match fed.runtime:
        case VendorOperator() as operator:
            single = operator.op_type.startswith("SINGLE_OP_") or operator.op_type in {kind.value for kind in OpType}
            close = nearest(operator.op_type, [kind.value for kind in OpType])
            yield finding(
                "vendor-operator",
                Severity.QUESTION if single else Severity.ERROR,
                "",
                f"the operator {shown(operator.op_type)} is kept as it stands",
                f"did you mean {close!r}?" if close and not single else "",
            )
        case FusedOp() as how:
            for key, value in how.extra.items():
                yield finding("extra-key", Severity.QUESTION, key, f"{shown(key)} is kept in extra: {shown(value)}")
            if how.ops and calibrated:
                yield finding(
                    "fed-otherwise", Severity.WARNING, "", "the chip is fed otherwise than the calibration",
                    "`vcomp check` says in what; if one of them is wrong, mend it and remove runtime=",
                )  # fmt: skip
        case _:
            pass
    for at, what in fed.comparison.applied:
        if what is Normalisation.PITCH:
            key = str(at[-1])
            yield finding("pitch", Severity.ERROR, key, f"{key} is {document.data['OpConfig'][key]}, not the size")
        if what is Normalisation.DEAD:
            yield finding("dead-key", Severity.QUESTION, str(at[-1]), f"{at[-1]} is left out: the NormaType ignores it")
