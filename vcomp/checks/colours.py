"""Colours: what the runtime's colour code says, against the format that it is given."""

from collections.abc import Iterator

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.vdsp_file import CONFIG, VdspFile
from vcomp.preprocess.vdsp import ColorCvtCode, ImageFormat


class CodeAgainstFormat(Rule[VdspFile]):
    """ColorCvtCode converts from another order of channels than IimageFormat says that the image has.

    Either word simply swaps red and blue, so BGR2RGB on an RGB image makes BGR of it. One of the two says what is not
    meant, and the network may be fed the other order than it was trained on.
    """

    id = "VC601"
    severity = Severity.ERROR
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        words = stated(subject)
        if words is None:
            return
        code, image_format = words
        source, fits = source_of(code), order_of_name(image_format)
        if source and fits and source != fits:
            yield self.finding(
                subject.at(CONFIG, "ColorCvtCode"),
                f"ColorCvtCode {code.value} converts from {source}, IimageFormat {image_format.value} is {fits}",
                _mend(source, fits, code),
            )


class LayoutAgainstFormat(Rule[VdspFile]):
    """ColorCvtCode names another layout than IimageFormat: INTERLEAVE for planar images, or PLANAR for interleaved."""

    id = "VC602"
    severity = Severity.WARNING
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        words = stated(subject)
        if words is None:
            return
        code, image_format = words
        planar = image_format.value.endswith("_PLANAR")
        if ("INTERLEAVE" in code.value and planar) or (code.value.endswith("GRAY_PLANAR") and not planar):
            yield self.finding(
                subject.at(CONFIG, "ColorCvtCode"),
                f"ColorCvtCode {code.value} is for another layout than IimageFormat {image_format.value}",
                "name the layout that the script hands over",
            )


def stated(file: VdspFile) -> tuple[ColorCvtCode, ImageFormat] | None:
    """Colour code and image format of a fused operator, where both are words that are known."""
    try:
        code, image_format = (file.value(CONFIG, key) for key in ("ColorCvtCode", "IimageFormat"))
        return ColorCvtCode(code), ImageFormat(image_format)
    except ValueError:
        return None


def source_of(code: ColorCvtCode) -> str | None:
    """The order that a code converts from; None if it changes nothing."""
    return None if code is ColorCvtCode.NO_CHANGE else code.value.split("2")[0]


def order_of_name(image_format: ImageFormat) -> str | None:
    """RGB, BGR or YUV; None for grey, which is the same in both."""
    return None if image_format is ImageFormat.GRAY else image_format.value[:3]


def contradicts(file: VdspFile) -> bool:
    """Whether code and format of a file contradict each other, so that what was meant is open."""
    words = stated(file)
    return words is not None and source_of(words[0]) not in (None, order_of_name(words[1]))


def _mend(source: str, fits: str, code: ColorCvtCode) -> str:
    if {source, fits} != {"RGB", "BGR"}:
        return f"choose a code that converts from {fits}"
    other = code.value.replace(source, "?").replace(fits, source).replace("?", fits)
    return f"write NO_CHANGE if the network wants the format's own order, {other} if it wants them swapped"
