import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vcomp.quantize.histogram import BINS, Histogram

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
BATCHES = st.lists(arrays(np.float32, st.integers(0, 9), elements=FLOATS), min_size=1, max_size=6)


def statistics_of(batches):
    histogram = Histogram()
    for batch in batches:
        histogram.add(batch)
    return histogram.statistics()


@given(BATCHES.filter(lambda batches: sum(batch.size for batch in batches)), st.randoms())
def test_any_order_and_any_split_give_the_same_statistics(batches, random):
    together = statistics_of([np.concatenate(batches)])
    random.shuffle(batches)
    apart = statistics_of(batches)

    assert (apart.minimum, apart.maximum, apart.bin_width) == (together.minimum, together.maximum, together.bin_width)
    assert np.array_equal(apart.counts, together.counts)


def test_counts_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=(3, 50_000)).astype(np.float32)
    statistics = statistics_of(values)

    expected, _ = np.histogram(np.abs(values), BINS, (0, BINS * statistics.bin_width))
    assert np.array_equal(statistics.counts, expected)
    assert (statistics.minimum, statistics.maximum) == (values.min(), values.max())


def test_at_least_half_of_the_bins_are_in_use():
    statistics = statistics_of([np.array([3e-7], np.float32), np.array([-700.0], np.float32)])

    assert np.flatnonzero(statistics.counts)[-1] >= BINS // 2
    assert statistics.absmax == 700


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="infinite or not a number"):
        statistics_of([np.array([1, value], np.float32)])


@given(BATCHES.filter(lambda batches: sum(batch.size for batch in batches)), st.integers(0, 6))
def test_histograms_merged_are_one_histogram(batches, cut):
    together = statistics_of(batches)
    one, other = Histogram(), Histogram()
    for index, batch in enumerate(batches):
        (one if index < cut else other).add(batch)
    one.merge(other)
    merged = one.statistics()

    assert (merged.minimum, merged.maximum, merged.bin_width) == (
        together.minimum,
        together.maximum,
        together.bin_width,
    )
    assert np.array_equal(merged.counts, together.counts)
