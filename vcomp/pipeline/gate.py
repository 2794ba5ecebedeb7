"""The verdict on a precision: does its score stay as near to fp32's as the spec demands."""

from collections.abc import Sequence

from vcomp.results import EMBEDDED_SAMPLE, Gate
from vcomp.tasks.binary_segmentation import ImageScore, summarize
from vcomp.tasks.bootstrap import drop_interval


def judge(fp32: Sequence[ImageScore], own: Sequence[ImageScore], max_drop: float | None, source: str) -> Gate:
    """Both score the same images in the same order. Drawn images get no verdict: the spec's demand is on real ones."""
    before, after = summarize(fp32)["miou"], summarize(own)["miou"]
    drop = None if before is None or after is None else round(before - after, 4)
    passed = None if drop is None or max_drop is None or source == EMBEDDED_SAMPLE else drop <= max_drop
    return Gate(drop=drop, interval=drop_interval(fp32, own), max_drop=max_drop, passed=passed)
