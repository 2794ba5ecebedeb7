"""The calibration data of a compile file, as the network's inputs, one sample at a time."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import list_images, read_rgb
from vcomp.datasets.npz import read_npz
from vcomp.emulator.artifact import Port
from vcomp.emulator.vamc.compile_yaml import Dataset
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess, reads_gray

Feed = dict[str, NDArray[Any]]
Content = TypeVar("Content")

SHOWN = 10


def list_samples(dataset: Dataset) -> list[Path]:
    """The files that will be read, by name; VcompError if there is none."""
    return list_images(dataset.path, dataset.suffix, dataset.limit)


def feeds(paths: list[Path], dataset: Dataset, inputs: tuple[Port, ...]) -> Iterator[Feed]:
    """Each file as the network's inputs, floats rounded to fp16 as on the chip.

    VcompError at the first that does not fit the inputs; for files that cannot be read, at the end, naming them.
    """
    if dataset.ops is None:
        yield from _readable(paths, read_npz, partial(_arrays, inputs=inputs))
        return
    if len(inputs) != 1:
        raise VcompError(
            f"the network has {len(inputs)} inputs, images feed one",
            expected="npz files with one array per input, and no process_ops",
        )
    read = partial(read_rgb, gray=reads_gray(dataset.ops))
    yield from _readable(paths, read, partial(_image, dataset=dataset, port=inputs[0]))


def _readable(
    paths: list[Path], read: Callable[[Path], Content], feed: Callable[[Path, Content], Feed]
) -> Iterator[Feed]:
    """After the first file that cannot be read, the others are only tried: all bad ones are named at once."""
    bad: list[VcompError] = []
    for path in paths:
        try:
            content = read(path)
        except VcompError as error:
            bad.append(error)
            continue
        if not bad:
            yield feed(path, content)
    if bad:
        raise VcompError(
            f"{len(bad)} of {len(paths)} calibration files cannot be used:",
            quote="\n    ".join(str(error).splitlines()[0] for error in bad[:SHOWN]),
            mend="replace or remove them" + (f"; {len(bad) - SHOWN} more are like them" if len(bad) > SHOWN else ""),
        )


def _image(path: Path, pixels: NDArray[np.uint8], *, dataset: Dataset, port: Port) -> Feed:
    assert dataset.ops is not None
    try:
        made = preprocess(pixels, dataset.ops, half_constants=True)
    except Exception as error:  # numpy's and OpenCV's, of ops that do not suit the image or one another
        raise VcompError(f"process_ops cannot run on {pixels.shape}: {error}", where=str(path)) from error
    if made.shape != port.shape[1:]:
        raise VcompError(
            f"process_ops make {list(made.shape)} of this image",
            where=str(path),
            expected=f"{list(port.shape[1:])}, what input {port.name!r} takes",
        )
    return {port.name: made.astype(np.float16).astype(port.dtype)[np.newaxis]}


def _arrays(path: Path, arrays: Mapping[str, NDArray[Any]], *, inputs: tuple[Port, ...]) -> Feed:
    return {port.name: _array(path, arrays, port) for port in inputs}


def _array(path: Path, arrays: Mapping[str, NDArray[Any]], port: Port) -> NDArray[Any]:
    array = arrays.get(port.name)
    if array is None:
        raise VcompError(
            f"has no array {port.name!r}",
            where=str(path),
            expected="one per input of the network, under its name",
            mend=f"it holds {', '.join(arrays) or 'nothing'}",
        )
    if array.shape not in (port.shape, port.shape[1:]):
        raise VcompError(
            f"{port.name!r} has shape {list(array.shape)}", where=str(path), expected=str(list(port.shape))
        )
    rounded = array.astype(np.float16) if array.dtype.kind == "f" else array
    return rounded.astype(port.dtype).reshape(port.shape)
