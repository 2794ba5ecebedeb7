import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcomp.quantize.histogram import BINS, Histogram, TensorStatistics
from vcomp.quantize.ranges import KL_EQUAL, KL_SMOOTHING, choose_range, kl_divergence_range, mse_range, percentile_range
from vcomp.spec import Calibrate


def statistics_of(values):
    histogram = Histogram()
    histogram.add(values.astype(np.float32))
    return histogram.statistics()


def samples(kind):
    source = np.random.default_rng(3)
    return {
        "normal": source.normal(size=40_000),
        "relu": np.maximum(source.normal(size=40_000), 0),
        "heavy": source.standard_t(2, size=40_000),
        "far from zero": source.uniform(5, 6, size=300),
        "few": source.normal(size=30),
        "two": np.array([0.25, -8.0]),
    }[kind].astype(np.float32)


KINDS = pytest.mark.parametrize("kind", ["normal", "relu", "heavy", "far from zero", "few", "two"])


def slow_kl_divergence_range(statistics):
    """The published search as it is told, bin by bin."""
    counts, width = [float(count) for count in statistics.counts], statistics.bin_width
    while any(counts[2048:]):
        counts, width = [a + b for a, b in zip(counts[::2], counts[1::2], strict=True)], 2 * width
    while not counts[-1]:
        counts.pop()
    counts[0] = counts[1]
    divergences = {}
    for size in range(128, len(counts) + 1):
        beyond = sum(counts[size:])
        p = [*counts[: size - 1], counts[size - 1] + beyond]
        mass, filled = [0.0] * 128, [0] * 128
        for i in range(size):
            mass[i * 128 // size] += counts[i]
            filled[i * 128 // size] += p[i] > 0
        divergence = -beyond
        for i in range(size):
            if p[i]:
                q = max(mass[i * 128 // size] / filled[i * 128 // size], KL_SMOOTHING)
                divergence += p[i] * math.log(p[i] / q)
        divergences[size] = divergence / sum(counts)
    widest = max(size for size, divergence in divergences.items() if divergence <= min(divergences.values()) + KL_EQUAL)
    return min(widest * width, statistics.absmax)


@KINDS
def test_max_is_exact(kind):
    values = samples(kind)

    assert choose_range(statistics_of(values), Calibrate.MAX) == np.abs(values).max()


@KINDS
@pytest.mark.parametrize("quantile", [0.5, 0.99, 0.9999, 1.0])
def test_percentile_is_numpys_within_a_bin(kind, quantile):
    values = np.abs(samples(kind))
    statistics = statistics_of(values)

    expected = np.quantile(values, quantile, method="inverted_cdf")
    assert abs(percentile_range(statistics, quantile) - expected) <= statistics.bin_width


def test_percentile_takes_calibrate_range_and_has_a_default():
    statistics = statistics_of(samples("heavy"))

    assert choose_range(statistics, Calibrate.PERCENTILE, 0.9) == percentile_range(statistics, 0.9)
    assert choose_range(statistics, Calibrate.PERCENTILE) == percentile_range(statistics, 0.9999)


@pytest.mark.parametrize("kind", ["normal", "relu", "heavy", "two"])
def test_kl_divergence_is_that_of_the_plain_search(kind):
    fine = statistics_of(samples(kind))
    merged = fine.counts.reshape(-1, 8).sum(axis=1)  # the plain search takes seconds for more bins
    statistics = TensorStatistics(fine.minimum, fine.maximum, merged, fine.bin_width * 8)

    assert kl_divergence_range(statistics) == pytest.approx(slow_kl_divergence_range(statistics))


@pytest.mark.parametrize("kind", ["far from zero", "few", "two"])
def test_kl_divergence_does_not_clip_what_is_scarce_or_far_from_zero(kind):
    values = samples(kind)

    assert kl_divergence_range(statistics_of(values)) > 0.9 * np.abs(values).max()


@KINDS
def test_mse_is_at_least_as_good_as_max(kind):
    values = samples(kind).astype(np.float64)

    def squared_error(reach):
        scale = reach / 127
        return ((np.clip(np.round(values / scale), -127, 127) * scale - values) ** 2).mean()

    statistics = statistics_of(values)
    rounding_to_bins = statistics.bin_width**2
    assert squared_error(mse_range(statistics)) <= squared_error(statistics.absmax) + rounding_to_bins
    if kind == "heavy":
        assert squared_error(mse_range(statistics)) < squared_error(statistics.absmax)


@KINDS
def test_mse_is_the_best_of_the_plain_search_over_the_bins(kind):
    statistics = statistics_of(samples(kind))
    filled = np.flatnonzero(statistics.counts)
    centres, counts = (filled + 0.5) * statistics.bin_width, statistics.counts[filled]

    def squared_error(reach):
        scale = reach / 127
        levels = np.minimum(np.floor(centres / scale + 0.5), 127) * scale
        return float((counts * (centres - levels) ** 2).sum())

    best = min(squared_error(statistics.absmax * step / 256) for step in range(1, 257))
    assert squared_error(mse_range(statistics)) == pytest.approx(best, rel=1e-9, abs=1e-30)


@pytest.mark.parametrize("mode", Calibrate)
def test_a_tensor_of_zeros_has_range_zero(mode):
    assert choose_range(statistics_of(np.zeros(10)), mode) == 0


@given(
    st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=50),
    st.sampled_from(Calibrate),
    st.floats(0.01, 1),
)
def test_a_range_never_exceeds_the_largest_value(values, mode, quantile):
    statistics = statistics_of(np.array(values))

    assert 0 <= choose_range(statistics, mode, quantile) <= statistics.absmax
    assert statistics.counts.size == BINS
