"""The file that `vamc compile` takes, as typed values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vcomp.emulator.strict_yaml import Document, read_yaml
from vcomp.emulator.vamc.compile_keys import keys_without_effect
from vcomp.errors import VcompError, unknown
from vcomp.preprocess.process_ops import read_process_ops
from vcomp.quantize.layers import onnx_types
from vcomp.spec import Calibrate, Fp16, Int8, Op, Target, WeightScale

Shape = tuple[int, ...]
FrontendType = Literal["onnx", "pytorch"]

BACKENDS = ("tvm_vacc", "vacc", "tvm_runmodel")  # one target under its present and its older names
INPUT_DTYPES = {"fp32": "float32", "int64": "int64"}
NEEDS_ONNX = {
    "keras": "tf2onnx (`python -m tf2onnx.convert --keras`)",
    "tensorflow": "tf2onnx (`python -m tf2onnx.convert --graphdef`)",
    "darknet": "a converter from darknet to ONNX",
    "huggingface": "optimum (`optimum-cli export onnx`)",
}
SUFFIXES: dict[str, FrontendType] = {".onnx": "onnx", ".pt": "pytorch", ".torchscript": "pytorch"}
MAX_ELEMENTS = 1 << 30
DEFAULT_SAMPLES = 50  # what public files say far more often than any other number


@dataclass(frozen=True)
class Frontend:
    """The network's file and its inputs, name to shape, in the order of the file."""

    type: FrontendType
    checkpoint: Path
    inputs: Mapping[str, Shape]
    dtype: str


@dataclass(frozen=True)
class Dataset:
    """The first `limit` files with this suffix in a folder: images if there are ops, else npz files."""

    path: Path
    suffix: str
    limit: int
    ops: tuple[Op, ...] | None


@dataclass(frozen=True)
class CompileFile:
    """One `vamc` file. `dataset` is there if, and only if, the target is int8."""

    document: Document
    name: str
    frontend: Frontend
    target: Target
    dataset: Dataset | None
    workspace: Path
    without_effect: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return self.workspace / self.name


def read_compile_file(path: Path) -> CompileFile:
    """Read a `vamc` file; VcompError, with its line, for whatever is missing, unknown, or not emulated."""
    document = read_yaml(path)
    without_effect = keys_without_effect(document)
    top = Section(document, (), document.data)
    backend = top.section("backend")
    backend.word("type", BACKENDS, BACKENDS[0])
    quantized = backend.word("dtype", ("fp16", "int8")) == "int8"
    _refuse_extra_ops(top.section("graph").section("extra_ops"))
    return CompileFile(
        document=document,
        name=_name(top),
        frontend=_frontend(top.section("frontend")),
        target=_int8(backend.section("quantize")) if quantized else Fp16(),
        dataset=_dataset(top.section("dataset")) if quantized else None,
        workspace=Path(top.section("workspace").text("path")),
        without_effect=without_effect,
    )


