"""Time spent in a network and around it, with random images, through the stream that scripts use."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.runtime.images import Image, image_of_planes
from vcomp.emulator.runtime.model import Graph, Model, ModelOperator
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.runtime.stream import Stream

IN_FLIGHT = 2  # calls of one instance at a time: one that is prepared, one in the network
DIFFERENT_IMAGES = 4


@dataclass(frozen=True)
class Measurement:
    """What one number of instances did. Latencies are in seconds: of each call from its start to its result, and of
    each image in the network alone."""

    instances: int
    samples: int
    seconds: float
    end_to_end: list[float]
    network: list[float]


class TimedModel(Model):
    """A model that notes how long each inference took."""

    def __init__(self, prefix: str, batch_size: int) -> None:
        super().__init__(prefix, batch_size)
        self.durations: list[float] = []

    def infer(self, arrays: list[NDArray[Any]]) -> list[NDArray[np.float16]]:
        start = time.perf_counter()
        outputs = super().infer(arrays)
        self.durations.append(time.perf_counter() - start)
        return outputs


def random_images(operator: Operator, shape: tuple[int, int, int]) -> list[Image]:
    generator = np.random.default_rng(0)
    return [
        image_of_planes(generator.integers(0, 256, shape, np.uint8), operator.image_format)
        for _ in range(DIFFERENT_IMAGES)
    ]


def profile(
    model: TimedModel,
    operator: Operator,
    images: list[Image],
    *,
    instances: int,
    synchronous: bool,
    iterations: int | None,
    seconds: float | None,
) -> Measurement:
    """Run batches on as many streams at once until there were enough calls, or time is up; one call at the least."""
    batch = [images[index % len(images)] for index in range(model.batch_size)]
    streams = [single_stream(model, operator) for _ in range(instances)]
    streams[0][0].run_sync(batch)  # the first run of a session is slower
    model.durations.clear()
    budget = Budget(iterations, seconds)

    def drive(streamed: tuple[Stream, ModelOperator]) -> list[float]:
        stream, network = streamed
        if synchronous:
            return _drive_sync(stream, batch, budget.take)
        return _drive_async(stream, network, batch, budget.take)

    with ThreadPoolExecutor(instances) as pool:
        try:
            latencies = list(chain.from_iterable(pool.map(drive, streams)))
        finally:
            budget.end()  # interrupted, or one failed: the others must not go on
    elapsed = budget.elapsed()
    return Measurement(instances, len(latencies) * len(batch), elapsed, latencies, list(model.durations))


def single_stream(model: Model, operator: Operator) -> tuple[Stream, ModelOperator]:
    """A stream of the two, built, and the network's operator, whose output is registered."""
    network = ModelOperator(model)
    graph = Graph()
    graph.add_operators(operator, network)
    stream = Stream(graph)
    stream.register_operator_output(network)
    stream.build()
    return stream, network


class Budget:
    """How many calls may still be made, by all instances together. Time counts from here."""

    def __init__(self, iterations: int | None, seconds: float | None) -> None:
        self._iterations = iterations
        self._seconds = seconds
        self._taken = 0
        self._start = time.perf_counter()
        self._lock = threading.Lock()

    def elapsed(self) -> float:
        return time.perf_counter() - self._start

    def take(self) -> bool:
        """Whether one more may be made; the first always may."""
        with self._lock:
            enough = self._iterations is not None and self._taken >= self._iterations
            late = self._seconds is not None and self.elapsed() >= self._seconds
            if self._taken and (enough or late):
                return False
            self._taken += 1
            return True

    def end(self) -> None:
        """No more calls."""
        self._seconds = 0.0


def _drive_sync(stream: Stream, batch: list[Image], more: Callable[[], bool]) -> list[float]:
    latencies = []
    while more():
        start = time.perf_counter()
        stream.run_sync(batch)
        latencies.append(time.perf_counter() - start)
    return latencies


def _drive_async(stream: Stream, network: ModelOperator, batch: list[Image], more: Callable[[], bool]) -> list[float]:
    latencies: list[float] = []
    starts: deque[float] = deque()

    def finish_one() -> None:
        stream.get_operator_output(network)
        latencies.append(time.perf_counter() - starts.popleft())

    while more():
        starts.append(time.perf_counter())
        stream.run_async(batch)
        if len(starts) == IN_FLIGHT:
            finish_one()
    while starts:
        finish_one()
    return latencies
