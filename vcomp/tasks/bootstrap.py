"""How sure a drop of the score is: a paired bootstrap over images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcomp.tasks.binary_segmentation import ImageScore

RESAMPLES = 10_000
SEED = 0
LEVEL = 95  # percent
AT_A_TIME = 1 << 22  # resampled images whose counts are held at once


def drop_interval(reference: Sequence[ImageScore], own: Sequence[ImageScore]) -> tuple[float, float] | None:
    """The 95 % interval of the drop in mIoU, in points, if other images of the same kind had been drawn.

    Both score the same images, in the same order. Images are drawn anew 10,000 times, each with the two scores that
    belong together, always with the same seed. None where there is no image that both have a score of.
    """
    scores = [_scores(reference), _scores(own)]
    if any(np.isnan(values).all() for values in scores):
        return None
    number = scores[0].size
    source = np.random.default_rng(SEED)
    drops = []
    for start in range(0, RESAMPLES, step := max(1, AT_A_TIME // number)):
        rows = min(step, RESAMPLES - start)
        counts = source.multinomial(number, np.full(number, 1 / number), size=rows).astype(np.float64)
        with np.errstate(invalid="ignore"):  # a draw of undefined scores alone
            drops.append(_means(counts, scores[0]) - _means(counts, scores[1]))
    outside = (100 - LEVEL) / 2
    low, high = np.nanpercentile(np.concatenate(drops), [outside, 100 - outside])
    return float(low), float(high)


def _scores(scores: Sequence[ImageScore]) -> NDArray[np.float64]:
    """The IoU of each image in percent; not a number where it is undefined."""
    return np.array([np.nan if item.iou is None else 100 * item.iou for item in scores], np.float64)


def _means(counts: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each draw over the images that have a value, as `summarize` takes it."""
    defined = ~np.isnan(values)
    means: NDArray[np.float64] = (counts @ np.where(defined, values, 0)) / (counts @ defined)
    return means
