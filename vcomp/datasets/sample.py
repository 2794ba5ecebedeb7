"""The embedded sample: drawn pictures in place of a data set, so that the whole chain runs without a download."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from vcomp.datasets.folders import appearing
from vcomp.datasets.headers import SUFFIXES
from vcomp.datasets.images import encode
from vcomp.datasets.nuclei import LOOKS, Picture, draw
from vcomp.errors import VcompError, unknown
from vcomp.spec import ImageFolder, MaskPairs

MARKER = ".vcomp-sample.json"
VERSION = 1
PICTURES = range(24)  # both halves show every look once


@dataclass(frozen=True)
class _Content:
    """What one folder of the sample holds."""

    shows: str  # "images" or "masks"
    suffix: str
    pictures: range

    def marker(self) -> str:
        return json.dumps(
            {
                "schema_version": 1,
                "sample": VERSION,
                "shows": self.shows,
                "suffix": self.suffix,
                "pictures": [self.pictures.start, self.pictures.stop],
            }
        )

    def names(self) -> list[str]:
        return [f"sample_{picture:03d}.{self.suffix}" for picture in self.pictures]


def make_sample(root: Path, *, calibration: ImageFolder | None, evaluation: MaskPairs) -> None:
    """Draw 24 pictures of nuclei, 256×256, with exact masks, into the folders below `root` that a spec names.

    The first 12 calibrate, the other 12 evaluate; all 24 evaluate when there is no calibration folder, or when it is
    the evaluation folder. Masks are PNG whatever the suffix, so that they stay exact. Folders that hold this sample
    already are left alone. Each folder appears whole or not at all; VcompError when one holds anything else.
    """
    drawn = cache(lambda picture: draw(LOOKS[picture % len(LOOKS)], picture))
    for name, content in sorted(_plan(calibration, evaluation).items()):
        _make(root / name, content, drawn)


def is_sample(folder: Path) -> bool:
    """Whether a folder of images or masks was made by `make_sample`."""
    return (folder / MARKER).is_file()


def _plan(calibration: ImageFolder | None, evaluation: MaskPairs) -> dict[PurePosixPath, _Content]:
    images, masks = PurePosixPath(evaluation.images), PurePosixPath(evaluation.masks)
    plan = {images: _Content("images", evaluation.suffix, PICTURES), masks: _Content("masks", "png", PICTURES)}
    if calibration is not None and PurePosixPath(calibration.path) != images:
        first, second = PICTURES[: len(LOOKS)], PICTURES[len(LOOKS) :]
        plan = {
            images: _Content("images", evaluation.suffix, second),
            masks: _Content("masks", "png", second),
            PurePosixPath(calibration.path): _Content("images", calibration.suffix, first),
        }
    if len(plan) < 2 or plan[masks].shows != "masks":
        raise VcompError(
            f"masks and images share the folder {masks}", expected="a folder of its own for the masks of the sample"
        )
    for content in plan.values():
        if content.suffix.lower() not in SUFFIXES:
            raise unknown("image suffix", content.suffix, sorted(SUFFIXES))
    return plan


def _make(folder: Path, content: _Content, drawn: Callable[[int], Picture]) -> None:
    if _holds(folder, content):
        return
    _refuse_others(folder)
    try:
        with appearing(folder) as temporary:
            for picture, name in zip(content.pictures, content.names(), strict=True):
                image, mask = drawn(picture)
                pixels = image if content.shows == "images" else mask
                (temporary / name).write_bytes(encode(pixels, content.suffix))
            (temporary / MARKER).write_text(content.marker())
    except OSError:
        if not _holds(folder, content):  # it does when another process was faster
            raise


def _holds(folder: Path, content: _Content) -> bool:
    try:
        return (folder / MARKER).read_text() == content.marker() and _files(folder) == content.names()
    except OSError:
        return False


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _refuse_others(folder: Path) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    raise VcompError(
        "the sample here is incomplete, changed, or another spec's"
        if is_sample(folder)
        else "something is here already",
        where=str(folder),
        expected="no such folder, or an empty one: the sample overwrites nothing",
        mend="remove the folder, or name another data folder",
    )
