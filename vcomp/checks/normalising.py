"""Mean and std: their scale, their order, and whether they are used at all."""

from collections.abc import Iterator

from vcomp.checks.compile_file import CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.keyed import KeyedFile
from vcomp.checks.means import LEAST_STD, Constants, known_mean, neutral, same, stated_in, stds_in, used_in, uses
from vcomp.checks.rule import Rule
from vcomp.checks.tree import Family
from vcomp.checks.vdsp_file import CONFIG, VdspFile
from vcomp.preprocess.vdsp import NormaType


class ScaleOfMean(Rule[KeyedFile]):
    """Mean and std are not on the scale of the pixels that they are applied to.

    After a division by 255 pixels lie in 0..1, and so does their mean; without one they lie in 0..255. A mean of
    123.675 after the division, or of 0.485 without one, fits no convention, nor does a std of the other scale.
    """

    id = "VC501"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for used in used_in(subject):
            largest, scale = max(map(abs, used.mean)), "0..1" if used.div255 else "0..255"
            if (largest > 1) if used.div255 else (0 < largest <= 1):
                yield self.finding(
                    used.at,
                    f"mean {used.mean} is subtracted from pixels in {scale}",
                    _mend_of_mean(used, isinstance(subject, VdspFile)),
                )
            elif largest and ((max(used.std) > 4) if used.div255 else (0 < max(used.std) < 1)):
                yield self.finding(
                    used.at_std,
                    f"std {used.std} divides pixels in {scale}, of mean {used.mean}",
                    "give mean and std on one scale",
                )


class OrderOfMean(Rule[KeyedFile]):
    """A well-known mean whose channels stand in an order that is neither RGB nor BGR."""

    id = "VC502"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for used in used_in(subject):
            known = known_mean(used.mean)
            if known and not same(used.mean, known) and not same(used.mean, known[::-1]):
                yield self.finding(
                    used.at,
                    f"mean {used.mean} is {list(known)} in an order that is neither RGB nor BGR",
                    f"write {list(known)} for RGB, {list(known[::-1])} for BGR",
                )


class StdNearZero(Rule[KeyedFile]):
    """A std that is zero, or so near to it that dividing by it makes no sense: often an integer 1 read as fp16 bits."""

    id = "VC503"
    severity = Severity.ERROR
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        for at, std in stds_in(subject):
            if any(abs(value) < LEAST_STD for value in std):
                yield self.finding(at, f"std is {std}", "write the network's own std, or [1.0, 1.0, 1.0] for none")


class UnusedMean(Rule[VdspFile]):
    """Mean and Std are stated, and the NormaType does not use them: dead text that the next reader believes."""

    id = "VC504"
    severity = Severity.QUESTION
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        stated = stated_in(subject)
        if stated and not uses(subject) and not neutral(*stated):
            yield self.finding(
                subject.at(CONFIG, "Mean", spot=None),
                f"NormaType {subject.value(CONFIG, 'NormaType')} does not use Mean {stated[0]} and Std {stated[1]}",
                "remove them, or choose a NormaType that uses them",
            )


class UsedElsewhere(Rule[Family]):
    """Two networks of one model state the same Mean and Std, and the NormaType of one of them ignores them."""

    id = "VC505"
    severity = Severity.ERROR
    looks_at = Family

    def visit(self, subject: Family) -> Iterator[Finding]:
        files = [file for file in subject.vdsps if stated_in(file)]
        for file in files:
            mean, std = stated_in(file) or ([], [])
            if uses(file) or neutral(mean, std):
                continue
            others = [other for other in files if uses(other) and other.origin == file.origin]
            user = next((other for other in others if _same_constants(stated_in(other), (mean, std))), None)
            if user:
                says = user.value(CONFIG, "NormaType")
                yield self.finding(
                    file.at(CONFIG, "NormaType"),
                    f"{file.value(CONFIG, 'NormaType')} ignores Mean {mean}, which {user.path.name} uses by {says}",
                    f"write {says}, or remove Mean and Std",
                )


class ScaleOfUnusedMean(Rule[VdspFile]):
    """A mean of 0..255 is stated, and the NormaType only divides by 255: it is likely that the mean was meant."""

    id = "VC506"
    severity = Severity.WARNING
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        stated = stated_in(subject)
        if stated and not uses(subject) and max(stated[0]) > 1:
            yield self.finding(
                subject.at(CONFIG, "NormaType"),
                f"NormaType {subject.value(CONFIG, 'NormaType')} ignores a Mean of {stated[0]}",
                "write MINUSMEAN_DIVSTD if the network was trained so, or remove Mean and Std",
            )


class MeanOfOtherOrder(Rule[KeyedFile]):
    """A well-known mean in BGR order on channels in RGB order, or the reverse."""

    id = "VC507"
    severity = Severity.QUESTION
    looks_at = KeyedFile

    def visit(self, subject: KeyedFile) -> Iterator[Finding]:
        swaps = _swaps(subject)
        for used in used_in(subject):
            known = known_mean(used.mean)
            if not known or swaps is None:
                continue
            stands = "RGB" if same(used.mean, known) else "BGR" if same(used.mean, known[::-1]) else None
            channels = "BGR" if swaps else "RGB"
            if stands and stands != channels:
                yield self.finding(
                    used.at,
                    f"mean {used.mean} is in {stands} order, the channels are in {channels} order",
                    f"reverse mean and std, or feed {stands}",
                )


def _same_constants(one: tuple[list[float], list[float]] | None, other: tuple[list[float], list[float]]) -> bool:
    return one is not None and same(one[0], other[0]) and same(one[1], other[1])


def _swaps(file: KeyedFile) -> bool | None:
    """Whether the channels are BGR where mean and std are applied; None if that is not plain, or neither."""
    if isinstance(file, CompileFile):
        codes = [entry.get("code") for _, kind, entry in file.entries() if kind == "CvtColor"]
        known = all(code in ("COLOR_RGB2BGR", "COLOR_BGR2RGB") for code in codes)
        return len(codes) % 2 == 1 if known else None
    return None


def _mend_of_mean(used: Constants, in_json: bool) -> str:
    if in_json:
        other = NormaType.MINUSMEAN_DIVSTD if used.div255 else NormaType.DIV255_MINUSMEAN_DIVSTD
        return f"write NormaType {other.value}, or give Mean and Std on the scale of the pixels"
    return f"write div255: {str(not used.div255).lower()}, or give mean and std on the scale of the pixels"
