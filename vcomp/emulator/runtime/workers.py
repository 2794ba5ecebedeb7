"""Two functions in two threads: while one job is finished, the next is prepared."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

Job = TypeVar("Job")
Prepared = TypeVar("Prepared")
Result = TypeVar("Result")
Given = TypeVar("Given")
Made = TypeVar("Made")

STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Failure:
    """What a job ended with instead of a result."""

    error: Exception


class Workers(Generic[Job, Prepared, Result]):
    """Runs `prepare`, then `finish` on each job; hands the result or the failure to `deliver`, in the order of `put`.

    The threads are daemons, and `put` never blocks: how many jobs are under way is for the caller to bound.
    """

    def __init__(
        self,
        prepare: Callable[[Job], Prepared],
        finish: Callable[[Prepared], Result],
        deliver: Callable[[Result | Failure], None],
    ) -> None:
        self._prepare, self._finish, self._deliver = prepare, finish, deliver
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._prepared: SimpleQueue[Prepared | Failure | None] = SimpleQueue()
        self._stopped = False
        self._threads = [
            threading.Thread(target=loop, name=f"vaststreamx-{loop.__name__.strip('_')}", daemon=True)
            for loop in (self._preparing, self._finishing)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        self._jobs.put(job)

    def stop(self) -> None:
        """Drop what is queued, and wait until what is running has ended: native code must not outlive the process."""
        self._stopped = True
        self._jobs.put(None)
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(STOP_SECONDS)

    def _preparing(self) -> None:
        while (job := self._jobs.get()) is not None and not self._stopped:
            self._prepared.put(_tried(self._prepare, job))
        self._prepared.put(None)

    def _finishing(self) -> None:
        while (prepared := self._prepared.get()) is not None and not self._stopped:
            self._deliver(prepared if isinstance(prepared, Failure) else _tried(self._finish, prepared))


def _tried(step: Callable[[Given], Made], given: Given) -> Made | Failure:
    try:
        return step(given)
    except Exception as error:
        return Failure(error)
