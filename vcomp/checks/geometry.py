"""How calibration and runtime change the size of an image: in which steps, to which size, by which filter."""

from collections.abc import Iterator

from vcomp.checks.calibration import files_of, op_place
from vcomp.checks.effect import Move
from vcomp.checks.finding import Finding, Severity
from vcomp.checks.rule import Rule
from vcomp.checks.tree import Pair
from vcomp.checks.vdsp_file import CONFIG
from vcomp.spec import Kernel

_SAME_KERNEL = {
    Kernel.BILINEAR: Kernel.BILINEAR_CV,
    Kernel.NEAREST: Kernel.NEAREST_CV,
    Kernel.LANCZOS: Kernel.LANCZOS_CV,
}


Kinds = tuple[str, ...]
_PLAIN: set[Kinds] = {("stretch",), ("letterbox",), ("stretch", "crop")}


class GeometryDiffers(Rule[Pair]):
    """One side stretches the image, the other letterboxes it, or crops it: objects come out of another shape."""

    id = "VC705"
    severity = Severity.ERROR
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        apart = set(_kinds_apart(subject))
        if apart and apart <= _PLAIN:
            yield _geometry(self, subject, "do the same on both sides")


class GeometryMayDiffer(Rule[Pair]):
    """Calibration and runtime change the size in different steps; a script may do on the host what is missing."""

    id = "VC706"
    severity = Severity.QUESTION
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        if not set(_kinds_apart(subject)) <= _PLAIN:
            yield _geometry(self, subject, "do the same on both sides, unless the script does the rest")


class SizeDiffers(Rule[Pair]):
    """The image that the runtime makes is not as large as the network that it is for, or is cut from another size."""

    id = "VC707"
    severity = Severity.ERROR
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        image, op = subject.compile.image_input, subject.vdsp.op
        if not subject.same_network or image is None or op is None:
            return
        made, wanted = op.output, image[1:]
        if made and made != wanted:
            swapped = ""
            if sorted("".join(map(str, made))) == sorted("".join(map(str, wanted))):
                swapped = ": the same digits in another order"
            side = "OimageHeight" if made[0] != wanted[0] else "OimageWidth"
            says = f"the runtime makes {_by(made)}, the network takes {_by(wanted)}{swapped} ({files_of(subject)})"
            for place in (subject.compile.at("frontend", "shape"), subject.vdsp.at(CONFIG, side, spot=None)):
                yield self.finding(place, says, f"write {_by(wanted)}, or pair it with the network of that size")
        elif subject.calibrated and subject.fed:
            yield from self._inner(subject, subject.calibrated.moves, subject.fed.moves)

    def _inner(self, pair: Pair, moves: tuple[Move, ...], others: tuple[Move, ...]) -> Iterator[Finding]:
        """The size before the crop."""
        if [move.how for move in moves] == [move.how for move in others] == ["stretch", "crop"]:
            one, other = moves[0].size, others[0].size
            if one and other and one != other:
                yield self.finding(
                    pair.vdsp.at(CONFIG, "ResizeHeight", spot=None),
                    f"the runtime crops out of {_by(other)}, calibration out of {_by(one)} ({files_of(pair)})",
                    "resize to the same size before the crop",
                )
            elif _far(moves[1].place, others[1].place):
                yield self.finding(
                    pair.vdsp.at(CONFIG, "CropX", spot=None),
                    f"the runtime crops at {others[1].place}, calibration at {moves[1].place} ({files_of(pair)})",
                    "crop at the same place: the middle",
                )


class KernelDiffers(Rule[Pair]):
    """Calibration and runtime resize by different filters; the compiler's default is unpublished."""

    id = "VC708"
    severity = Severity.QUESTION
    looks_at = Pair

    def visit(self, subject: Pair) -> Iterator[Finding]:
        calibrated, fed = subject.calibrated, subject.fed
        if not (subject.same_network and calibrated and fed and calibrated.kernel and fed.kernel):
            return
        one, other = (_SAME_KERNEL.get(kernel, kernel) for kernel in (calibrated.kernel, fed.kernel))
        if one is not other:
            yield self.finding(
                subject.vdsp.at(CONFIG, "ResizeType"),
                f"ResizeType is {fed.kernel.value}, calibration uses {calibrated.kernel.value} ({files_of(subject)})",
                "name the same filter on both sides: `backend: pillow` in the YAML is Pillow's",
            )


def _kinds_apart(pair: Pair) -> tuple[Kinds, ...]:
    """The kinds of steps by which each side changes the size, if they differ; nothing if they do not, or it is open."""
    if not pair.same_network or pair.calibrated is None or pair.fed is None:
        return ()
    one, other = (tuple(move.how for move in effect.moves) for effect in (pair.calibrated, pair.fed))
    return (one, other) if one and other and one != other else ()


def _geometry(rule: Rule[Pair], pair: Pair, mend: str) -> Finding:
    one, other = (", ".join(map(str, effect.moves)) for effect in (pair.calibrated, pair.fed) if effect)
    says = f"calibration does {one}, the runtime {other} ({files_of(pair)})"
    return rule.finding(op_place(pair.compile, "Resize"), says, mend)


def _far(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    """Whether two crops begin more than a pixel apart, which is what halving an odd number may cost."""
    return one is not None and other is not None and max(abs(a - b) for a, b in zip(one, other, strict=True)) > 1


def _by(size: tuple[int, ...]) -> str:
    return "×".join(map(str, size))
