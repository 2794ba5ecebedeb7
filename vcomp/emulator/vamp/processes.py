"""Work shared out over processes, each with a network of its own. They end together, whatever ends them."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from vcomp.emulator.vamp.model import Loaded
from vcomp.emulator.vamp.share import GRACE_SECONDS, Alone, Kind, Result, Share, Work, work_for_parent
from vcomp.errors import VcompError


def split(count: int, parts: int) -> list[int]:
    """A count in so many nearly equal parts, the larger ones first."""
    return [count // parts + (index < count % parts) for index in range(parts)]


def shared_out(
    work: Work[Share, Result],
    loaded: Loaded,
    shares: Sequence[Share],
    advance: Callable[[int], None] = lambda _: None,
) -> list[Result]:
    """What `work` makes of each share: a single one in this process, several in one each.

    The first failure ends all. VcompError also for a process that died.
    """
    if len(shares) == 1:
        return [work(loaded, shares[0], Alone(advance))]
    with _children(len(shares)) as children:
        for child, share in zip(children, shares, strict=True):
            child.say((work, loaded.options, share))
        return _gathered(children, advance)


@dataclass(frozen=True)
class _Child:
    """A process as its parent sees it. It ends when `pipe` is closed."""

    process: BaseProcess
    pipe: Any

    def say(self, content: Any) -> None:
        with suppress(ConnectionError):  # then it is dead, and `hear` says so
            self.pipe.send(content)

    def hear(self) -> tuple[Kind, Any]:
        try:
            kind, content = self.pipe.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            code = self.process.exitcode or 0
            ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            raise VcompError(f"one of the processes {ended}", mend="fewer (-p) need less memory") from None
        return kind, content


@contextmanager
def _children(count: int) -> Iterator[list[_Child]]:
    """So many processes, which end with the block."""
    children: list[_Child] = []
    try:
        with _interrupts_held_back():
            children.extend(_started() for _ in range(count))
        yield children
    finally:
        for child in children:
            child.pipe.close()
        for child in children:
            child.process.join(GRACE_SECONDS)
            child.process.kill()


def _started() -> _Child:
    context = multiprocessing.get_context("spawn")  # what ONNX Runtime runs on does not survive a fork
    here, there = context.Pipe()
    process = context.Process(target=work_for_parent, args=(there,), daemon=True)
    process.start()
    there.close()
    return _Child(process, here)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Until the block ends Ctrl-C waits. Processes that are started in it never get it: their parent ends them."""
    resource_tracker.ensure_running()  # which would let Ctrl-C through again when the first process is started
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def _gathered(children: Sequence[_Child], advance: Callable[[int], None]) -> list[Any]:
    """The result of each child; the first failure is raised. All that are ready go on together."""
    talking = {child.pipe: index for index, child in enumerate(children)}
    results: list[Any] = [None] * len(children)
    ready = 0
    while talking:
        for pipe in wait(list(talking)):
            kind, content = children[talking[pipe]].hear()
            match kind:
                case "ready":
                    ready += 1
                case "advance":
                    advance(content)
                case "result":
                    results[talking.pop(pipe)] = content
                case "failure":
                    raise content
        if ready == len(children):
            ready = 0
            for child in children:
                child.say("go")
    return results
