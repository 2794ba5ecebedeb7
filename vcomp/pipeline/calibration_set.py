"""Is the calibration set a good one: enough images, none that decides alone, none that is evaluated as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.likeness import find_twins
from vcomp.datasets.pairs import Pair

SETTLED = 0.95  # of the range by all images, that half of them should reach on average
DOMINATES = 1.5  # times the largest value of any other image
TENSORS = 0.1  # of all: so many ranges must hang on one image before it is named
SHOWN = 5


@dataclass(frozen=True)
class Coverage:
    """How far the first `images` images reach of the range by all, averaged over tensors, in percent."""

    images: int
    percent: float


@dataclass(frozen=True)
class Dominance:
    """An image that alone decides the largest value of some tensors, exceeding all others by up to `factor` times."""

    image: str
    tensors: int
    factor: float


@dataclass(frozen=True)
class Overlap:
    """A picture that is in the calibration and in the evaluation set."""

    calibration: str
    evaluation: str
    equal: bool


@dataclass(frozen=True)
class CalibrationSet:
    """What was seen of a calibration set, and what is wrong with it."""

    images: int
    tensors: int
    coverage: list[Coverage]
    dominating: list[Dominance]
    overlaps: list[Overlap]
    warnings: list[str]


class Extremes:
    """The largest magnitude of each tensor in each image, noted while they are collected."""

    def __init__(self) -> None:
        self._largest: dict[tuple[int, str], float] = {}

    def note(self, image: int, tensor: str, largest: float) -> None:
        self._largest[image, tensor] = largest

    def table(self) -> NDArray[np.float64]:
        """A row per image, a column per tensor; tensors that are always zero are left out."""
        images, tensors = sorted({image for image, _ in self._largest}), sorted({name for _, name in self._largest})
        rows = [[self._largest[image, tensor] for tensor in tensors] for image in images]
        table = np.array(rows, np.float64)
        found: NDArray[np.float64] = table[:, table.max(axis=0) > 0]
        return found


def examine(calibration: Sequence[Path], evaluation: Sequence[Pair], extremes: Extremes) -> CalibrationSet:
    """Look at the calibration images, the evaluation images, and what the first made of the network."""
    table = extremes.table()
    coverage, dominating = _coverage(table), _dominating(table, calibration)
    overlaps = [
        Overlap(twins.one.name, twins.other.name, twins.equal)
        for twins in find_twins(calibration, [pair.image for pair in evaluation])
    ]
    return CalibrationSet(
        images=len(calibration),
        tensors=table.shape[1],
        coverage=coverage,
        dominating=dominating,
        overlaps=overlaps,
        warnings=[*_unsettled(coverage), *map(_says, dominating[:SHOWN]), *_shared(overlaps)],
    )


def _coverage(table: NDArray[np.float64]) -> list[Coverage]:
    """At 1, 2, 4, … images, at half of them, and at all."""
    total = len(table)
    numbers = sorted({*(2**power for power in range(total.bit_length())), -(-total // 2), total})
    reached = np.maximum.accumulate(table, axis=0) / table.max(axis=0)
    return [Coverage(number, 100 * float(reached[number - 1].mean())) for number in numbers]


def _dominating(table: NDArray[np.float64], calibration: Sequence[Path]) -> list[Dominance]:
    """The images on which many ranges hang, those with the most first."""
    if len(table) < 2:
        return []
    first = table.argmax(axis=0)
    second, largest = np.sort(table, axis=0)[-2:]
    factors = largest / np.maximum(second, np.finfo(np.float64).tiny)
    found = []
    for index in np.unique(first):
        own = factors[(first == index) & (factors >= DOMINATES)]
        if own.size and own.size >= TENSORS * table.shape[1]:
            found.append(Dominance(calibration[index].name, int(own.size), float(own.max())))
    return sorted(found, key=lambda item: -item.tensors)


def _unsettled(coverage: Sequence[Coverage]) -> list[str]:
    total = coverage[-1].images
    half = next(item for item in coverage if item.images == -(-total // 2))
    if total > 1 and half.percent >= 100 * SETTLED:
        return []
    return [
        f"the ranges have not settled: half of the {total} images reach {half.percent:.1f} % of the range by all; "
        "take more images"
    ]


def _says(item: Dominance) -> str:
    return (
        f"{item.image} alone decides the range of {item.tensors} tensors, with up to {item.factor:.1f} times the "
        "largest value of any other image: look at it, or calibrate by percentile"
    )


def _shared(overlaps: Sequence[Overlap]) -> list[str]:
    says = [
        f"{item.calibration} and the evaluation image {item.evaluation} are {'equal' if item.equal else 'nearly equal'}"
        for item in overlaps[:SHOWN]
    ]
    if len(overlaps) > SHOWN:
        says.append(f"{len(overlaps) - SHOWN} more calibration images are evaluated as well")
    return [*says, "the score is measured on images that the ranges were chosen by"] if says else []
