"""What is remembered of a tensor over all calibration images: its extremes, and how its magnitudes are spread."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 8192  # at least half of them are in use, whatever the range
SMALLEST_EXPONENT = -126  # bins of 2^-126: their inverse is still a float32
CHUNK = 1 << 16  # values counted at a time: the scratch arrays stay in the processor's cache


@dataclass(frozen=True)
class TensorStatistics:
    """Of all values that a tensor took: exact extremes, and counts of |value| in bins [i·width, (i+1)·width)."""

    minimum: float
    maximum: float
    counts: NDArray[np.int64]
    bin_width: float

    @property
    def absmax(self) -> float:
        return max(-self.minimum, self.maximum)


class Histogram:
    """Counts that widen as larger values come.

    A width is a power of two, the least that holds the largest value so far. Widening adds up neighbouring bins, so the
    counts are those that the final width would have given from the start, in whatever order the values came.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, np.int64)
        self._exponent = SMALLEST_EXPONENT
        self._minimum = math.inf
        self._maximum = -math.inf

    def add(self, values: NDArray[np.float32]) -> float:
        """Count the values of one tensor, of any shape; ValueError if one is infinite or not a number.

        Returns the largest magnitude among them.
        """
        flat = values.reshape(-1)
        if not flat.size:
            return 0.0
        low, high = float(flat.min()), float(flat.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError("a value is infinite or not a number")
        self._minimum, self._maximum = min(self._minimum, low), max(self._maximum, high)
        self._widen(max(-low, high))
        bins_per_unit = np.float32(2.0**-self._exponent)  # scaling by a power of two is exact
        for start in range(0, flat.size, CHUNK):
            indices = (np.abs(flat[start : start + CHUNK]) * bins_per_unit).astype(np.intp)
            self._counts += np.bincount(indices, minlength=BINS)
        return max(-low, high)

    def merge(self, other: "Histogram") -> None:
        """Count what another has counted."""
        self._minimum, self._maximum = min(self._minimum, other._minimum), max(self._maximum, other._maximum)
        exponent = max(self._exponent, other._exponent)
        self._widen_to(exponent)
        other._widen_to(exponent)
        self._counts += other._counts

    def _widen(self, absmax: float) -> None:
        if absmax:
            _, power = math.frexp(absmax)  # absmax < 2^power
            self._widen_to(power - BINS.bit_length() + 1)

    def _widen_to(self, exponent: int) -> None:
        steps = exponent - self._exponent
        if steps > 0:
            merged = 1 << min(steps, BINS.bit_length() - 1)
            counts = self._counts.reshape(-1, merged).sum(axis=1)
            self._counts = np.pad(counts, (0, BINS - counts.size))
            self._exponent += steps

    def statistics(self) -> TensorStatistics:
        """The state so far; ValueError before the first value."""
        if self._minimum > self._maximum:
            raise ValueError("no value was added")
        return TensorStatistics(self._minimum, self._maximum, self._counts.copy(), 2.0**self._exponent)
