"""Per-image scores as a table that a spreadsheet reads."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vcomp.files import write_text
from vcomp.results import Performance
from vcomp.tasks.binary_segmentation import ImageScore


@dataclass(frozen=True)
class Scored:
    """One precision of one model, evaluated: where its masks lie, the score of each image, and its speed."""

    dtype: str
    masks: Path
    scores: tuple[ImageScore, ...]
    speed: Performance


def write_scores(folder: Path, scored: Sequence[Scored]) -> None:
    """Write `scores.csv`: a line per image, its IoU and Dice in percent per precision; empty where undefined."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["image", *(f"{item.dtype}_{metric}" for item in scored for metric in ("iou", "dice"))])
    for row in zip(*(item.scores for item in scored), strict=True):
        values = [value for score in row for value in (score.iou, score.dice)]
        writer.writerow([row[0].name, *("" if value is None else f"{100 * value:.4f}" for value in values)])
    write_text(folder / "scores.csv", buffer.getvalue())
