"""Numbers and colours that calibration and runtime make of an image: compared as computed, never as written."""

from collections.abc import Iterator

from vcomp.checks.colours import contradicts
from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.effect import furthest
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.source import Place
from vcomp.checks.tree import Pair
from vcomp.checks.vdsp_file import CONFIG
from vcomp.spec import Op

_ENTRY_OF = {"ToBGR": "CvtColor", "ToYCrCb": "CvtColor", "ResizeToFit": "Resize", "Letterbox": "Resize"}


class NormalisationDiffers(Rule[Pair]):
    """Calibration and runtime map pixels to different numbers: int8 ranges are chosen for one, and fed the other.

    Compared is the line scale·x + shift of each channel, with constants as fp16 holds them: (x − 123.675) / 58.395 and
    (x/255 − 0.485) / 0.229 are the same.
    """

    id = "VC701"
    severity = Severity.ERROR
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        if subject.same_network:
            yield from _normalisation(self, subject)


class NormalisationOfOriginDiffers(Rule[Pair]):
    """Networks of one source are normalised differently in calibration and at runtime; they may want it so."""

    id = "VC702"
    severity = Severity.QUESTION
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        if not subject.same_network:
            yield from _normalisation(self, subject)


class ColoursDiffer(Rule[Pair]):
    """The network is calibrated on one order of channels and fed another."""

    id = "VC703"
    severity = Severity.ERROR
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        if subject.same_network and not contradicts(subject.vdsp):
            yield from _colours(self, subject)


class ColoursMayDiffer(Rule[Pair]):
    """Calibration and runtime may see different orders of channels.

    Either the runtime's code contradicts its format, so that it is open which order comes out, or the two files are
    of one source and maybe of different networks.
    """

    id = "VC704"
    severity = Severity.QUESTION
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        if contradicts(subject.vdsp) or not subject.same_network:
            yield from _colours(self, subject)


def _normalisation(rule: Rule[Pair], pair: Pair) -> Iterator[Finding]:
    """A finding on each side: either of the two may be the wrong one."""
    if pair.calibrated is None or pair.fed is None:
        return
    worst, apart = furthest(pair.calibrated.lines, pair.fed.lines)
    if apart:
        two = zip(pair.calibrated.lines, pair.fed.lines, strict=False)
        one, other = next((a, b) for a, b in two if furthest([a], [b])[1])
        says = f"calibration computes {one}, the runtime {other}, up to {worst:.4g} apart ({files_of(pair)})"
        for place in (op_place(pair.compile, "Normalize"), pair.vdsp.at(CONFIG, "NormaType", spot=None)):
            yield rule.finding(place, says, "give both the network's own mean and std")


def _colours(rule: Rule[Pair], pair: Pair) -> Iterator[Finding]:
    if pair.calibrated is None or pair.fed is None:
        return
    seen, fed = pair.calibrated.channels, pair.fed.channels
    if {seen, fed} == {"RGB", "BGR"}:
        line = pair.vdsp.at(CONFIG, "ColorCvtCode").line
        yield rule.finding(
            op_place(pair.compile, "CvtColor"),
            f"calibration sees {seen}, line {line} of {pair.vdsp.path.name} feeds {fed} ({pair.why})",
            "add `CvtColor` with COLOR_RGB2BGR to process_ops"
            if seen == "RGB"
            else "swap in both files, or in neither",
        )


def files_of(pair: Pair) -> str:
    """The two files, and why they are compared."""
    return f"{pair.compile.path.name} with {pair.vdsp.path.name}: {pair.why}"


def place_of(file: CompileFile, op: Op) -> Place:
    """Where an op of the calibration stands in its file."""
    return op_place(file, _ENTRY_OF.get(type(op).__name__, type(op).__name__))


def op_place(file: CompileFile, wanted: str) -> Place:
    """Where the first entry of this type stands, or the list of them."""
    found = [index for index, kind, _ in file.entries() if kind == wanted]
    return file.at(*OPS_AT, *found[:1])
