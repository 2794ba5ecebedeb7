"""Suppression, against OpenCV's and against the definition written as a loop."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcomp.emulator.postprocess.boxes import Candidates
from vcomp.emulator.postprocess.nms import MOST_CANDIDATES, best


def candidates(boxes, scores=None, classes=None):
    count = len(boxes)
    return Candidates(
        classes=np.zeros(count, np.intp) if classes is None else np.asarray(classes, np.intp),
        scores=np.linspace(1, 0.5, count, dtype=np.float32) if scores is None else np.asarray(scores, np.float32),
        boxes=np.asarray(boxes, np.float32).reshape(count, 4),
    )


def crowd(count, seed):
    """Boxes of a few classes that overlap much."""
    generator = np.random.default_rng(seed)
    corners, sides = generator.uniform(0, 60, (count, 2)), generator.uniform(1, 40, (count, 2))
    boxes = np.concatenate([corners, corners + sides], axis=1)
    return candidates(boxes, (generator.permutation(count) + 1) / count, generator.integers(0, 3, count))


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.65, 1.0])
def test_the_same_remain_as_with_opencv_class_by_class(threshold):
    given = crowd(400, seed=7)

    expected = []
    for label in range(3):
        rows = np.flatnonzero(given.classes == label)
        rectangles = np.hstack([given.boxes[rows, :2], given.boxes[rows, 2:] - given.boxes[rows, :2]])
        kept = cv2.dnn.NMSBoxes(rectangles.tolist(), given.scores[rows].tolist(), 0.0, threshold)
        expected += rows[kept].tolist()
    assert sorted(best(given, threshold, 1000).tolist()) == sorted(expected)


def overlap(first, second):
    (x1, y1, x2, y2), (u1, v1, u2, v2) = first, second
    shared = max(min(x2, u2) - max(x1, u1), 0) * max(min(y2, v2) - max(y1, v1), 0)
    either = max(x2 - x1, 0) * max(y2 - y1, 0) + max(u2 - u1, 0) * max(v2 - v1, 0) - shared
    return shared / either if either > 0 else 0


coordinates = st.integers(0, 12).map(float) | st.sampled_from([np.nan, np.inf, -np.inf])
boxes = st.tuples(st.tuples(*[coordinates] * 4), st.sampled_from([0.25, 0.5, 0.75]), st.integers(0, 2))


@given(st.lists(boxes, max_size=30), st.sampled_from([0.0, 0.3, 0.55, 1.0]), st.integers(1, 40))
def test_the_same_remain_as_by_definition(found, threshold, most):
    """Boxes without area, turned inside out, not finite; scores that are equal."""
    kept = []
    for number in sorted(range(len(found)), key=lambda number: -found[number][1]):
        box, _, label = found[number]
        if np.isfinite(box).all() and all(
            found[other][2] != label or overlap(found[other][0], box) <= threshold for other in kept
        ):
            kept.append(number)

    given = candidates(*([item[index] for item in found] for index in range(3)))
    assert best(given, threshold, most).tolist() == kept[:most]


def test_of_boxes_of_equal_score_the_first_remains():
    same = [[0, 0, 10, 10]] * 5

    assert best(candidates(same, [0.5, 0.7, 0.7, 0.6, 0.7]), 0.5, 300).tolist() == [1]


def test_boxes_of_different_classes_do_not_suppress_each_other():
    assert best(candidates([[0, 0, 10, 10]] * 2, classes=[0, 1]), 0.5, 300).tolist() == [0, 1]


def test_an_overlap_of_exactly_the_threshold_remains():
    assert best(candidates([[0, 0, 10, 10], [0, 0, 10, 5]]), 0.5, 300).tolist() == [0, 1]


def test_without_a_threshold_the_likeliest_remain():
    assert best(candidates([[0, 0, 10, 10]] * 4, [0.1, 0.4, 0.3, 0.4]), None, 3).tolist() == [1, 3, 2]


def test_what_is_less_likely_than_the_most_that_are_compared_is_lost():
    same = np.tile([0, 0, 10, 10], (MOST_CANDIDATES, 1))
    apart = [[20, 20, 30, 30]]
    scores = [0.9] * MOST_CANDIDATES + [0.5]

    assert best(candidates(np.concatenate([same, apart]), scores), 0.5, 300).tolist() == [0]
    assert best(candidates(np.concatenate([same[1:], apart]), scores[1:]), 0.5, 300).tolist() == [
        0,
        MOST_CANDIDATES - 1,
    ]
