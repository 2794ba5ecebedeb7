"""Build options and calibration data that contradict each other, or the precision of the build."""

import re
from collections.abc import Iterator

from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule

_EVALUATION = re.compile(
    r"(^|[/_.-])(val|valid|validation|test|tests|testing|eval|evaluation|query)([/_.-]|\d|$)", re.IGNORECASE
)


class TwiceGiven(Rule[CompileFile]):
    """One option stands under `compile` and under `quantize`; which of the two is read is unpublished."""

    id = "VC801"
    severity = Severity.QUESTION
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        options, others = subject.mapping("backend", "compile"), subject.mapping("backend", "quantize")
        for key in options:
            if key in others:
                same = options[key] == others[key]
                yield self.finding(
                    subject.at("backend", "quantize", str(key), spot=None),
                    f"{key} stands under compile, too" + ("" if same else f", as {options[key]} and {others[key]}"),
                    "give it once, unless the compiler needs both",
                )


class CalibratesForNothing(Rule[CompileFile]):
    """An fp16 build that carries quantize options or calibration data: nothing uses them."""

    id = "VC802"
    severity = Severity.QUESTION
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for keys in (("backend", "quantize"), ("dataset",)):
            if subject.dtype == "fp16" and subject.mapping(*keys):
                yield self.finding(
                    subject.at(*keys, spot=None),
                    f"backend.dtype is fp16, and {'.'.join(keys)} is there",
                    "remove it, or set dtype: int8",
                )


class NothingToCalibrateOn(Rule[CompileFile]):
    """An int8 build without calibration data: no ranges can be chosen."""

    id = "VC803"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        if subject.quantizes and subject.value("dataset", "path") is None:
            yield self.finding(
                subject.at("backend", "dtype", spot=None),
                "backend.dtype is int8, and dataset.path is missing",
                "name the folder of images or npz files to calibrate on, or set dtype: fp16",
            )


class NoCalibrateMode(Rule[CompileFile]):
    """An int8 build that does not say how ranges are chosen; the default is unpublished."""

    id = "VC804"
    severity = Severity.WARNING
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        if subject.quantizes and subject.value("backend", "quantize", "calibrate_mode") is None:
            yield self.finding(
                subject.at("backend", "quantize", "calibrate_mode", spot=None),
                "backend.quantize.calibrate_mode is not stated",
                "state it: kl_divergence, percentile, max or mse",
            )


class OpsOnArrays(Rule[CompileFile]):
    """Preprocessing of images for calibration data that are npz files: those are fed as they are."""

    id = "VC805"
    severity = Severity.WARNING
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        suffix = subject.text("dataset", "sampler", "suffix") or ""
        if suffix.lower().lstrip(".") == "npz" and subject.value(*OPS_AT):
            yield self.finding(
                subject.at(*OPS_AT, spot=None),
                f"the suffix is {suffix}, and process_ops decode images",
                "remove process_ops",
            )


class OrderOfOps(Rule[CompileFile]):
    """Preprocessing in an order that no public file has.

    DecodeImage comes first, ToTensor last, Normalize right before it, and Pad right after its Resize.
    """

    id = "VC806"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        kinds = [(index, kind) for index, kind, _ in subject.entries()]
        names = [kind for _, kind in kinds]
        if not names or "CustomFunc" in names:
            return
        for name, index, where in (("DecodeImage", 0, "first"), ("ToTensor", -1, "last")):
            if names[index] != name:
                yield self.finding(
                    subject.at(*OPS_AT, kinds[index][0]),
                    f"{names[index]} is {where}, not {name}",
                    f"put {name} {where}",
                )
        for position, (index, kind) in enumerate(kinds):
            before, after = names[position - 1 : position], names[position + 1 : position + 2]
            if kind == "Normalize" and after not in ([], ["ToTensor"]):
                yield self.finding(
                    subject.at(*OPS_AT, index), f"Normalize stands before {after[0]}", "put it right before ToTensor"
                )
            if kind == "Pad" and before != ["Resize"]:
                yield self.finding(
                    subject.at(*OPS_AT, index),
                    f"Pad stands after {before[0] if before else 'nothing'}",
                    "put it right after its Resize",
                )


class CalibratesOnEvaluation(Rule[CompileFile]):
    """The calibration images lie in a folder of a test or validation split, which the network may be scored on."""

    id = "VC811"
    severity = Severity.QUESTION
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        path = subject.text("dataset", "path") or ""
        if _EVALUATION.search(path) and "calib" not in path.lower():
            yield self.finding(
                subject.at("dataset", "path", spot=None),
                f"calibration images come from {path}",
                "calibrate on images that no score is taken on",
            )
