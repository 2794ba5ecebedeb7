"""A function in several threads at once, whose results come out in the order of what went in."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

from vcomp.emulator.errors import EmulatorError

Job = TypeVar("Job")
Result = TypeVar("Result")

STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Failure:
    """What a job ended with instead of a result."""

    error: Exception


class Workers(Generic[Job, Result]):
    """Runs `work` on each job; hands the result or the failure to `deliver`, in the order of `put`, one at a time.

    The threads are daemons, and `put` never blocks: how many jobs are under way is for the caller to bound.
    """

    def __init__(
        self, work: Callable[[Job], Result], deliver: Callable[[Result | Failure], None], threads: int
    ) -> None:
        self._work, self._deliver = work, deliver
        self._jobs: SimpleQueue[tuple[int, Job] | None] = SimpleQueue()
        self._count = 0
        self._done: dict[int, Result | Failure] = {}  # those that wait for one before them
        self._next = 0
        self._delivering = threading.Lock()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._working, name=f"vaststreamx-{index}", daemon=True) for index in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        """Not safe from several threads at once: the order would be lost. EmulatorError if a fork left none to work."""
        if not any(thread.is_alive() for thread in self._threads):
            raise EmulatorError(
                "the threads of the stream are in another process, which this one was forked from",
                mend="make the model and the stream in the process that uses them",
            )
        self._jobs.put((self._count, job))
        self._count += 1

    def stop(self) -> None:
        """Drop what is queued, and wait until what is running has ended: native code must not outlive the process."""
        self._stopped = True
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(STOP_SECONDS)

    def _working(self) -> None:
        while (numbered := self._jobs.get()) is not None and not self._stopped:
            number, job = numbered
            result = self._tried(job)
            with self._delivering:
                self._done[number] = result
                while self._next in self._done:
                    self._deliver(self._done.pop(self._next))
                    self._next += 1

    def _tried(self, job: Job) -> Result | Failure:
        try:
            return self._work(job)
        except Exception as error:
            return Failure(error)
