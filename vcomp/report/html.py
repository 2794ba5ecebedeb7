"""One self-contained HTML page about a run: the table, and pictures of the worst, median and best images."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vcomp.datasets.images import encode, read_rgb
from vcomp.datasets.pairs import Pair, mask_file, read_mask
from vcomp.files import write_text
from vcomp.render.templates import fill
from vcomp.report.scores import Scored
from vcomp.report.table import COLUMNS, table
from vcomp.results import EMBEDDED_SAMPLE, Result, figure
from vcomp.spec import RunnableSpec
from vcomp.tasks.binary_segmentation import overlay, truth_mask

SHOWN = 3  # pictures each of the worst, the median and the best


@dataclass(frozen=True)
class Example:
    """One image: its overlay per precision as a data URL, with the IoU under it."""

    name: str
    pictures: tuple[tuple[str, str, str], ...]  # precision, IoU, data URL


def write_report(
    path: Path, spec: RunnableSpec, pairs: Sequence[Pair], results: Sequence[Result], scored: Sequence[Scored]
) -> None:
    """Write the page. Examples are chosen by the last precision, the one that was asked for."""
    ranked = sorted((score.iou, index) for index, score in enumerate(scored[-1].scores) if score.iou is not None)
    order = [index for _, index in ranked]
    middle = max(0, (len(order) - SHOWN) // 2)
    groups = {
        "Worst": order[:SHOWN],
        "Median": order[middle : middle + SHOWN],
        "Best": order[-SHOWN:][::-1],
    }
    context = {
        "title": spec.display_name,
        "result": results[-1],
        "drawn": results[-1].dataset.source == EMBEDDED_SAMPLE,
        "columns": COLUMNS,
        "rows": table(spec, results),
        "groups": {
            name: [_example(spec, pairs[index], index, scored) for index in chosen] for name, chosen in groups.items()
        },
    }
    write_text(path, fill("report.html.j2", context))


def _example(spec: RunnableSpec, pair: Pair, index: int, scored: Sequence[Scored]) -> Example:
    image = read_rgb(pair.image)
    truth = truth_mask(read_mask(pair.mask), spec.size, spec.evaluation.foreground)
    pictures = []
    for item in scored:
        mask = read_mask(mask_file(item.masks, pair)) > 0
        iou = item.scores[index].iou
        encoded = base64.b64encode(encode(overlay(image, mask, truth))).decode()
        pictures.append((item.dtype, figure(None if iou is None else 100 * iou, 2), f"data:image/png;base64,{encoded}"))
    return Example(pair.name, tuple(pictures))
