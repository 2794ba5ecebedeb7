"""Time spent in a network and around it, with random inputs, through the streams that scripts use."""

import itertools
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from vcomp.emulator.vamp.instances import IN_FLIGHT, Instance, Shared, in_threads
from vcomp.emulator.vamp.model import Loaded
from vcomp.emulator.vamp.options import most_processes
from vcomp.emulator.vamp.processes import shared_out, split
from vcomp.emulator.vamp.share import Link

DIFFERENT_INPUTS = 4


@dataclass(frozen=True)
class Measurement:
    """What was done from `start` to `end`, in seconds of a clock that all processes share.

    Latencies are in seconds: of each call from its start to its result, and of each input in the network alone.
    """

    samples: int
    start: float
    end: float
    end_to_end: list[float]
    network: list[float]

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Share:
    """What one process does of a profiling."""

    instances: int
    iterations: int | None


def profile(loaded: Loaded, instances: int) -> Measurement:
    """Run batches on so many instances per device until there were enough calls, or time is up; one call at the least.

    The instances, and the calls, are shared out over the processes.
    """
    options = loaded.options
    streams = instances * len(options.devices)
    processes = min(options.processes, most_processes(options.devices, instances), options.iterations or streams)
    iterations = split(options.iterations, processes) if options.iterations else [None] * processes
    shares = [Share(*share) for share in zip(split(streams, processes), iterations, strict=True)]
    parts = shared_out(measure, loaded, shares)
    return Measurement(
        samples=sum(part.samples for part in parts),
        start=min(part.start for part in parts),
        end=max(part.end for part in parts),
        end_to_end=[latency for part in parts for latency in part.end_to_end],
        network=[latency for part in parts for latency in part.network],
    )


def measure(loaded: Loaded, share: Share, link: Link) -> Measurement:
    """One process's share, begun when all are ready."""
    generator = np.random.default_rng(0)
    inputs = [loaded.inputs.random(generator) for _ in range(DIFFERENT_INPUTS)]
    batch = list(itertools.islice(itertools.cycle(inputs), loaded.model.batch_size))
    instances = [Instance(loaded) for _ in range(share.instances)]
    drive = partial(_drive_sync if loaded.options.synchronous else _drive_async, batch=batch)
    drive(instances[0], iter([None]))  # the first run of a session is slower
    loaded.model.durations.clear()
    link.ready()
    start = time.perf_counter()
    calls = Shared(_calls(share.iterations, loaded.options.seconds), link)
    latencies = list(itertools.chain.from_iterable(in_threads(drive, instances, calls)))
    end = time.perf_counter()
    return Measurement(len(latencies) * len(batch), start, end, latencies, list(loaded.model.durations))


def _calls(iterations: int | None, seconds: float | None) -> Iterator[None]:
    """One item for each call that may be made; time counts from the first, which always may."""
    start = time.perf_counter()
    for made in itertools.count(1):
        yield
        if made == iterations or (seconds is not None and time.perf_counter() - start >= seconds):
            return


def _drive_sync(instance: Instance, calls: Iterator[None], batch: list[Any]) -> list[float]:
    latencies = []
    for _ in calls:
        start = time.perf_counter()
        instance.run(batch)
        latencies.append(time.perf_counter() - start)
    return latencies


def _drive_async(instance: Instance, calls: Iterator[None], batch: list[Any]) -> list[float]:
    latencies: list[float] = []
    starts: deque[float] = deque()

    def finish_one() -> None:
        instance.take()
        latencies.append(time.perf_counter() - starts.popleft())

    for _ in calls:
        starts.append(time.perf_counter())
        instance.put(batch)
        if len(starts) == IN_FLIGHT:
            finish_one()
    while starts:
        finish_one()
    return latencies
