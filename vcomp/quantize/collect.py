"""One pass over the calibration images: the statistics of every activation that int8 stores."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vcomp.errors import VcompError, first_line
from vcomp.networks.session import cores, open_session
from vcomp.quantize.histogram import Histogram, TensorStatistics
from vcomp.quantize.layers import range_sources
from vcomp.quantize.model import complete, read_model
from vcomp.quantize.segments import Segment, cut, live_bytes, run

if TYPE_CHECKING:
    from onnx import ModelProto

Feed = Mapping[str, NDArray[np.float32]]
HELD = 1 << 30  # bytes of activations that all workers hold together, at most; one worker takes what it takes
SAME = 1e-4  # of the largest output: how far a model may move when its opset is raised


def collect(
    model: "ModelProto | bytes",
    feeds: Iterable[Feed],
    progress: Callable[[int], None] | None = None,
    workers: int | None = None,
    watch: Callable[[int, str, float], None] | None = None,
) -> dict[str, TensorStatistics]:
    """Run the model once per feed, and return the statistics of its activations by tensor name.

    A feed maps input names to arrays, of one image or of a batch. The statistics are the same to the last bit for any
    order of the feeds and any number of workers (if None, one per thread of `networks.session`, as far as memory goes).
    Memory does not grow with the number of feeds. `progress` is called with the number of feeds done, `watch` with the
    number of a feed, a tensor, and the largest magnitude that it took. VcompError when there is no feed, the model
    cannot be run or prepared, or an activation is infinite or not a number.
    """
    original = read_model(model)
    prepared = complete(original)
    measured = sorted(set(range_sources(prepared.graph).values()))
    incoming = iter(feeds)
    first = next(incoming, None)
    if first is None:
        raise VcompError("there are no calibration images", expected="at least one")
    if prepared is not original:
        _check_same(original, prepared, first)
    segments = cut(prepared, measured)
    del original, prepared  # the segments hold the weights
    number = workers or _fitting(segments, first)
    work = _Work(segments, measured, itertools.chain([first], incoming), progress, watch)
    with ThreadPoolExecutor(number) as pool:
        parts = list(pool.map(lambda _: work.do(), range(number)))
    if work.errors:
        raise work.errors[min(work.errors)]
    for part in parts[1:]:
        for name, histogram in part.items():
            parts[0][name].merge(histogram)
    return {name: histogram.statistics() for name, histogram in parts[0].items()}


def _fitting(segments: list[Segment], feed: Feed) -> int:
    """How many workers the threads and the memory are good for."""
    number = cores()
    if number > 1 and segments:
        number = min(number, HELD // max(1, _tried(segments, feed)))
    return max(1, number)


def _tried(segments: list[Segment], feed: Feed) -> int:
    try:
        return live_bytes(segments, feed)
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise _not_taken(error) from None


def _not_taken(error: Exception) -> VcompError:
    return VcompError(f"the network does not take a calibration image: {first_line(error)}")


class _Work:
    """What the workers share: the feeds that are left, and what went wrong, by the number of the image."""

    def __init__(
        self,
        segments: list[Segment],
        measured: list[str],
        feeds: Iterable[Feed],
        progress: Callable[[int], None] | None,
        watch: Callable[[int, str, float], None] | None,
    ) -> None:
        self.errors: dict[int, Exception] = {}
        self._segments = segments
        self._measured = measured
        self._feeds = enumerate(feeds)
        self._progress = progress
        self._watch = watch
        self._lock = Lock()
        self._taken = self._done = 0

    def do(self) -> dict[str, Histogram]:
        """Take one feed after the other until none is left, or one is wrong."""
        histograms = {name: Histogram() for name in self._measured}
        while not self.errors and (taken := self._take()) is not None:
            number, feed = taken
            try:
                largest = _add(self._segments, feed, histograms, number)
            except Exception as error:
                self.errors[number] = error
                break
            self._tell(number, largest)
        return histograms

    def _take(self) -> tuple[int, Feed] | None:
        with self._lock:
            try:
                taken = next(self._feeds, None)
            except Exception as error:
                self.errors[self._taken] = error
                return None
            self._taken += 1
            return taken

    def _tell(self, number: int, largest: Mapping[str, float]) -> None:
        with self._lock:
            self._done += 1
            if self._watch is not None:
                for name, magnitude in largest.items():
                    self._watch(number, name, magnitude)
            if self._progress is not None:
                self._progress(self._done)


def _add(segments: list[Segment], feed: Feed, histograms: dict[str, Histogram], image: int) -> dict[str, float]:
    """Count one feed's activations; returns the largest magnitude of each."""
    name, largest = "", {}
    try:
        for name, values in itertools.chain(feed.items(), run(segments, feed)):
            if name in histograms:
                largest[name] = histograms[name].add(values)
    except ValueError as error:
        raise VcompError(f"calibration image {image}, tensor {name!r}: {error}") from None
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise _not_taken(error) from None
    return largest


def _check_same(original: "ModelProto", prepared: "ModelProto", feed: Feed) -> None:
    """That raising the opset changed nothing."""
    names = [output.name for output in original.graph.output]
    old, new = (_outputs(model, names, feed) for model in (original, prepared))
    for name, before, after in zip(names, old, new, strict=True):
        tolerance = SAME * float(np.abs(before).max(initial=0))
        if before.shape != after.shape or not np.allclose(before, after, rtol=0, atol=tolerance, equal_nan=True):
            raise VcompError(
                f"raising the model's opset changed its output {name!r}",
                expected="the same values from ONNX's version converter",
                mend="export the model with opset 13 or later",
            )


def _outputs(model: "ModelProto", names: list[str], feed: Feed) -> list[NDArray[np.float32]]:
    session = open_session(model.SerializeToString(), "disabled", keep_memory=False)
    try:
        values: list[NDArray[np.float32]] = session.run(names, dict(feed))
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise _not_taken(error) from None
    return values
