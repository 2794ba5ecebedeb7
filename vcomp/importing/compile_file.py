"""A hand-written compile YAML as the fields of a spec. What the types cannot hold goes to `extra`, and is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from vcomp.documents import Document
from vcomp.errors import VcompError
from vcomp.importing.documents import HandWritten
from vcomp.importing.finding import Finding, Severity
from vcomp.importing.frontend import read_frontend
from vcomp.importing.values import attempted, fault_at, section_of, typed
from vcomp.preprocess.process_ops import read_process_ops
from vcomp.spec import (
    CenterPoint,
    CompileOptions,
    DynamicOptions,
    Fp16,
    ImageFolder,
    InsertOdma,
    Int8,
    NpzFolder,
    Op,
    Part,
    PointPillar,
    RetinaFace,
    Softmax,
    TextSamples,
    VendorOp,
    Workspace,
    Yolo,
)

Fields = dict[str, Any]

_EXTRA_OPS: tuple[type[Part], ...] = (Softmax, InsertOdma, Yolo, RetinaFace, CenterPoint, PointPillar)
_OLDER_NAMES = {"calibrate": "calibrate_mode", "per_channel": "quantize_per_channel"}


@dataclass
class CompileFile:
    """What one file says, as the fields of a ModelSpec without its name; findings name their lines."""

    source: HandWritten
    artifact: str
    fields: Fields
    findings: list[Finding] = field(default_factory=list)

    @property
    def dtype(self) -> str:
        return str(self.fields["targets"][0].dtype)

    def find(self, rule: str, severity: Severity, keys: tuple[Any, ...], message: str, mend: str = "") -> None:
        line = self.source.document.line(*keys) or 1
        self.findings.append(Finding(rule, severity, self.source.path, line, message, mend))


def read_compile(source: HandWritten) -> CompileFile:
    """Read the file; VcompError with its line where it lacks what no spec can be without."""
    document = source.document
    data = document.data
    file = CompileFile(source, _name(document), {})
    if "name" not in data:
        file.find("older-key", Severity.ERROR, ("model",), "`model` stands where `name` should", "call it `name`")
    file.fields["network"], file.fields["inputs"] = read_frontend(document)
    ops = _ops(file)
    calibration = _calibration(section_of(data, "dataset"))
    file.fields |= {
        "preprocess": ops,
        "calibration": calibration,
        "targets": [_target(document, with_dataset=calibration is not None)],
        "compile": _compile_options(section_of(data, "backend")),
        "extra_op": _extra_op(section_of(data, "graph", "extra_ops")),
        "workspace": _workspace(file),
    }
    return file


def _name(document: Document) -> str:
    name = document.data.get("name", document.data.get("model"))
    if (
        not isinstance(name, str)
        or not name.strip()
        or name in (".", "..")
        or any(c in name for c in "/\\")
        or (not name.isprintable() or len(name) > 200)
    ):
        raise fault_at(document, ("name",), "one folder name: it becomes the folder of the compiled model")
    return name


def _target(document: Document, *, with_dataset: bool) -> Fp16 | Int8:
    backend = section_of(document.data, "backend")
    match backend.get("dtype"):
        case "fp16":
            return Fp16(dataset=with_dataset)
        case "int8":
            options = dict(section_of(backend, "quantize"))
            values = {**options, **{new: options.get(old) for new, old in _OLDER_NAMES.items()}}
            unsaid = {new: None for new, old in _OLDER_NAMES.items() if not _takes(new, options.get(old))}
            if section_of(document.data, "frontend").get("type") == "huggingface" and not options:
                return Int8()
            return typed(Int8, {key: value for key, value in values.items() if key not in unsaid}, **unsaid)
        case _:
            raise fault_at(document, ("backend", "dtype"), "fp16 or int8")


def _takes(name: str, value: Any) -> bool:
    """Whether a value is one for this field of Int8."""
    return value is not None and attempted(lambda: Int8(**{name: value})) is not None


def _compile_options(backend: Mapping[str, Any]) -> CompileOptions:
    beside = {key: backend.get(key) for key in ("merge_params", "remove_params")}
    dynamic = section_of(backend, "dynamic_params")
    options = dict(section_of(backend, "compile"))
    return typed(
        CompileOptions,
        {**options, **beside, "dynamic": typed(DynamicOptions, dynamic) if dynamic else None},
    )


def _extra_op(section: Mapping[str, Any]) -> Any:
    kind = section.get("type")
    for candidate in _EXTRA_OPS:
        made = attempted(lambda part=candidate: part(type=kind))  # type: ignore[misc]
        if made is not None:
            return typed(candidate, section_of(section, "params"), type=kind)
    return None


def _calibration(dataset: Mapping[str, Any]) -> Any:
    sampler = section_of(dataset, "sampler")
    values = {"path": dataset.get("path"), "suffix": sampler.get("suffix") or "", "limit": sampler.get("get_data_num")}
    if not dataset:
        return None
    if dataset.get("type") == "huggingface":
        texts = {"samples": dataset.get("nsamples"), "length": dataset.get("seqlen"), **dataset}
        return attempted(lambda: typed(TextSamples, texts))
    npz = "process_ops" not in dataset and str(values["suffix"]).lower() in ("", "npz")
    kind = NpzFolder if npz else ImageFolder
    fixed = {"path": values["path"] or "", "limit": values["limit"] if type(values["limit"]) is int else None}
    return attempted(lambda: typed(kind, {}, suffix=values["suffix"], **fixed))


def _ops(file: CompileFile) -> tuple[Op, ...]:
    """The steps of the calibration; one that the types do not know is kept as it stands."""
    entries = section_of(file.source.document.data, "dataset").get("process_ops")

    def keep(index: int, entry: Mapping[str, Any], error: VcompError) -> Op:
        at = ("dataset", "process_ops", index)
        file.find(
            "unknown-op", Severity.ERROR, at, f"{error.what}: kept as VendorOp", error.mend or error.expected or ""
        )
        arguments = {str(key): value for key, value in entry.items() if key != "type"}
        return VendorOp(name=str(entry["type"]), arguments=arguments)

    if not entries:
        return ()
    try:
        return read_process_ops(entries, keep)
    except (VcompError, ValidationError):
        return ()  # no list of ops: it shows up when the spec is rendered


def _workspace(file: CompileFile) -> Workspace:
    section = dict(section_of(file.source.document.data, "workspace"))
    packages = section_of(section, "pyenv")
    if "path" not in section and "work_dir" in section:
        file.find(
            "older-key", Severity.ERROR, ("workspace", "work_dir"), "workspace has `work_dir` and no `path`",
            "call it `path`, as it is called now",
        )  # fmt: skip
        section["path"] = section["work_dir"]
    versions = {"transformers": packages.get("transformers"), "huggingface_hub": packages.get("huggingface-hub")}
    path = section.pop("path", None)
    return typed(Workspace, {**section, **versions}, path=path if isinstance(path, str) and path else None)
