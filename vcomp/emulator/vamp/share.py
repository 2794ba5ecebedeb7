"""What a process does for `vamp`: its share of the work, and how it keeps in touch meanwhile."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from vcomp.emulator.vamp.model import Loaded, load
from vcomp.errors import VcompError

Share = TypeVar("Share")
Result = TypeVar("Result")
Kind = Literal["ready", "advance", "result", "failure"]

GRACE_SECONDS = 5.0  # to finish what is under way


class Link(Protocol):
    """What a share says, and hears, while it is worked on. Safe from several threads."""

    @property
    def wanted(self) -> bool:
        """Whether to go on."""

    def ready(self) -> None:
        """Wait until all shares are ready."""

    def advance(self, count: int) -> None:
        """So much more is done."""


Work = Callable[[Loaded, Share, Link], Result]


@dataclass(frozen=True)
class Alone:
    """The link of the only share, which needs no other process."""

    advance: Callable[[int], None]
    wanted: bool = True

    def ready(self) -> None:
        pass


class ToParent:
    """The link of a share in a process of its own. It is wanted until the parent closes the pipe, or dies."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._go = threading.Event()
        self.wanted = True
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, kind: Kind, content: Any = None) -> None:
        with self._lock:
            self._pipe.send((kind, content))

    def ready(self) -> None:
        self.say("ready")
        self._go.wait()

    def advance(self, count: int) -> None:
        self.say("advance", count)

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            self._pipe.recv()
            self._go.set()
            self._pipe.recv()
        self.wanted = False
        self._go.set()
        time.sleep(GRACE_SECONDS)
        os._exit(1)


def work_for_parent(pipe: Any) -> None:
    """All that a process of its own does: the share that its parent sends."""
    with suppress(EOFError, ConnectionError):  # the parent is gone, or has had enough
        work, options, share = pipe.recv()
        link = ToParent(pipe)
        try:
            link.say("result", work(load(options), share, link))
        except (VcompError, OSError) as error:
            link.say("failure", error)
