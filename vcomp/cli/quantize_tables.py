"""What `vcomp quantize` found, as tables with notes under them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vcomp.report.table import interval
from vcomp.results import EMBEDDED_SAMPLE, figure

if TYPE_CHECKING:
    from vcomp.pipeline.calibration_set import CalibrationSet
    from vcomp.pipeline.comparison import Row
    from vcomp.pipeline.quantization import Quantization
    from vcomp.pipeline.sensitivity import Remedy, Sensitivity
    from vcomp.pipeline.waterfall import Stage

EMULATED = "Emulated but for fp32: scores model the chip's arithmetic, speeds are this CPU's and never the card's."


@dataclass(frozen=True)
class Shown:
    """A table, and what is said under it."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: list[str]


def tables(found: "Quantization") -> Iterator[Shown]:
    """One for each thing that was asked."""
    drawn = f" ({EMBEDDED_SAMPLE})" if found.source == EMBEDDED_SAMPLE else ""
    on = f"on {found.images} images{drawn}, calibrated once on {found.calibration_set.images}"
    if found.modes is not None:
        yield _modes(f"{found.model} {on}", found.modes)
    if found.waterfall is not None:
        yield _waterfall(f"Where the accuracy of {found.model} goes, {on}", found.waterfall)
    if found.sensitivity is not None:
        yield _sensitivity(f"Each layer of {found.model} quantized alone, {on}", found.sensitivity)


def calibration_lines(seen: "CalibrationSet") -> Iterator[str]:
    """How the ranges grew with the images, and what is wrong with the set."""
    curve = ", ".join(f"{item.images}: {item.percent:.1f} %" for item in seen.coverage)
    yield f"Calibration set: range reached, on average over {seen.tensors} tensors, by number of images: {curve}"
    if not seen.warnings:
        yield "    the ranges have settled, no image decides alone, none is evaluated as well"
    yield from (f"    warning: {warning}" for warning in seen.warnings)


def _modes(title: str, rows: "list[Row]") -> Shown:
    columns = ("precision", "mIoU", "drop", "95 % interval", "MB", "ms", "× fp32")
    shown = [
        (
            " ".join(filter(None, (row.precision, row.calibrate, "*" if row.calibrate and row.of_the_spec else None))),
            figure(row.miou),
            figure(row.drop),
            interval(row.interval),
            figure(row.bytes / 1e6, 1),
            figure(row.milliseconds, 1),
            figure(row.speedup, 2),
        )
        for row in rows
    ]
    return Shown(title, columns, shown, ["* the spec's own mode. Batch 1, medians of paired runs.", EMULATED])


def _waterfall(title: str, stages: "list[Stage]") -> Shown:
    rows = [(stage.name, figure(stage.miou), figure(stage.lost), stage.against or "–") for stage in stages]
    return Shown(title, ("stage", "mIoU", "lost", "against"), rows, ["Emulated from fp16 constants on."])


def _sensitivity(title: str, found: "Sensitivity") -> Shown:
    rows = [
        (cost.name, cost.kind, f"{cost.field} {cost.number}", figure(cost.noise, 2), figure(cost.drop))
        for cost in found.costs
    ]
    notes = ["Noise: rms difference of the network's output from fp32, in percent of its spread. Emulated."]
    if found.remedy is not None:
        notes += _remedy(found.remedy)
    return Shown(title, ("layer", "operator", "skipped by", "noise %", "drop"), rows, notes)


def _remedy(remedy: "Remedy") -> Iterator[str]:
    drop = figure(remedy.drop)
    if not remedy.layers and remedy.reached:
        yield f"No layer need be skipped: the drop is {drop}, the tolerance {remedy.tolerance:g}."
    elif remedy.reached:
        number = f"{len(remedy.layers)} layer{'s' * (len(remedy.layers) != 1)}"
        yield f"Skipping {number} leaves a drop of {drop}, within {remedy.tolerance:g}. In the spec's Int8:"
        yield f"    {remedy.field()}"
    else:
        yield f"No list of layers to skip reaches {remedy.tolerance:g}: with all of them skipped, the drop is {drop}."
        yield "    What lies between the layers stays int8: choose another way to calibrate."
