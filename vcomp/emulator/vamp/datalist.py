"""The accuracy mode of `vamp`: a list of npz files through the streams, one npz of outputs for each."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vcomp.datasets.npz import read_npz
from vcomp.emulator.runtime.images import Image
from vcomp.emulator.runtime.tensors import Tensor, as_numpy
from vcomp.emulator.vamp.instances import IN_FLIGHT, Instance, Shared, in_threads
from vcomp.emulator.vamp.model import Loaded
from vcomp.emulator.vamp.options import most_processes
from vcomp.emulator.vamp.processes import shared_out, split
from vcomp.emulator.vamp.progress import progress
from vcomp.emulator.vamp.share import Link
from vcomp.errors import VcompError
from vcomp.files import read_bounded, replacing

MAX_LIST_BYTES = 256 << 20


@dataclass(frozen=True)
class Entry:
    """One file of the list: its index, which names its output, and its line, as editors count."""

    index: int
    line: int
    path: Path


@dataclass(frozen=True)
class Share:
    """What one process does of a list: batches of files that stand together."""

    instances: int
    batches: Sequence[Sequence[Entry]]


def run_list(loaded: Loaded, datalist: Path) -> int:
    """Write `output_%06d.npz` for each file of the list, counted from 0; without a folder, run all the same.

    Arrays are `output_0`, `output_1`, …: fp16, with a leading axis of one. Returns the number of files. VcompError,
    naming file and line, for one that is missing, damaged or no input of the network; what is written then stays.
    """
    options, size = loaded.options, loaded.model.batch_size
    entries = read_list(datalist)
    batches = [entries[start : start + size] for start in range(0, len(entries), size)]
    instances = options.instances[0]
    processes = min(options.processes, most_processes(options.devices, instances), len(batches))
    streams = split(instances * len(options.devices), processes)
    shares = [Share(count, batches[number::processes]) for number, count in enumerate(streams)]
    with progress("inputs", len(entries)) as advance:
        shared_out(run_share, loaded, shares, advance)
    return len(entries)


def read_list(path: Path) -> list[Entry]:
    """The files in a list, one a line, in its order; empty lines do not count."""
    lines = enumerate(read_bounded(path, MAX_LIST_BYTES).split(b"\n"), start=1)
    named = [(line, Path(os.fsdecode(text.strip()))) for line, text in lines if text.strip()]
    if not named:
        raise VcompError("the list is empty", where=str(path), expected="one path of an npz file a line")
    return [Entry(index, line, file) for index, (line, file) in enumerate(named)]


def run_share(loaded: Loaded, share: Share, link: Link) -> None:
    """One process's share."""
    instances = [Instance(loaded) for _ in range(share.instances)]
    in_threads(partial(_drive, loaded=loaded, advance=link.advance), instances, Shared(share.batches, link))


def _drive(
    instance: Instance, batches: Shared[Sequence[Entry]], loaded: Loaded, advance: Callable[[int], None]
) -> None:
    under_way: deque[Sequence[Entry]] = deque()

    def finish_oldest() -> None:
        entries = under_way.popleft()
        with _blaming(entries, loaded):
            results = instance.take()
        if folder := loaded.options.outputs:
            for entry, tensors in zip(entries, results, strict=True):
                write_outputs(folder / f"output_{entry.index:06d}.npz", tensors)
        advance(len(entries))

    try:
        for entries in batches:
            inputs = [_read(entry, loaded) for entry in entries]
            with _blaming(entries, loaded):
                instance.put(inputs)
            under_way.append(entries)
            if len(under_way) == IN_FLIGHT:
                finish_oldest()
    finally:  # also when a file cannot be used: what came before it is written
        while under_way:
            finish_oldest()


def write_outputs(path: Path, tensors: Sequence[Tensor]) -> None:
    """The outputs for one input, as an npz file that is whole or not there."""
    arrays: dict[str, Any] = {f"output_{index}": as_numpy(tensor) for index, tensor in enumerate(tensors)}
    with replacing(path) as temporary:
        np.savez(temporary, **arrays)


def _read(entry: Entry, loaded: Loaded) -> Image | list[Tensor]:
    with _blaming([entry], loaded):
        return loaded.inputs.item(read_npz(entry.path))


@contextmanager
def _blaming(entries: Sequence[Entry], loaded: Loaded) -> Iterator[None]:
    """An error in the block, with the files and lines that it is about."""
    first, last = entries[0], entries[-1]
    try:
        yield
    except VcompError as error:
        raise VcompError(
            f"{first.path}{'' if first is last else f' … {last.path}'}: {error.what}",
            where=f"{loaded.options.datalist}:{first.line}{'' if first is last else f'-{last.line}'}",
            quote=error.quote,
            expected=error.expected,
            mend=error.mend,
        ) from error
