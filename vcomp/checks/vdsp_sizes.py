"""Sizes in a vdsp_params JSON, against each other."""

from collections.abc import Iterator

from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.vdsp_file import CONFIG, VdspFile
from vcomp.spec.op_type import OpType, Step


class PitchIsNotSize(Rule[VdspFile]):
    """The pitch of the input image is not its width or height: packed images have no gaps between their rows."""

    id = "VC406"
    severity = Severity.ERROR
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        for side in ("Width", "Height"):
            size, pitch = subject.value(CONFIG, f"Iimage{side}"), subject.value(CONFIG, f"Iimage{side}Pitch")
            if type(size) is int and type(pitch) is int and size != pitch:
                yield self.finding(
                    subject.at(CONFIG, f"Iimage{side}Pitch"),
                    f"Iimage{side}Pitch is {pitch}, Iimage{side} is {size}",
                    f"write {size}",
                    fix=str(size),
                )


class CropOutside(Rule[VdspFile]):
    """The runtime's crop reaches beyond the resized image."""

    id = "VC407"
    severity = Severity.ERROR
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        for offset, resized, cut in _crops(subject):
            if offset + cut > resized:
                yield self.finding(
                    subject.at(CONFIG, "CropX", spot=None),
                    f"a crop of {cut} at {offset} ends at {offset + cut}, the resized image at {resized}",
                    f"crop at {max(0, (resized - cut) // 2)}, or resize to more",
                )


class CropOffCentre(Rule[VdspFile]):
    """The runtime's crop is not in the middle of the resized image, where the calibration's always is."""

    id = "VC408"
    severity = Severity.WARNING
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        for offset, resized, cut in _crops(subject):
            if offset + cut <= resized and offset not in ((resized - cut) // 2, (resized - cut + 1) // 2):
                yield self.finding(
                    subject.at(CONFIG, "CropX", spot=None),
                    f"a crop of {cut} out of {resized} begins at {offset}, the middle is at {(resized - cut) // 2}",
                    f"write {(resized - cut) // 2}",
                )


class InputIsNotFirstSize(Rule[VdspFile]):
    """The stated size of the input image is not the size that the operator's first step makes.

    All public files write that size there. The runtime takes the size of the image itself.
    """

    id = "VC409"
    severity = Severity.WARNING
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        first = "Resize" if subject.kind == OpType.RGB_RESIZE_CVTCOLOR_CROP.value else "Oimage"
        for side in ("Width", "Height"):
            size, made = subject.value(CONFIG, f"Iimage{side}"), subject.value(CONFIG, f"{first}{side}")
            if type(size) is int and type(made) is int and size != made:
                yield self.finding(
                    subject.at(CONFIG, f"Iimage{side}", spot=None),
                    f"Iimage{side} is {size}, {first}{side} is {made}",
                    f"write {made} in both, if that is the size that is meant",
                )


class NoPadding(Rule[VdspFile]):
    """A letterbox that does not say what fills its border: the default is unpublished, samples that say it say 114."""

    id = "VC410"
    severity = Severity.QUESTION
    looks_at = VdspFile

    def visit(self, subject: VdspFile) -> Iterator[Finding]:
        op = subject.op
        if op is not None and Step.PAD in op.op_type.geometry and "Padding" not in subject.config:
            yield self.finding(
                subject.at(CONFIG),
                "the operator letterboxes, and Padding is not stated",
                'add "Padding": [114, 114, 114]',
            )


def _crops(file: VdspFile) -> Iterator[tuple[int, int, int]]:
    """Offset, size before and size after of a crop that follows a resize, along each side."""
    op = file.op
    if op is None or op.op_type.geometry != (Step.RESIZE, Step.CROP) or not (op.crop and op.resize and op.output):
        return
    yield from zip(op.crop, op.resize, op.output, strict=True)
