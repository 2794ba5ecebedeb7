"""What each rendered file says, as plain data: the templates lay it out, and it is what parsing must give back."""

from collections.abc import Collection, Sequence
from typing import Any

from typing_extensions import assert_never

from vcomp.preprocess.fuse import fuse
from vcomp.preprocess.process_ops import write_process_ops
from vcomp.preprocess.vdsp_json import BERT_EMBEDDING, write_vdsp
from vcomp.render import layout
from vcomp.render.layout import Target
from vcomp.spec import (
    BertEmbedding,
    Checkpoint,
    FusedOp,
    HuggingFace,
    ImageFolder,
    Input,
    Int8,
    ModelSpec,
    NpzFolder,
    Op,
    Part,
    Runtime,
    TextSamples,
    TokenInput,
    VendorOperator,
)

Document = dict[str, Any]

BESIDE_COMPILE = ("merge_params", "remove_params", "dynamic")  # options that stand right below `backend`
_QUANTIZE_KEYS = {"calibrate": "calibrate_mode", "per_channel": "quantize_per_channel"}


def compile_document(spec: ModelSpec, target: Target) -> Document:
    """The compile YAML. Sections and keys are the vendor's; what a spec leaves at None is left out."""
    document: Document = {
        "name": spec.artifact(target),
        "frontend": _frontend(spec),
        "backend": _backend(spec, target),
    }
    if spec.extra_op is not None:
        params = _written(spec.extra_op, leave={"type"})
        document["graph"] = {"extra_ops": {"type": spec.extra_op.type, **({"params": params} if params else {})}}
    if spec.calibration is not None and (isinstance(target, Int8) or target.dataset):
        document["dataset"] = _dataset(spec)
    workspace = _workspace(spec)
    if workspace:
        document["workspace"] = workspace
    for key, value in spec.extra.items():
        _place(document, key.split("."), value)
    return document


def _written(part: Part, leave: Collection[str] = ()) -> Document:
    """The fields of a part that say something, in their order."""
    fields: Document = part.model_dump(mode="json", exclude_none=True, exclude=set(leave))
    return {key: value for key, value in fields.items() if value not in ([], {})}


def _place(document: Document, keys: list[str], value: Any) -> None:
    """Put a value under dotted keys, whatever stands there."""
    *above, last = keys
    for key in above:
        if not isinstance(document.get(key), dict):
            document[key] = {}
        document = document[key]
    document[last] = value


def _frontend(spec: ModelSpec) -> Document:
    shapes = {item.name: _shape(item) for item in spec.inputs}
    match spec.network:
        case HuggingFace() as network:
            section: Document = {"checkpoint": network.path, "type": "huggingface", "shape": shapes}
            options = _written(network, leave={"type", "path", "quantize"})
            if options:
                section["model_kwargs"] = options
            if network.quantize is not None:
                quantize = _written(network.quantize)
                if "true_sequential" in quantize:
                    quantize["calib_args"] = {"true_sequential": quantize.pop("true_sequential")}
                section["quantize"] = quantize
            return section
        case Checkpoint() as network:
            kind = {} if network.frontend is None else {"type": network.frontend}
            dtype = {} if network.dtype is None else {"dtype": network.dtype}
            return {"checkpoint": network.path, **kind, "shape": shapes, **dtype}
        case _:
            return {"checkpoint": f"./{layout.checkpoint(spec)}", "type": "onnx", "shape": shapes, "dtype": "fp32"}


def _shape(item: Input | TokenInput) -> list[Any]:
    match item:
        case TokenInput():
            return [[item.prefill], [] if item.total is None else [item.total]]
        case Input():
            return list(item.shape) if item.smallest is None else [list(item.smallest), list(item.shape)]
        case _:
            assert_never(item)


def _backend(spec: ModelSpec, target: Target) -> Document:
    section: Document = {"type": "tvm_vacc", "dtype": target.dtype}
    options = _written(spec.compile)
    beside = [key for key in BESIDE_COMPILE if key in options]
    section |= {"dynamic_params" if key == "dynamic" else key: options.pop(key) for key in beside}
    if options:
        section["compile"] = options
    if isinstance(target, Int8) and not isinstance(spec.network, HuggingFace):
        quantize = _written(target, leave={"dtype", "artifact", "max_drop", "extra"})
        if quantize:
            section["quantize"] = {_QUANTIZE_KEYS.get(key, key): value for key, value in quantize.items()}
    for key, value in target.extra.items():
        _place(section, key.split("."), value)
    return section


def _dataset(spec: ModelSpec) -> Document:
    match spec.calibration:
        case ImageFolder() | NpzFolder() as files:
            path = files.path if spec.stands_alone else f"./{layout.DATA}/{files.path}"
            suffix = {"suffix": files.suffix} if files.suffix else {}
            limit = {} if files.limit is None else {"get_data_num": files.limit}
            sampler = {**suffix, **limit}
            section: Document = {"type": "tvm", **({"path": path} if files.path else {})}
            if sampler:
                section["sampler"] = sampler
            if isinstance(files, ImageFolder) and spec.preprocess:
                section["process_ops"] = write_process_ops(spec.preprocess)
            return section
        case TextSamples() as texts:
            said = {"path": texts.path, "name": texts.name, "nsamples": texts.samples, "seqlen": texts.length}
            return {"type": "huggingface", **{key: value for key, value in said.items() if value is not None}}
        case None:
            raise ValueError("an int8 target has a calibration set: the spec sees to that")
        case _:
            assert_never(spec.calibration)


def _workspace(spec: ModelSpec) -> Document:
    section = _written(spec.workspace)
    packages = {name.replace("_", "-"): section.pop(name) for name in PACKAGES if name in section}
    return {**section, "pyenv": packages} if packages else section


PACKAGES = ("transformers", "huggingface_hub")


def vdsp_document(spec: ModelSpec) -> Document | None:
    """The vdsp_params JSON; None if the spec says that there is none, or has no steps that one could do."""
    return operator_document(spec.preprocess, spec.runtime)


def operator_document(preprocess: Sequence[Op], runtime: Runtime | None) -> Document | None:
    """The operator that does these steps in this way."""
    match runtime:
        case None:
            return None
        case BertEmbedding():
            return {"OpType": BERT_EMBEDDING}
        case VendorOperator() as operator:
            return {"OpType": operator.op_type, "OpConfig": dict(operator.config)}
        case FusedOp() as how:
            if not preprocess and not how.ops:
                return None
            document = write_vdsp(fuse(preprocess, how))
            document["OpConfig"] |= how.extra
            return document
        case _:
            assert_never(runtime)
