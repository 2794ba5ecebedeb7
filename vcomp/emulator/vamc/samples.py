"""The dataset of a compile file as the network's inputs, one sample at a time."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.headers import SUFFIXES
from vcomp.datasets.images import list_images, read_rgb
from vcomp.datasets.npz import read_npz
from vcomp.emulator.artifact import Port
from vcomp.emulator.vamc.dataset import Dataset
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess, reads_gray

Feed = dict[str, NDArray[Any]]
Content = TypeVar("Content")

SHOWN = 10


def list_samples(dataset: Dataset) -> list[Path]:
    """The files that will be read, by name; VcompError if there is none. A suffix counts in any case."""
    if dataset.suffix is not None:
        return list_images(dataset.path, dataset.suffix, dataset.limit)
    suffixes = {"npz"} if dataset.ops is None else SUFFIXES
    files = sorted(dataset.path.iterdir()) if dataset.path.is_dir() else []
    found = [path for path in files if path.suffix.lower()[1:] in suffixes and not path.name.startswith(".")]
    if not found:
        raise VcompError(
            "the folder has no such file" if dataset.path.is_dir() else "there is no such folder",
            where=str(dataset.path),
            expected=f"files named *.{', *.'.join(sorted(suffixes))}",
        )
    return found[: dataset.limit]


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
            f"{len(bad)} of {len(paths)} files of the dataset cannot be used:",
            quote="\n    ".join(str(error).splitlines()[0] for error in bad[:SHOWN]),
            mend="replace or remove them" + (f"; {len(bad) - SHOWN} more are like them" if len(bad) > SHOWN else ""),
        )


def _image(path: Path, pixels: NDArray[np.uint8], *, dataset: Dataset, port: Port) -> Feed:
    assert dataset.ops is not None
    try:
        made = preprocess(pixels, dataset.ops, half_constants=True)
    except Exception as error:  # numpy's and OpenCV's, of ops that do not suit the image or one another
        raise VcompError(f"process_ops cannot run on {pixels.shape}: {error}", where=str(path)) from error
    shape = port.whole(made.shape)
    if shape is None:
        raise VcompError(
            f"process_ops make {list(made.shape)} of this image",
            where=str(path),
            expected=f"{port.sizes}, which input {port.name!r} takes",
        )
    return {port.name: _rounded(made).astype(port.dtype).reshape(shape)}


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
    shape = port.whole(array.shape)
    if shape is None:
        raise VcompError(f"{port.name!r} has shape {list(array.shape)}", where=str(path), expected=port.sizes)
    if array.dtype.kind not in ("fiub" if np.dtype(port.dtype).kind == "f" else "iub"):
        raise VcompError(
            f"{port.name!r} is {array.dtype}", where=str(path), expected=f"a type that becomes {port.dtype}"
        )
    values = _rounded(array) if array.dtype.kind == "f" else array
    return values.astype(port.dtype).reshape(shape)


def _rounded(array: NDArray[Any]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, as on the chip
        return array.astype(np.float16)