@dataclass(frozen=True)
class Section:
    """One mapping of the file, which takes its values out typed and knows where they stand."""

    document: Document
    keys: tuple[str, ...]
    data: Mapping[str, Any]

    def section(self, key: str) -> "Section":
        value = self.data.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise self.fault(key, f"is {value!r}", "a mapping")
        return Section(self.document, (*self.keys, key), value or {})

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise self.fault(key, f"is {value!r}", "a text")
        return value

    def word(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        value = self.data.get(key, default)
        if value is None:
            raise self.fault(key, "", f"one of {', '.join(known)}")
        if value not in known:
            raise unknown(".".join((*self.keys, key)), str(value), known, where=self.document.where(*self.keys, key))
        return str(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, f"is {value!r}", "true or false")
        return value

    def integers(self, key: str, *, least: int) -> tuple[int, ...]:
        value = self.data.get(key)
        values = [] if value is None else value
        if not isinstance(values, list) or not all(type(item) is int and item >= least for item in values):
            raise self.fault(key, f"is {value!r}", f"a list of integers from {least}")
        return tuple(values)

    def words(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key)
        values = [] if value is None else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise self.fault(key, f"is {value!r}", "a list of words")
        return tuple(values)

    def fault(self, key: str, says: str, expected: str, mend: str | None = None) -> VcompError:
        """An error about one key: that it is missing, or else what `says` says of it."""
        name = ".".join((*self.keys, str(key)))  # an input's name may be a number
        says = f"{name} {says}" if key in self.data else f"{name} is missing"
        return VcompError(says, where=self.document.where(*self.keys, key), expected=expected, mend=mend)


def _name(top: Section) -> str:
    name = top.text("name")
    if name in (".", "..") or "/" in name or "\\" in name:
        raise top.fault("name", f"is {name!r}", "one folder name: it becomes the folder of the compiled model")
    return name


def _frontend(section: Section) -> Frontend:
    checkpoint = Path(section.text("checkpoint"))
    kind = section.word("type", ("onnx", "pytorch", *NEEDS_ONNX), SUFFIXES.get(checkpoint.suffix.lower()))
    if kind in NEEDS_ONNX:
        mend = f"make an ONNX file of it with {NEEDS_ONNX[kind]}, and set type: onnx"
        raise section.fault("type", f"is {kind}, which is not emulated", "onnx or pytorch", mend)
    shapes = section.section("shape")
    if not shapes.data:
        raise section.fault("shape", "names no input", "each input of the network with its shape")
    return Frontend(
        type="onnx" if kind == "onnx" else "pytorch",
        checkpoint=checkpoint,
        inputs={str(name): _shape(shapes, name) for name in shapes.data},
        dtype=INPUT_DTYPES[section.word("dtype", INPUT_DTYPES, "fp32")],
    )


def _shape(shapes: Section, name: str) -> Shape:
    value = shapes.data[name]
    if isinstance(value, list) and any(isinstance(item, list) for item in value):
        raise shapes.fault(
            name,
            f"is {value!r}: shapes that vary are not emulated",
            "one list of integers",
            "keep the one you run with",
        )
    shape = shapes.integers(name, least=1)
    elements = 1
    for side in shape:
        elements *= side
    if not 1 <= len(shape) <= 8 or elements > MAX_ELEMENTS:
        raise shapes.fault(name, f"is {value!r}", f"1 to 8 integers, {MAX_ELEMENTS:,} elements at most")
    return shape


def _int8(section: Section) -> Int8:
    quantile = section.data.get("calibrate_range")
    if quantile is not None and not (type(quantile) in (int, float) and 0 < quantile <= 1):
        raise section.fault("calibrate_range", f"is {quantile!r}", "a number above 0, at most 1")
    return Int8(
        calibrate=Calibrate(section.word("calibrate_mode", [mode.value for mode in Calibrate])),
        calibrate_range=quantile,
        per_channel=section.flag("quantize_per_channel", default=True),
        skip_conv_layers=section.integers("skip_conv_layers", least=0),
        skip_matmul_layers=section.integers("skip_matmul_layers", least=0),
        exclude_layers=section.integers("exclude_layers", least=0),
        weight_scale=WeightScale(section.word("weight_scale", [rule.value for rule in WeightScale], "max")),
        quantize_operators=_operators(section, "quantize_operators"),
        ops_usingfp=_operators(section, "ops_usingfp"),
    )


def _operators(section: Section, key: str) -> tuple[str, ...]:
    words = section.words(key)
    for word in words:
        try:
            onnx_types(word.removeprefix("!"))
        except VcompError as error:
            where = section.document.where(*section.keys, key)
            raise VcompError(f"{key}: {error.what}", where=where, expected=error.expected, mend=error.mend) from error
    return words


def _dataset(section: Section) -> Dataset:
    if not section.data:
        raise VcompError(
            "dataset is missing", where=str(section.document.path), expected="calibration data, since dtype is int8"
        )
    section.word("type", ("tvm",), "tvm")
    sampler = section.section("sampler")
    limit = sampler.data.get("get_data_num", DEFAULT_SAMPLES)
    if type(limit) is not int or limit < 1:
        raise sampler.fault("get_data_num", f"is {limit!r}", "an integer from 1")
    return Dataset(
        path=Path(section.text("path")),
        suffix=sampler.text("suffix"),
        limit=limit,
        ops=_process_ops(section) if section.data.get("process_ops") is not None else None,
    )


def _process_ops(section: Section) -> tuple[Op, ...]:
    try:
        return read_process_ops(section.data["process_ops"])
    except VcompError as error:
        index = re.search(r"process_ops\[(\d+)\]", error.where or "")
        where = section.document.where(*section.keys, "process_ops", *([int(index[1])] if index else []))
        what = f"{error.where}: {error.what}" if index else error.what
        raise VcompError(what, where=where, expected=error.expected, mend=error.mend) from error


def _refuse_extra_ops(section: Section) -> None:
    kind = section.data.get("type")
    if kind is not None:
        raise section.fault(
            "type", f"is {kind}: on-chip post-processing is not emulated", "null", "do it on the host, and write null"
        )
