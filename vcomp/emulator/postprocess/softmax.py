"""Values to probabilities."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.postprocess.heads import Array


def softmax(values: NDArray[Any], axis: int) -> Array:
    """Along one axis, in single precision. Where a value is infinite or no number, there is no result but NaN."""
    single = values.astype(np.float32, copy=False)
    with np.errstate(invalid="ignore"):
        powers: Array = np.exp(single - single.max(axis=axis, keepdims=True))
    sums: Array = powers.sum(axis=axis, keepdims=True)
    return powers / sums


def of_classes(output: NDArray[Any]) -> Array:
    """Of a network's output: along its channels, which are the last axis of a matrix and else the second."""
    return softmax(output, axis=-1 if output.ndim <= 2 else 1)
