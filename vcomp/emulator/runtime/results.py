"""What a stream has accepted, has done, and still owes to those who read it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.workers import Failure

Key = TypeVar("Key")

UNDER_WAY = 8  # inputs that are accepted and not yet done
UNREAD = 16  # results that may wait for a reader who is at work
UNCLAIMED = 256  # results that wait for a first reader while another queue is read: some scripts register in vain
PATIENCE_SECONDS = 10.0  # a reader who takes nothing for so long holds up nobody
POLL_SECONDS = 0.25

# Of all streams: the threads that wait for a result now, and whether the inputs so far have none left for them.
_WAITING: dict[threading.Thread, Callable[[], bool]] = {}


class Results(Generic[Key]):
    """One queue of results per key; each finished input adds one entry to each. Safe from several threads.

    Inputs are held back while too many are under way, or too many results are unread by a reader who is alive and
    reading. So memory is bounded where somebody reads, and a program that reads only after its last input, or whose
    reader has died, is not blocked. Of a queue that nobody reads while another is read, the oldest are dropped.
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        self._changed = threading.Condition()
        self._queues = {key: _Queue() for key in keys}
        self._under_way = 0
        self._done = 0
        self._closed = False
        self._first_failure: EmulatorError | None = None

    def accept(self, hand_over: Callable[[], None]) -> None:
        """Wait for room, then count one input and hand it over: inputs are handed over in the order of acceptance."""
        with self._changed:
            self.check_open()
            while self._full():
                self._changed.wait(POLL_SECONDS)
                self.check_open()
            hand_over()
            self._under_way += 1

    def check_open(self) -> None:
        if self._closed:
            raise EmulatorError("the stream got an input after close_input", mend="make a new stream")

    def deliver(self, results: Mapping[Key, Any] | Failure) -> None:
        """The results of the oldest input under way, by key, or why there are none."""
        with self._changed:
            if isinstance(results, Failure) and self._first_failure is None:
                self._first_failure = _explained(results.error, self._done)
            some_are_read = any(queue.reader for queue in self._queues.values())
            for key, queue in self._queues.items():
                entry = _explained(results.error, self._done) if isinstance(results, Failure) else results[key]
                queue.add(entry, some_are_read=some_are_read)
            self._done += 1
            self._under_way -= 1
            self._changed.notify_all()

    def take(self, key: Key) -> Any:
        """The next result of one queue: waits for it; ValueError once the stream has ended, as scripts expect."""
        with self._changed:
            queue = self._queues[key]
            queue.check_whole()
            queue.reader = threading.current_thread()
            _WAITING[queue.reader] = lambda: not self._under_way and not queue.entries
            try:
                while not queue.entries:
                    if (self._closed and not self._under_way) or _nobody_is_left():
                        raise ValueError("the stream has ended: its input is closed, and all results were read")
                    self._changed.wait(POLL_SECONDS)
            finally:
                del _WAITING[threading.current_thread()]
            queue.last_read = time.monotonic()
            entry = queue.entries.popleft()
            self._changed.notify_all()
        if isinstance(entry, EmulatorError):
            raise entry
        return entry

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Until all inputs so far are done, read or not; raises the first failure, if any input failed."""
        with self._changed:
            while self._under_way:
                self._changed.wait(POLL_SECONDS)
            if self._first_failure:
                raise self._first_failure

    def _full(self) -> bool:
        return self._under_way >= UNDER_WAY or any(queue.holds_up() for queue in self._queues.values())


class _Queue:
    def __init__(self) -> None:
        self.entries: deque[Any] = deque()
        self.reader: threading.Thread | None = None
        self.last_read = 0.0
        self.dropped = 0

    def add(self, entry: Any, *, some_are_read: bool) -> None:
        """Keep a result. `some_are_read` tells whether this queue or another has a reader."""
        self.entries.append(entry)
        if some_are_read and self.reader is None and len(self.entries) > UNCLAIMED:
            self.entries.popleft()
            self.dropped += 1

    def check_whole(self) -> None:
        if self.dropped:
            raise EmulatorError(
                f"the first {self.dropped} results of this output are gone: nobody read them, while another was read",
                mend="read each output that is registered after every input",
            )

    def holds_up(self) -> bool:
        return (
            len(self.entries) >= UNREAD
            and self.reader is not None
            and self.reader is not threading.current_thread()
            and self.reader.is_alive()
            and time.monotonic() - self.last_read < PATIENCE_SECONDS
        )


def _explained(error: Exception, index: int) -> EmulatorError:
    why = str(error) if isinstance(error, EmulatorError) else f"{type(error).__name__}: {error}"
    explained = EmulatorError(f"input {index} of the stream failed: {why}")
    explained.__cause__ = error
    return explained


def _nobody_is_left() -> bool:
    """Whether the main thread has ended, and all others that keep the process alive wait for results of no input.

    Then no input can come any more: the readers are let go, so that the process can exit.
    """
    main = threading.main_thread()
    return not main.is_alive() and all(
        thread.daemon or thread is main or _waits_in_vain(thread) for thread in threading.enumerate()
    )


def _waits_in_vain(thread: threading.Thread) -> bool:
    in_vain = _WAITING.get(thread)
    return in_vain is not None and in_vain()
