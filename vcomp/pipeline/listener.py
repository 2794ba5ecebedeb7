"""Who is told how a run goes on: the command line shows it, a program may ignore it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Step(Protocol):
    def advance(self, done: int, total: int | None = None) -> None:
        """So much is done, of so much."""

    def say(self, line: str) -> None:
        """The last line of output of the program at work."""


class Listener(Protocol):
    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step begins; it ends with the block."""
        raise NotImplementedError

    def unchanged(self, title: str) -> None:
        """A step need not be repeated."""

    def note(self, text: str) -> None:
        """Something the user should know."""


class Silent:
    """Listens to nothing."""

    def advance(self, done: int, total: int | None = None) -> None: ...

    def say(self, line: str) -> None: ...

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:  # noqa: ARG002
        yield self

    def unchanged(self, title: str) -> None: ...

    def note(self, text: str) -> None: ...
