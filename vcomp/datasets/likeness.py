"""Images that are the same picture: equal, or near-equal (saved anew, resized, a little brighter)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import read_rgb
from vcomp.files import digest

SIDE = 24  # of the thumbnails that are compared
ALIKE = 0.97  # least correlation of two thumbnails; different pictures of nuclei reach 0.4
FLAT = 0.5  # grey levels: with less contrast than that, there is nothing to correlate


@dataclass(frozen=True)
class Twins:
    """One image of each set that show the same picture; `equal` if no pixel differs."""

    one: Path
    other: Path
    equal: bool


def find_twins(ones: Sequence[Path], others: Sequence[Path]) -> list[Twins]:
    """The pairs of a picture in one set and the same in the other. Memory grows by a thumbnail per image."""
    (left, left_hashes), (right, right_hashes) = _thumbnails(ones), _thumbnails(others)
    twins = []
    for path, thumbnail, content in zip(ones, left, left_hashes, strict=True):
        alike = right @ thumbnail >= ALIKE
        equal = np.array([content == other for other in right_hashes], bool)
        twins += [Twins(path, others[index], bool(equal[index])) for index in np.flatnonzero(alike | equal).tolist()]
    return twins


def _thumbnails(paths: Sequence[Path]) -> tuple[NDArray[np.float32], list[str]]:
    """A row of grey values per image, such that the product of two rows is their correlation; and content hashes."""
    import cv2

    rows, hashes = np.zeros((len(paths), SIDE * SIDE), np.float32), []
    for row, path in zip(rows, paths, strict=True):
        image = read_rgb(path, gray=True)[:, :, 0]
        hashes.append(digest(repr(image.shape).encode() + image.tobytes()))
        small = cv2.resize(image.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA).ravel()
        small -= small.mean()
        if small.std() > FLAT:
            row[:] = small / np.linalg.norm(small)
    return rows, hashes
