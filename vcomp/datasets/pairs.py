"""Images, and the masks that belong to them."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.headers import SUFFIXES
from vcomp.datasets.images import list_images, read_rgb, write_png
from vcomp.errors import VcompError
from vcomp.spec import MaskPairs


@dataclass(frozen=True)
class Pair:
    """An image and its mask, called by the stem that they share."""

    name: str
    image: Path
    mask: Path


def list_pairs(pairs: MaskPairs, root: Path, limit: int | None = None) -> list[Pair]:
    """The first `limit` images by name, each with the file of the same stem in the mask folder, of any image suffix.

    `root` is the data folder. VcompError when a folder or a mask is missing, or two masks fit one image.
    """
    images = list_images(root / pairs.images, pairs.suffix, limit)
    folder = root / pairs.masks
    masks = _by_stem(folder)
    missing = [image for image in images if not masks[image.stem] - {image}]
    if missing:
        raise VcompError(
            f"{len(missing)} of {len(images)} images have no mask, the first is {missing[0].name}",
            where=str(folder),
            expected=f"a mask file {missing[0].stem}.* for it",
            mend="add the masks, or take the images out",
        )
    found = []
    for image in images:
        first, *others = sorted(masks[image.stem] - {image})
        if others:
            raise VcompError(
                f"{1 + len(others)} masks fit {image.name}: {first.name}, {', '.join(mask.name for mask in others)}",
                where=str(folder),
                expected="one",
                mend="remove the others",
            )
        found.append(Pair(image.stem, image, first))
    return found


def read_mask(path: Path) -> NDArray[np.uint8]:
    """The mask as H×W, 8 bits: grey values as they are, colours as their luma. BadImage as `read_rgb`."""
    return read_rgb(path, gray=True)[:, :, 0]


def mask_file(folder: Path, pair: Pair) -> Path:
    """Where the mask that a network found for a pair lies, whichever program wrote it."""
    return folder / f"{pair.name}.png"


def write_mask(folder: Path, pair: Pair, mask: NDArray[np.bool_]) -> None:
    """Write an H×W mask as the rendered script does: 0 and 255."""
    write_png(mask_file(folder, pair), mask.astype(np.uint8) * 255)


def _by_stem(folder: Path) -> dict[str, set[Path]]:
    if not folder.is_dir():
        raise VcompError(
            "there is no such folder",
            where=str(folder),
            expected="a folder with one mask per image",
            mend="correct evaluation.masks, or the data folder that it is relative to",
        )
    masks = defaultdict(set)
    for path in folder.iterdir():
        if path.suffix[1:].lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
            masks[path.stem].add(path)
    return masks
