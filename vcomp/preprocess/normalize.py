"""The affine map from pixels to the network's numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def normalize(
    image: NDArray[np.uint8] | NDArray[np.float32],
    *,
    mean: Sequence[float] | None,
    std: Sequence[float] | None,
    div255: bool,
    half_constants: bool,
) -> NDArray[np.float32]:
    """(k·x − mean) / std over the last axis in single precision, k = 1/255 if `div255` else 1; None leaves a step out.

    With `half_constants` mean and std are first rounded to fp16, as the chip stores them.
    """
    x = image.astype(np.float32)
    if div255:
        x = x / np.float32(255)
    if mean is not None:
        x = x - _constant(mean, half_constants)
    return x if std is None else x / _constant(std, half_constants)


def _constant(values: Sequence[float], half: bool) -> NDArray[np.float32]:
    if half:
        return np.asarray(values, np.float16).astype(np.float32)
    return np.asarray(values, np.float32)
