"""Sizes and channels of the calibration images, against the network's input."""

from collections.abc import Iterator

from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.spec import CenterCrop, Letterbox, Resize, ResizeToFit

Size = tuple[int, int]


class FitWithoutPad(Rule[CompileFile]):
    """A resize to a square that keeps the aspect ratio, and no Pad after it: the image is not the network's input.

    Only a square picture comes out as large as the network is.
    """

    id = "VC401"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for index, size in _unpadded(subject):
            if size[1] in (-1, size[0]):
                yield self.finding(
                    subject.at(*OPS_AT, index, "size", spot=None),
                    f"Resize to {list(size)} keeps the aspect ratio, and no Pad follows",
                    "add `- type: Pad` with `pad_to_square: true` right after it",
                )


class FitInsideWithoutPad(Rule[CompileFile]):
    """A resize to two sides with `adaptive_side`, and no Pad after it: whether it fills both sides is unpublished."""

    id = "VC402"
    severity = Severity.QUESTION
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        for index, size in _unpadded(subject):
            if size[1] not in (-1, size[0]):
                yield self.finding(
                    subject.at(*OPS_AT, index, "size", spot=None),
                    f"Resize to {list(size)} with adaptive_side, and no Pad follows",
                    "leave adaptive_side out to stretch, or add a Pad",
                )


class NotTheInputSize(Rule[CompileFile]):
    """The calibration images end at another height or width than the network's input has."""

    id = "VC403"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        image = subject.image_input
        last: tuple[int, Size] | None = None
        for index, kind, entry in subject.entries():
            size = entry.get({"Resize": "size", "CenterCrop": "crop_size"}.get(kind, ""))
            if isinstance(size, list) and len(size) == 2 and all(type(side) is int for side in size):
                last = index, (size[0], size[0] if size[1] == -1 else size[1])
        if image and last and last[1] != image[1:]:
            (height, width), wanted = last[1], f"{image[1]}×{image[2]}"
            yield self.finding(
                subject.at(*OPS_AT, last[0]),
                f"calibration ends at {height}×{width}, the network takes {wanted}",
                f"write {wanted} in both places",
            )


class CropTooLarge(Rule[CompileFile]):
    """A crop larger than what it is cut from."""

    id = "VC404"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        before: Size | None = None
        for index, op in enumerate(subject.ops or ()):
            if isinstance(op, CenterCrop) and before and (op.height > before[0] or op.width > before[1]):
                yield self.finding(
                    subject.at(*OPS_AT, index),
                    f"a crop of {op.height}×{op.width} out of {before[0]}×{before[1]}",
                    "enlarge the resize before it, or crop less",
                )
            if isinstance(op, (CenterCrop, Resize, Letterbox)):
                before = op.height, op.width
            elif isinstance(op, ResizeToFit):
                before = None  # it depends on the picture


class ChannelCount(Rule[CompileFile]):
    """The number of channels differs: of mean and std, of the image at that point, of the network's input."""

    id = "VC405"
    severity = Severity.ERROR
    looks_at = CompileFile

    def visit(self, subject: CompileFile) -> Iterator[Finding]:
        channels = 3
        for index, kind, entry in subject.entries():
            if (kind == "DecodeImage" and entry.get("cv2_flags") == 0) or kind == "ChannelSplit":
                channels = 1
            for key in ("mean", "std") if kind == "Normalize" else ():
                values = entry.get(key)
                if isinstance(values, list) and len(values) != channels:
                    yield self.finding(
                        subject.at(*OPS_AT, index, key, spot=None),
                        f"{key} has {len(values)} values, the image has {channels} channels here",
                        f"write {channels} values",
                    )
        image = subject.image_input
        if image and subject.ops is not None and channels != image[0]:
            yield self.finding(
                subject.at(*OPS_AT, spot=None),
                f"preprocessing ends with {channels} channels, the network takes {image[0]}",
                "decode grey for one channel (cv2_flags: 0), colour for three, or correct the input's shape",
            )


def _unpadded(file: CompileFile) -> Iterator[tuple[int, Size]]:
    """The resizes that keep the aspect ratio and are followed by neither Pad nor crop, with their sizes."""
    entries = list(file.entries())
    for position, (index, kind, entry) in enumerate(entries):
        size = entry.get("size")
        keeps = "adaptive_side" in entry or (isinstance(size, list) and size[-1:] == [-1])
        settled = any(later in ("Pad", "CenterCrop", "Resize", "CustomFunc") for _, later, _ in entries[position + 1 :])
        if kind == "Resize" and keeps and not settled and isinstance(size, list) and len(size) == 2:
            yield index, (size[0], size[1])
