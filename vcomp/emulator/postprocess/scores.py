"""From class logits to the predictions that are likely enough to be looked at."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.heads import Array, Heads, PartName


class Likely(NamedTuple):
    """Predictions above a threshold: their numbers, in rising order, their best class, and its score."""

    numbers: NDArray[np.intp]
    classes: NDArray[np.intp]
    scores: Array


def likely(heads: Heads, parts: Mapping[PartName, Array], threshold: float) -> Likely:
    """Of each prediction the best class, if its score is above the threshold. What is not a number is below.

    The score is the class's probability, times the object's where there is one.
    """
    classes = parts["class"]
    if "object" not in parts:
        numbers, objects = np.arange(classes.shape[1]), np.ones(classes.shape[1], np.float32)
    else:
        everywhere = probability(heads, "object", parts["object"][0])
        numbers = np.flatnonzero(everywhere > threshold)  # no class makes it more
        objects, classes = everywhere[numbers], classes[:, numbers]
    best, logits = _best_class(classes)
    scores = objects * probability(heads, "class", logits)
    chosen = np.flatnonzero(scores > threshold)
    return Likely(numbers[chosen], best[chosen], scores[chosen])


def probability(heads: Heads, part: PartName, values: Array) -> Array:
    """The values through a sigmoid, unless the network has done that."""
    return values if part in heads.activated else sigmoid(values)


def sigmoid(values: Array) -> Array:
    one = np.float32(1)
    probabilities: Array = one / (one + np.exp(-values))
    return probabilities


def _best_class(values: Array) -> tuple[NDArray[np.intp], Array]:
    """Of classes × predictions, each prediction's largest value and its class, the first of equals."""
    if np.isnan(values.max(axis=0)).any():
        values = np.where(np.isnan(values), np.float32(-np.inf), values)
    best = values.argmax(axis=0)
    return best, np.take_along_axis(values, best[np.newaxis], axis=0)[0]
