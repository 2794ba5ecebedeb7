"""Why a network cannot be followed by the post-processing that its compile file asks for."""

from collections.abc import Iterator, Sequence

from typing_extensions import assert_never

from vcomp.emulator.postprocess.heads import PartName
from vcomp.emulator.postprocess.layouts import BINS, COEFFICIENTS, Shape, Size, cells, recognise
from vcomp.emulator.postprocess.params import AnchorYolo, AnyDetector, DflYolo, RetinaFace, Yolox
from vcomp.errors import VcompError

SHOWN = 12
EXPORT = "export the network up to its heads, without non-maximum suppression"


def not_heads(op: AnyDetector, size: Size, shapes: Sequence[Shape]) -> VcompError:
    """The outputs have other shapes than heads of this kind."""
    fits = next(_params_that_fit(op, size, shapes), None)
    return VcompError(
        f"the network's outputs cannot be the heads that {op.type} is for: {_listed(shapes)}",
        expected=_expected(op, size),
        mend=f"these outputs fit {fits}" if fits else f"{EXPORT}, or correct params",
    )


def no_prototypes(op: AnyDetector, shapes: Sequence[Shape]) -> VcompError:
    """There are coefficients, and nothing to multiply with them."""
    return VcompError(
        f"the network has no mask prototypes for {op.type} with seg_enable: {_listed(shapes)}",
        expected=f"an output of 1×{COEFFICIENTS}×h×w beside the heads",
        mend="export it with its prototypes, or write seg_enable: false",
    )


def differing_heads(op: AnyDetector, part: PartName) -> VcompError:
    return VcompError(
        f"some of the network's heads for {op.type} are activated or decoded, and others are not ({part})",
        expected="all alike",
        mend=EXPORT,
    )


def decoded_faces(op: RetinaFace) -> VcompError:
    return VcompError(
        f"the network decodes its boxes itself, before {op.type} could",
        expected="boxes as offsets from the anchors",
        mend=EXPORT,
    )


def _expected(op: AnyDetector, size: Size) -> str:
    levels = cells(op.strides, size)
    strides = ", ".join(map(str, op.strides))
    boxes = op.per_cell * sum(height * width for height, width in levels)
    match op:
        case AnchorYolo():
            channels = 3 * (5 + op.num_classes)
            maps = ", ".join(_written((1, channels, *level)) for level in levels)
            return (
                f"{channels} channels (3 anchors × (5 + {op.num_classes} classes)) at strides {strides}: {maps}; "
                f"or all in one, {_written((1, boxes, 5 + op.num_classes))}"
            )
        case Yolox():
            return (
                f"{5 + op.num_classes} channels (4 for the box, 1 for the object, {op.num_classes} classes), or the "
                f"three apart, at strides {strides}; or all in one, {_written((1, boxes, 5 + op.num_classes))}"
            )
        case RetinaFace():
            parts = ", ".join(_written((1, boxes, channels)) for channels in (2, 4, 10))
            return f"classes, boxes and landmarks of {parts}; or their maps of 2 anchors per cell at strides {strides}"
        case DflYolo():
            raw, decoded = 4 * BINS + op.num_classes, 4 + op.num_classes
            masks = f"; with {COEFFICIENTS} mask coefficients, and prototypes of {COEFFICIENTS} channels"
            return (
                f"{raw} channels (4 × {BINS} for the box, {op.num_classes} classes), or the two apart, at strides "
                f"{strides}; or all in one, {_written((1, raw, boxes))}, or decoded, {_written((1, decoded, boxes))}"
                + (masks if op.seg_enable else "")
            )
        case _:
            assert_never(op)


def _params_that_fit(op: AnyDetector, size: Size, shapes: Sequence[Shape]) -> Iterator[str]:
    """The one parameter that would have to be another for the outputs to be heads, as the file writes it."""
    if isinstance(op, DflYolo):
        other = op.model_copy(update={"seg_enable": not op.seg_enable})
        if recognise(other, size, shapes):
            yield f"seg_enable: {str(other.seg_enable).lower()}"
    if not isinstance(op, RetinaFace):
        beside = (0, 4, 5, 4 * BINS, 4 + COEFFICIENTS, 4 * BINS + COEFFICIENTS)  # channels that are no classes
        sides = {side // op.per_cell for shape in shapes for side in shape}
        for count in sorted({side - channels for side in sides for channels in beside}):
            if count > 0 and recognise(op.model_copy(update={"num_classes": count}), size, shapes):
                yield f"num_classes: {count}"


def _listed(shapes: Sequence[Shape]) -> str:
    return ", ".join(_written(shape) for shape in shapes[:SHOWN]) + (", …" if len(shapes) > SHOWN else "")


def _written(shape: Shape) -> str:
    return "×".join(map(str, shape))
