"""Shapes that are none, and preprocessing steps that are none."""

from collections.abc import Iterator, Mapping
from typing import Any

from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.errors import shown


class MalformedShape(Rule[CompileFile]):
    """An input's shape that is none: it is a list of positive integers, batch 1 first, as `[1, 3, 640, 640]`.

    A dynamic input has two full shapes, the smallest and the largest; a language model has the lengths of its prompt
    and of all of its text, `[[512], [1024]]`.
    """

    id = "VC205"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        if not subject.has("frontend", "shape"):
            return
        shapes = subject.value("frontend", "shape")
        if not isinstance(shapes, Mapping) or not shapes:
            yield self.finding(
                subject.at("frontend", "shape", spot=None),
                f"frontend.shape is {shown(shapes)}",
                "write `name: [1, 3, height, width]` for each input",
            )
            return
        lengths = subject.text("frontend", "type") == "huggingface"
        for name, shape in shapes.items():
            if not (_is_shape(shape) or _is_range(shape, lengths=lengths)):
                yield self.finding(
                    subject.at("frontend", "shape", str(name), spot=None),
                    f"the shape of {name} is {shown(shape)}",
                    "write one list of integers from 1, or two such lists for the smallest and the largest",
                )


class NotAnOp(Rule[CompileFile]):
    """The list of preprocessing steps is no list, or holds what is no step."""

    id = "VC206"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        if not subject.has(*OPS_AT):
            return
        listed = subject.value(*OPS_AT)
        if not isinstance(listed, list) or not listed:
            yield self.finding(
                subject.at(*OPS_AT, spot=None), f"process_ops is {shown(listed)}", "write a list of `- type: …`"
            )
            return
        for index, entry in enumerate(listed):
            if not isinstance(entry, Mapping) or not isinstance(entry.get("type"), str):
                yield self.finding(
                    subject.at(*OPS_AT, index), f"{shown(entry)} is not an op", "write `type:` and the op's arguments"
                )


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, list) and 1 <= len(shape) <= 8 and all(type(side) is int and side >= 1 for side in shape)


def _is_range(shape: Any, *, lengths: bool) -> bool:
    if not isinstance(shape, list) or len(shape) != 2:
        return False
    first, last = shape
    if lengths and _is_shape(first) and last == []:
        return True
    if not (_is_shape(first) and _is_shape(last) and len(first) == len(last)):
        return False
    return all(low <= high for low, high in zip(first, last, strict=True))
