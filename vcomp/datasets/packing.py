"""Images as the npz files that the vendor's `vamp` and `vamc run` read, and the list that gives their order.

Observed in the vendor's 33 `image2npz.py`: key `input_0`, 8-bit RGB, channels first, original size, `np.savez`; the
list has one absolute path per line.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import BadImage, read_rgb
from vcomp.errors import VcompError
from vcomp.files import replacing, write_bytes

WORKERS = min(8, os.cpu_count() or 1)


@dataclass(frozen=True)
class PackReport:
    """What was packed, in the order of the list, and what could not be."""

    datalist: Path
    packed: tuple[Path, ...]
    bad: tuple[BadImage, ...]


def pack_images(
    images: Sequence[Path],
    target: Path,
    datalist: Path,
    *,
    gray: bool = False,
    workers: int = WORKERS,
    progress: Callable[[int], None] | None = None,
) -> PackReport:
    """Write `target/<stem>.npz` for each image, and `datalist` with their absolute paths in the order of `images`.

    An array is 3×H×W uint8 RGB at the original size; with `gray`, the luma three times, as the vendor packs for
    one-channel models. A bad image is left out of the list and reported. `progress` is told how many are done.
    Other npz files in `target` are left alone: the list alone counts.
    """
    target = target.absolute()
    outputs = _outputs(images, target)
    target.mkdir(parents=True, exist_ok=True)
    packed, bad = [], []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for done, result in enumerate(pool.map(partial(_pack, gray=gray), images, outputs), start=1):
                if isinstance(result, BadImage):
                    bad.append(result)
                else:
                    packed.append(result)
                if progress:
                    progress(done)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    if not packed:
        raise VcompError(f"none of {len(images)} images can be packed", quote=str(bad[0]))
    write_bytes(datalist, b"".join(os.fsencode(path) + b"\n" for path in packed))
    return PackReport(datalist, tuple(packed), tuple(bad))


def _outputs(images: Sequence[Path], target: Path) -> list[Path]:
    if not images:
        raise VcompError("there are no images to pack", expected="at least one")
    if "\n" in str(target) or "\r" in str(target):
        raise VcompError(
            "the path holds a line break", where=repr(str(target)), expected="a path that fits on one line"
        )
    stems: dict[str, Path] = {}
    for image in images:
        if "\n" in image.stem or "\r" in image.stem:
            raise VcompError("the file name holds a line break", where=repr(str(image)), mend="rename the file")
        other = stems.setdefault(image.stem.casefold(), image)
        if other is not image:
            raise VcompError(
                f"{image.name} would overwrite the npz of {other}",
                where=str(image),
                expected="images whose names differ in more than suffix, folder and case",
                mend="rename one of them",
            )
    return [target / f"{image.stem}.npz" for image in images]


def _pack(image: Path, output: Path, *, gray: bool) -> Path | BadImage:
    try:
        pixels = read_rgb(image, gray=gray)
    except BadImage as error:
        return error
    _save(output, np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)).transpose(2, 0, 1)))
    return output


def _save(output: Path, data: NDArray[np.uint8]) -> None:
    with replacing(output) as temporary:
        np.savez(temporary, input_0=data)
