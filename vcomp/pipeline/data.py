"""The images of one run: which there are, which cannot be read, and how the workspace sees them.

The rendered files name everything below `data` in the workspace. That is a link to the data folder; or, when only a
part of it is wanted, a link to a tree of links to that part.
"""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vcomp.datasets.images import BadImage, list_images, read_rgb
from vcomp.datasets.pairs import Pair, list_pairs
from vcomp.datasets.sample import make_sample
from vcomp.errors import VcompError
from vcomp.pipeline.listener import Listener
from vcomp.render import layout
from vcomp.results import EMBEDDED_SAMPLE
from vcomp.spec import ModelSpec

FOLDER_SOURCE = "data folder"


@dataclass(frozen=True)
class DataSet:
    """What a run calibrates and scores on; `pairs` and `calibration` are readable, `bad` are not."""

    source: str
    root: Path
    pairs: tuple[Pair, ...]
    calibration: tuple[Path, ...]
    bad: tuple[BadImage, ...]
    partial: bool  # less than all of the evaluation folder


def find_data(spec: ModelSpec, root: Path | None, sample: Path, *, limit: int | None, listener: Listener) -> DataSet:
    """List and try the images of a spec below `root`, or of the embedded sample when there is no root.

    VcompError for a missing folder, image or mask, or when no image is readable.
    """
    source = FOLDER_SOURCE
    if root is None:
        make_sample(sample, calibration=spec.calibration, evaluation=spec.evaluation)
        root, source = sample, EMBEDDED_SAMPLE
    everything = list_pairs(spec.evaluation, root)
    chosen = everything[:limit]
    calibration: list[Path] = []
    if spec.calibration is not None:
        calibration = list_images(root / spec.calibration.path, spec.calibration.suffix, spec.calibration.limit)
    files = [*(pair.image for pair in chosen), *(pair.mask for pair in chosen), *calibration]
    bad = _unreadable(files, listener)
    names = {error.where for error in bad}
    pairs = tuple(pair for pair in chosen if not {str(pair.image), str(pair.mask)} & names)
    if not pairs:
        raise VcompError(f"none of {len(chosen)} images can be read", where=str(root / spec.evaluation.images))
    return DataSet(
        source=source,
        root=root,
        pairs=pairs,
        calibration=tuple(path for path in calibration if str(path) not in names),
        bad=tuple(bad),
        partial=len(pairs) < len(everything) or bool(bad),
    )


def _unreadable(files: Sequence[Path], listener: Listener) -> list[BadImage]:
    def attempt(path: Path) -> BadImage | None:
        try:
            read_rgb(path)
        except BadImage as error:
            return error
        return None

    with listener.step("images") as step, ThreadPoolExecutor() as pool:
        bad = []
        for done, error in enumerate(pool.map(attempt, files), start=1):
            step.advance(done, len(files))
            if error is not None:
                bad.append(error)
    return bad


def stage(spec: ModelSpec, data: DataSet, workspace: Path, parts: Path) -> None:
    """Make `data` in the workspace show exactly the images of this run; `parts` is where a part of them is gathered."""
    shown = data.root
    if data.partial:
        shown = parts
        shutil.rmtree(parts, ignore_errors=True)
        _link_all(parts / spec.evaluation.images, [pair.image for pair in data.pairs])
        _link_all(parts / spec.evaluation.masks, [pair.mask for pair in data.pairs])
        if spec.calibration is not None:
            _link_all(parts / spec.calibration.path, data.calibration)
    link = workspace / layout.DATA
    if link.is_symlink():
        if link.readlink() == shown:
            return
        link.unlink()
    elif link.exists():
        raise VcompError(
            f"{link} is in the way", expected="a link that vcomp makes to the data folder", mend="move it elsewhere"
        )
    link.symlink_to(shown)


def _link_all(folder: Path, files: Sequence[Path]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        link = folder / file.name
        if not link.is_symlink():  # calibration and evaluation may share a folder
            link.symlink_to(file.absolute())
