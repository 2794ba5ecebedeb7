"""The network's file, against what is said of its inputs and outputs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.source import Place
from vcomp.errors import VcompError, nearest
from vcomp.networks.onnx_file import OnnxFile

_OPSETS = range(9, 21)  # what public export scripts ask for, and the spec allows


@dataclass(frozen=True, eq=False)
class Network:
    """An ONNX file, and what a compile YAML or a spec says of it.

    `inputs` are the static shapes by name; `at` is the place of an input's name, or of the file's for None. `output` is
    the one shape that the task wants, `outputs` how many there may be.
    """

    path: Path
    described: OnnxFile | VcompError
    inputs: Mapping[str, tuple[int, ...]]
    all_names: tuple[str, ...]
    at: Callable[[str | None], Place]
    output: tuple[int, ...] | None = None
    outputs: int | None = None


class NoGraph(Rule[Network]):
    """The network's file is there, and is no ONNX, or is cut short."""

    id = "VC820"
    severity = Severity.ERROR
    looks_at = Network

    def visit(self, subject: Network) -> Iterator[Finding]:
        if isinstance(subject.described, VcompError):
            yield self.finding(subject.at(None), subject.described.what, "export the network anew")


class InputNames(Rule[Network]):
    """The inputs are not called as in the network's graph: the compiler looks for them by name."""

    id = "VC821"
    severity = Severity.ERROR
    looks_at = Network

    def visit(self, subject: Network) -> Iterator[Finding]:
        if isinstance(subject.described, VcompError):
            return
        there = {port.name: str(port) for port in subject.described.inputs}
        for name in subject.all_names:
            if name not in there:
                close = nearest(name, there) or next((other for other in there if other not in subject.all_names), None)
                yield self.finding(
                    subject.at(name),
                    f"the network has no input {name!r}, but {', '.join(there.values()) or 'none at all'}",
                    f"write {close!r}" if close else "remove it",
                )
        for name in there:
            if name not in subject.all_names:
                yield self.finding(
                    subject.at(None), f"the network's input {there[name]} is left out", f"state {name!r}"
                )


class InputShapes(Rule[Network]):
    """An input has another shape than in the network's graph."""

    id = "VC822"
    severity = Severity.ERROR
    looks_at = Network

    def visit(self, subject: Network) -> Iterator[Finding]:
        for port in () if isinstance(subject.described, VcompError) else subject.described.inputs:
            said = subject.inputs.get(port.name)
            if said is not None and not port.fits(said):
                yield self.finding(
                    subject.at(port.name),
                    f"{port.name} is {_times(said)}, in the network it is {port}",
                    "correct the shape",
                )


class Opset(Rule[Network]):
    """The graph uses an opset that public exports do not use; whether the compiler reads it is unpublished."""

    id = "VC823"
    severity = Severity.QUESTION
    looks_at = Network

    def visit(self, subject: Network) -> Iterator[Finding]:
        described = subject.described
        if not isinstance(described, VcompError) and described.opset not in _OPSETS:
            yield self.finding(
                subject.at(None),
                f"{subject.path.name} has opset {described.opset}",
                f"export with {_OPSETS[0]} to {_OPSETS[-1]}",
            )


class Outputs(Rule[Network]):
    """The network has other outputs than what follows it takes: the task of the spec, or a softmax in the YAML."""

    id = "VC824"
    severity = Severity.ERROR
    looks_at = Network

    def visit(self, subject: Network) -> Iterator[Finding]:
        if isinstance(subject.described, VcompError):
            return
        ports = subject.described.outputs
        listed = ", ".join(map(str, ports))
        if subject.outputs is not None and len(ports) != subject.outputs:
            yield self.finding(
                subject.at(None),
                f"the network has {len(ports)} outputs, {listed}; {subject.outputs} is wanted",
                "export one output",
            )
        elif subject.output is not None and not ports[0].fits(subject.output):
            yield self.finding(
                subject.at(None),
                f"the network's output is {listed}; {_times(subject.output)} is wanted",
                "correct the task or the network",
            )


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
