"""How far an activation's int8 range reaches, chosen from its statistics.

Ranges are symmetric: r stands for [-r, r], with 127 steps on either side of zero.
"""

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.quantize.histogram import TensorStatistics
from vcomp.spec import Calibrate

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

# calibrate_range's own default is unpublished; this is the one of NVIDIA's pytorch-quantization (99.99 percent).
DEFAULT_QUANTILE = 0.9999
KL_BINS = 2048
KL_LEVELS = 128
KL_SMOOTHING = 1e-4
KL_EQUAL = 1e-9  # a smaller difference is one of rounding
STEPS = 127
MSE_CANDIDATES = 256


def choose_range(statistics: TensorStatistics, mode: Calibrate, quantile: float | None = None) -> float:
    """The range by the given mode; 0 for a tensor that is always zero. `quantile` matters to `percentile` alone."""
    match mode:
        case Calibrate.MAX:
            return statistics.absmax
        case Calibrate.PERCENTILE:
            return percentile_range(statistics, DEFAULT_QUANTILE if quantile is None else quantile)
        case Calibrate.KL_DIVERGENCE:
            return kl_divergence_range(statistics)
        case Calibrate.MSE:
            return mse_range(statistics)
        case _:
            assert_never(mode)


def percentile_range(statistics: TensorStatistics, quantile: float) -> float:
    """The magnitude that the given share (0 to 1) of all values does not exceed, interpolated within its bin."""
    cumulated = np.cumsum(statistics.counts)
    wanted = quantile * float(cumulated[-1])
    index = int(np.searchsorted(cumulated, wanted))
    inside = (wanted - float(cumulated[index] - statistics.counts[index])) / max(float(statistics.counts[index]), 1.0)
    return min((index + inside) * statistics.bin_width, statistics.absmax)


def kl_divergence_range(statistics: TensorStatistics) -> float:
    """The range whose 128 levels lose the least information, in the sense of Kullback and Leibler.

    Candidates are the first 128, 129, … of at most 2,048 bins. P is the histogram with all that lies beyond the
    candidate added to its last bin; Q is the histogram in 128 levels, each spread evenly over its non-empty bins of P.
    Source: S. Migacz, 8-bit Inference with TensorRT, GTC 2017. As in NVIDIA's pytorch-quantization, bin 0 counts
    as bin 1 does, for zeros are exact at any range, and the widest of equal candidates wins. As in MXNet, a bin that
    is empty in Q alone holds 1e-4 of a count. Unlike theirs, Q is not scaled up to the mass of P, which to first order
    changes nothing: scaled, a candidate that clips all but one bin would be perfect.
    """
    counts, bin_width = coarser(statistics, KL_BINS)
    counts = counts[: used_bins(counts)]
    if counts.size <= KL_LEVELS:
        return statistics.absmax
    counts[0] = counts[1]
    divergences = _divergences(counts.astype(np.float64))
    best = int(np.flatnonzero(divergences <= divergences.min() + KL_EQUAL)[-1])
    return min((KL_LEVELS + best) * bin_width, statistics.absmax)


def _divergences(counts: Floats) -> Floats:
    """Σ p·log(p/q) - p + q, over the total, for each candidate of 128, 129, … bins.

    Q is constant on a level, so Σ p·log q is a sum over levels: prefix sums give it for all candidates at once.
    """
    sizes = np.arange(KL_LEVELS, counts.size + 1)
    edges = -(-np.outer(sizes, np.arange(KL_LEVELS + 1)) // KL_LEVELS)
    mass = np.diff(_prefix(counts)[edges], axis=1)
    filled = np.diff(_prefix((counts > 0).astype(np.float64))[edges], axis=1)

    beyond = counts.sum() - mass.sum(axis=1)
    last = counts[sizes - 1]
    filled[:, -1] += (last == 0) & (beyond > 0)
    last_q = np.maximum(mass[:, -1] / np.maximum(filled[:, -1], 1), KL_SMOOTHING)

    p_log_p = _prefix(_x_log_y(counts, counts))[sizes - 1] + _x_log_y(last + beyond, last + beyond)
    p_log_q = _x_log_y(mass, mass / np.maximum(filled, 1)).sum(axis=1) + _x_log_y(beyond, last_q)
    divergences: Floats = (p_log_p - p_log_q - beyond) / counts.sum()
    return divergences


def mse_range(statistics: TensorStatistics) -> float:
    """The range with the least squared error of rounding and clipping, of 256 evenly spaced up to the largest value.

    Every value counts as the centre of its bin. Σ (x - q)² is Σ x² - Σ (2qx - q²), the first the same for all ranges;
    q is constant on a level, so prefix sums of counts and of x give the second.
    """
    if not statistics.absmax:
        return 0.0
    centres = (np.arange(statistics.counts.size) + 0.5) * statistics.bin_width
    candidates = statistics.absmax * np.arange(1, MSE_CANDIDATES + 1) / MSE_CANDIDATES
    scales = candidates / STEPS
    borders = np.ceil(np.outer(scales, np.arange(STEPS) + 0.5) / statistics.bin_width - 0.5).astype(np.intp)
    edges = np.pad(borders, ((0, 0), (1, 1)), constant_values=((0, 0), (0, centres.size)))
    number = np.diff(_prefix(statistics.counts.astype(np.float64))[edges], axis=1)
    total = np.diff(_prefix(statistics.counts * centres)[edges], axis=1)
    levels = np.outer(scales, np.arange(STEPS + 1))
    gain = (2 * levels * total - levels**2 * number).sum(axis=1)
    best = MSE_CANDIDATES - 1 - int(np.argmax(gain[::-1]))
    return float(candidates[best])


def coarser(statistics: TensorStatistics, most: int) -> tuple[Counts, float]:
    """The histogram with bins merged pairwise until at most `most` are in use: counts and bin width."""
    counts, width = statistics.counts.copy(), statistics.bin_width
    while used_bins(counts) > most:
        counts, width = counts.reshape(-1, 2).sum(axis=1), 2 * width
    return counts, width


def used_bins(counts: Counts) -> int:
    """The number of bins up to the last that is not empty."""
    filled = np.flatnonzero(counts)
    return int(filled[-1]) + 1 if filled.size else 0


def _prefix(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def _x_log_y(x: Floats, y: Floats) -> Floats:
    """x·log(y), and 0 where x is 0."""
    return x * np.log(np.where(x > 0, y, 1.0))
