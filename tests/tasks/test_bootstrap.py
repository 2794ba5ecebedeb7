"""The interval of a drop: a paired bootstrap, compared with a plain loop."""

import random
from statistics import mean

import pytest

from vcomp.tasks.binary_segmentation import ImageScore
from vcomp.tasks.bootstrap import drop_interval


def scores_of(ious: list[float | None]) -> list[ImageScore]:
    """Images of 1000 true pixels, of which this share is found; None: nothing is there, and nothing found."""
    found = [(0, 0, 0) if iou is None else (round(1000 * iou), round(1000 * iou), 1000) for iou in ious]
    return [ImageScore(str(at), *counts, pixels=4000) for at, counts in enumerate(found)]


def drawn(seed: int, number: int = 60) -> tuple[list[float | None], list[float | None]]:
    source = random.Random(seed)
    before: list[float | None] = [source.uniform(0.6, 0.95) for _ in range(number)]
    after: list[float | None] = [value + source.gauss(-0.01, 0.02) for value in before if value is not None]
    return before, after


def slow_interval(before: list[float], after: list[float]) -> tuple[float, float]:
    source = random.Random(1)
    drops = []
    for _ in range(4000):
        chosen = source.choices(range(len(before)), k=len(before))
        drops.append(100 * (mean(before[at] for at in chosen) - mean(after[at] for at in chosen)))
    drops.sort()
    return drops[100], drops[3899]


def test_the_interval_is_that_of_a_plain_loop() -> None:
    before, after = drawn(0)

    low, high = drop_interval(scores_of(before), scores_of(after)) or (0, 0)

    expected = slow_interval([value or 0 for value in before], [value or 0 for value in after])
    assert (low, high) == pytest.approx(expected, abs=0.08)
    assert low < 1 < high


def test_the_same_scores_give_the_same_interval() -> None:
    before, after = (scores_of(values) for values in drawn(1))

    assert drop_interval(before, after) == drop_interval(before, after)


def test_equal_scores_have_no_drop_at_all() -> None:
    before = scores_of(drawn(2)[0])

    assert drop_interval(before, before) == (0, 0)


def test_a_difference_shared_by_all_images_is_certain_however_much_they_vary() -> None:
    before: list[float | None] = [0.2, 0.9, 0.5, 0.7]

    interval = drop_interval(scores_of(before), scores_of([(value or 0) - 0.1 for value in before]))

    assert interval == pytest.approx((10, 10))


def test_images_without_a_score_change_nothing_where_the_rest_is_certain() -> None:
    interval = drop_interval(scores_of([0.9, None, 0.8]), scores_of([0.8, None, 0.7]))

    assert interval == pytest.approx((10, 10))


def test_without_any_score_there_is_no_interval() -> None:
    assert drop_interval(scores_of([None]), scores_of([None])) is None
    assert drop_interval([], []) is None


def test_more_images_than_are_held_at_once_are_drawn_in_parts() -> None:
    before, after = drawn(3, number=3000)

    low, high = drop_interval(scores_of(before), scores_of(after)) or (0, 0)

    mean_drop = 100 * (mean(value or 0 for value in before) - mean(value or 0 for value in after))
    assert mean_drop - 0.1 < low < mean_drop < high < mean_drop + 0.1
