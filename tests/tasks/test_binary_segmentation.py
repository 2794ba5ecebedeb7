"""Masks, scores and pictures of binary segmentation, against slow arithmetic with sets of pixels."""

from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from vcomp.errors import VcompError
from vcomp.tasks.binary_segmentation import (
    DEFINITIONS,
    ImageScore,
    Mask,
    overlay,
    score,
    summarize,
    to_mask,
    truth_mask,
)

Masks = tuple[Mask, Mask]  # prediction, truth


@st.composite
def masks(draw: st.DrawFn) -> Masks:
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))
    return draw(hnp.arrays(bool, shape)), draw(hnp.arrays(bool, shape))


def pixels(mask: Mask) -> set[tuple[int, int]]:
    return {(y, x) for y, row in enumerate(mask.tolist()) for x, set_ in enumerate(row) if set_}


def slow_iou(images: Sequence[Masks], *, background: bool = False) -> Fraction | None:
    """Intersection over union of all pixels of all images, of the foreground or the background."""
    both = either = 0
    for prediction, truth in images:
        a, b = (pixels(~prediction), pixels(~truth)) if background else (pixels(prediction), pixels(truth))
        both, either = both + len(a & b), either + len(a | b)
    return Fraction(both, either) if either else None


def slow_dice(prediction: Mask, truth: Mask) -> Fraction | None:
    a, b = pixels(prediction), pixels(truth)
    return Fraction(2 * len(a & b), len(a) + len(b)) if a or b else None


def percent(values: Sequence[Fraction | None]) -> float | None:
    """The mean of those that are defined."""
    defined = [value for value in values if value is not None]
    return pytest.approx(100 * float(sum(defined) / len(defined)), abs=1e-4) if defined else None  # type: ignore[return-value]


def scored(images: Sequence[Masks]) -> dict[str, float | int | None]:
    return summarize([score(str(n), *pair) for n, pair in enumerate(images)])


@given(masks())
def test_iou_and_dice_of_one_image_are_ratios_of_pixel_sets(pair: Masks) -> None:
    given = score("a", *pair)
    iou, dice = slow_iou([pair]), slow_dice(*pair)
    assert given.iou == (None if iou is None else float(iou))
    assert given.dice == (None if dice is None else float(dice))


@given(st.lists(masks(), max_size=5))
def test_miou_is_the_mean_over_images_with_a_union(images: list[Masks]) -> None:
    assert scored(images)["miou"] == percent([slow_iou([pair]) for pair in images])


@given(st.lists(masks(), max_size=5))
def test_dice_is_the_mean_over_the_same_images(images: list[Masks]) -> None:
    assert scored(images)["dice"] == percent([slow_dice(*pair) for pair in images])


@given(st.lists(masks(), max_size=5))
def test_dataset_iou_counts_all_pixels_together(images: list[Masks]) -> None:
    assert scored(images)["dataset_iou"] == percent([slow_iou(images)])


@given(st.lists(masks(), max_size=5))
def test_two_class_miou_is_the_mean_of_foreground_and_background(images: list[Masks]) -> None:
    assert scored(images)["two_class_miou"] == percent([slow_iou(images), slow_iou(images, background=True)])


@given(st.lists(masks(), max_size=5))
def test_images_without_a_union_are_counted(images: list[Masks]) -> None:
    empty = sum(slow_iou([pair]) is None for pair in images)
    assert (scored(images)["images"], scored(images)["empty"]) == (len(images), empty)


@given(masks())
def test_scores_are_fractions_and_dice_is_never_below_iou(pair: Masks) -> None:
    given = score("a", *pair)
    if given.iou is not None and given.dice is not None:
        assert 0 <= given.iou <= given.dice <= 1


EMPTY, FULL = np.zeros((4, 6), bool), np.ones((4, 6), bool)


@pytest.mark.parametrize(
    ("prediction", "truth", "miou", "dice", "dataset_iou", "two_class_miou", "empty"),
    [
        (EMPTY, EMPTY, None, None, None, 100, 1),
        (FULL, FULL, 100, 100, 100, 100, 0),
        (FULL, EMPTY, 0, 0, 0, 0, 0),
        (EMPTY, FULL, 0, 0, 0, 0, 0),
    ],
)
def test_masks_without_contrast_have_the_scores_that_remain_defined(
    prediction: Mask,
    truth: Mask,
    miou: float | None,
    dice: float | None,
    dataset_iou: float | None,
    two_class_miou: float,
    empty: int,
) -> None:
    assert scored([(prediction, truth)]) == {
        "miou": miou,
        "dice": dice,
        "dataset_iou": dataset_iou,
        "two_class_miou": two_class_miou,
        "images": 1,
        "empty": empty,
    }


