"""The instances of a process: streams around one network, each worked by a thread of its own."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from vcomp.emulator.runtime.chain import Batch
from vcomp.emulator.runtime.graph import Graph, ModelOperator
from vcomp.emulator.runtime.stream import Stream
from vcomp.emulator.vamp.model import Loaded
from vcomp.emulator.vamp.share import Link

Item = TypeVar("Item")
Result = TypeVar("Result")

IN_FLIGHT = 2  # calls of one instance at a time: one that is prepared, one in the network


class Instance:
    """The operator and the network in a stream of their own."""

    def __init__(self, loaded: Loaded) -> None:
        self._network = ModelOperator(loaded.model)
        graph = Graph()
        graph.add_operators(loaded.operator, self._network)
        self._stream = Stream(graph)
        self._stream.register_operator_output(self._network)
        self._stream.build()

    def run(self, batch: list[Any]) -> Batch:
        """One call from start to end."""
        return self._stream.run_sync(batch)

    def put(self, batch: list[Any]) -> None:
        """Begin a call."""
        self._stream.run_async(batch)

    def take(self) -> Batch:
        """Wait for the end of the oldest call that was begun."""
        return self._stream.get_operator_output(self._network)


class Shared(Iterator[Item]):
    """Items that several threads take from, until there are no more, or no more are wanted."""

    def __init__(self, items: Iterable[Item], link: Link) -> None:
        self._items = iter(items)
        self._link = link
        self._lock = threading.Lock()
        self._ended = False

    def __next__(self) -> Item:
        with self._lock:
            if self._ended or not self._link.wanted:
                raise StopIteration
            return next(self._items)

    def end(self) -> None:
        self._ended = True


def in_threads(
    work: Callable[[Instance, Shared[Item]], Result], instances: Sequence[Instance], items: Shared[Item]
) -> list[Result]:
    """What `work` returns for each instance; the items are for all of them together.

    When one fails, or the program is interrupted, the others get no more items.
    """
    with ThreadPoolExecutor(len(instances)) as pool:
        futures = [pool.submit(work, instance, items) for instance in instances]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            items.end()
    return [future.result() for future in futures]
