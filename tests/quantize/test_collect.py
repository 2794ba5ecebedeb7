import numpy as np
import pytest

from vcomp.errors import VcompError
from vcomp.quantize import collect


def test_statistics_do_not_depend_on_the_order_of_the_feeds(segmenter, feeds):
    model = segmenter()
    images = feeds(model)

    forwards, backwards = collect(model, images), collect(model, reversed(images))

    assert forwards.keys() == backwards.keys()
    for name, one in forwards.items():
        other = backwards[name]
        assert (one.minimum, one.maximum, one.bin_width) == (other.minimum, other.maximum, other.bin_width)
        assert np.array_equal(one.counts, other.counts)


def test_only_tensors_with_ranges_of_their_own_are_measured(segmenter, feeds):
    statistics = collect(segmenter(), feeds(segmenter()))

    assert set(statistics) == {"input", "skip", "deep", "joined", "logits"}


def test_every_value_of_every_feed_is_counted(segmenter, feeds):
    images = feeds(segmenter(), 3)

    statistics = collect(segmenter(), iter(images))["input"]

    pixels = np.stack([image["input"] for image in images])
    assert statistics.counts.sum() == pixels.size
    assert (statistics.minimum, statistics.maximum) == (pixels.min(), pixels.max())


def test_progress_is_told_after_each_feed(classifier, feeds):
    told = []

    collect(classifier(), feeds(classifier(), 3), progress=told.append)

    assert told == [1, 2, 3]


@pytest.mark.parametrize("opset", [9, 10, 11, 13])
def test_older_opsets_measure_the_same(segmenter, feeds, opset):
    statistics, expected = (collect(model, feeds(model)) for model in (segmenter(opset), segmenter(13)))

    assert statistics["skip"].maximum == expected["skip"].maximum


def test_no_feeds_are_an_error(segmenter):
    with pytest.raises(VcompError, match="no calibration images"):
        collect(segmenter(), [])


def test_a_feed_of_the_wrong_shape_is_an_error(segmenter):
    with pytest.raises(VcompError, match="does not take a calibration image"):
        collect(segmenter(), [{"input": np.zeros((1, 3, 7, 16), np.float32)}])


def test_an_infinite_activation_is_named(segmenter, feeds):
    images = [*feeds(segmenter(), 2), {"input": np.full((1, 3, 16, 16), np.inf, np.float32)}]

    with pytest.raises(VcompError, match=r"calibration image 2, tensor '\w+'"):
        collect(segmenter(), images)