def test_nothing_scored_is_no_score() -> None:
    assert summarize([]) == dict.fromkeys(("miou", "dice", "dataset_iou", "two_class_miou")) | {"images": 0, "empty": 0}


def test_each_metric_has_a_definition() -> None:
    assert set(summarize([])) == set(DEFINITIONS)


def test_masks_of_two_sizes_are_refused() -> None:
    with pytest.raises(VcompError, match="the mask of a is 4×6") as caught:
        score("a", EMPTY, np.zeros((4, 1), bool))
    assert "expected 4×1, as its truth" in str(caught.value)


@given(output=hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(0, 1, width=32)))
def test_at_least_the_threshold_is_foreground(output: NDArray[np.float32]) -> None:
    expected = [[value >= 0.5 for value in row] for row in output.tolist()]
    assert to_mask(output, 0.5).tolist() == expected


def test_a_threshold_that_is_no_binary_fraction_is_met_by_its_own_value() -> None:
    assert to_mask(np.full((1, 1), 0.3, np.float32), 0.3).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_an_output_of_any_precision_becomes_a_mask(dtype: type[np.floating]) -> None:
    assert to_mask(np.asarray([[0.25, 0.75]], dtype), 0.5).tolist() == [[False, True]]


@pytest.mark.parametrize("shape", [(4, 6), (1, 4, 6), (1, 1, 4, 6)])
def test_leading_sides_of_one_are_left_out(shape: tuple[int, ...]) -> None:
    assert to_mask(np.ones(shape, np.float32), 0.5).shape == (4, 6)


@pytest.mark.parametrize("shape", [(), (24,), (2, 4, 6), (1, 3, 4, 6), (2, 1, 4, 6), (1, 4, 6, 1)])
def test_an_output_that_is_no_one_map_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(VcompError, match="expected one channel of height × width"):
        to_mask(np.ones(shape, np.float32), 0.5)


@given(image=hnp.arrays(np.uint8, (5, 7)), foreground=st.integers(1, 255))
def test_a_truth_of_the_right_size_is_thresholded_alone(image: NDArray[np.uint8], foreground: int) -> None:
    assert truth_mask(image, (5, 7), foreground).tolist() == [[v >= foreground for v in row] for row in image.tolist()]


@given(image=hnp.arrays(np.uint8, (16, 12)))
def test_a_truth_of_another_size_is_resized_bilinearly_first(image: NDArray[np.uint8]) -> None:
    expected = cv2.resize(image, (5, 9), interpolation=cv2.INTER_LINEAR) >= 125
    assert np.array_equal(truth_mask(image, (9, 5), 125), expected)


def test_an_overlay_tells_found_wrongly_found_and_missed_apart() -> None:
    prediction, truth = np.asarray([[True, True, False, False]]), np.asarray([[True, False, True, False]])
    picture = overlay(np.zeros((1, 4, 3), np.uint8), prediction, truth, scale=1)
    assert picture.tolist() == [[[20, 100, 40], [115, 30, 25], [30, 55, 120], [0, 0, 0]]]


def test_an_overlay_lets_the_image_shine_through() -> None:
    picture = overlay(np.full((1, 2, 3), 200, np.uint8), np.asarray([[True, False]]), np.asarray([[True, False]]))
    assert picture[0, 0].tolist() == [120, 200, 140]
    assert picture[-1, -1].tolist() == [200, 200, 200]


def test_an_overlay_is_as_large_as_the_masks_times_the_scale() -> None:
    picture = overlay(np.zeros((50, 80, 3), np.uint8), EMPTY, FULL, scale=5)
    assert (picture.shape, picture.dtype) == ((20, 30, 3), np.uint8)


def test_a_score_without_a_union_is_undefined() -> None:
    assert ImageScore("a", overlap=0, predicted=0, true=0, pixels=9).iou is None
