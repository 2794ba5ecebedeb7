"""The accuracy mode of `vamp`: a list of npz files through the stream, one npz of outputs for each."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from vcomp.datasets.npz import read_npz
from vcomp.emulator.runtime.images import Image, image_of_planes
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.runtime.stream import Batch
from vcomp.emulator.runtime.tensors import as_numpy
from vcomp.emulator.vamp.profiling import IN_FLIGHT, single_stream
from vcomp.errors import VcompError
from vcomp.files import read_bounded, replacing

MAX_LIST_BYTES = 256 << 20


def run_list(model: Model, operator: Operator, datalist: Path, outputs: Path | None) -> int:
    """Write `output_%06d.npz` for each line of the list, counted from 0; without a folder, run all the same.

    Arrays are `output_0`, `output_1`, …: fp16, with a leading axis of one. Returns the number of lines. VcompError,
    naming the file, at the first that is missing, damaged, or no image; those before it are written.
    """
    stream, network = single_stream(model, operator)
    paths = read_list(datalist)
    written = 0

    def write_next() -> None:
        nonlocal written
        batch = stream.get_operator_output(network)
        if outputs:
            write_outputs(outputs / f"output_{written:06d}.npz", batch)
        written += 1

    for index, image in enumerate(_images(paths, operator)):
        stream.run_async([image])
        if index - written + 1 == IN_FLIGHT:
            write_next()
    while written < len(paths):
        write_next()
    return written


def read_list(path: Path) -> list[Path]:
    """The paths in a list, one a line, in its order; empty lines do not count."""
    names = read_bounded(path, MAX_LIST_BYTES).split(b"\n")
    paths = [Path(os.fsdecode(name)) for name in (name.strip() for name in names) if name]
    if not paths:
        raise VcompError("the list is empty", where=str(path), expected="one path of an npz file a line")
    return paths


def write_outputs(path: Path, batch: Batch) -> None:
    """The outputs of a batch of one, as an npz file that is whole or not there."""
    arrays: dict[str, Any] = {f"output_{index}": as_numpy(tensor) for index, tensor in enumerate(batch[0])}
    with replacing(path) as temporary:
        np.savez(temporary, **arrays)


def _images(paths: list[Path], operator: Operator) -> Iterator[Image]:
    for path in paths:
        arrays = read_npz(path)
        array = next(iter(arrays.values()), None)
        if (
            array is None
            or array.dtype != np.uint8
            or array.shape[-3:-2] != (3,)
            or array.size != np.prod(array.shape[-3:])
        ):
            found = f"{array.dtype} {list(array.shape)}" if array is not None else "no array"
            raise VcompError(f"holds {found}", where=str(path), expected="one image, input_0: uint8 [3, H, W]")
        yield image_of_planes(array.reshape(array.shape[-3:]), operator.image_format)
