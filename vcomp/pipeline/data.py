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
from vcomp.pipeline.context import Context
from vcomp.pipeline.listener import Listener
from vcomp.render import layout
from vcomp.results import EMBEDDED_SAMPLE
from vcomp.spec import RunnableSpec

FOLDER_SOURCE = "data folder"


@dataclass(frozen=True)
class DataSet:
    """What a run calibrates and scores on; `pairs` and `calibration` are readable, `bad` are not.

    The hashes are over the contents of images and masks.
    """

    source: str
    root: Path
    pairs: tuple[Pair, ...]
    calibration: tuple[Path, ...]
    bad: tuple[BadImage, ...]
    partial: bool  # less than all of the evaluation folder
    sha256: str
    calibration_sha256: str


def find_data(context: Context, root: Path | None, *, limit: int | None = None, calibrate: bool = True) -> DataSet:
    """List and try a spec's images below `root`, or the embedded sample if there is no root, and show them to the run.

    VcompError for a missing folder, image or mask, or when no image is readable. Without `calibrate` the
    calibration set is not looked at.
    """
    spec, source = context.spec, FOLDER_SOURCE
    if root is None:
        root, source = context.workspace.own / "sample", EMBEDDED_SAMPLE
        make_sample(root, calibration=spec.calibration, evaluation=spec.evaluation)
        context.listener.note(
            "no data folder was given: using the embedded sample of drawn nuclei, its scores say nothing about "
            "real images (--data DIR, VCOMP_DATA, or `vcomp data get dsb2018`)"
        )
    everything = list_pairs(spec.evaluation, root)
    chosen = everything[:limit]
    calibration: list[Path] = []
    if calibrate and spec.calibration is not None:
        calibration = list_images(root / spec.calibration.path, spec.calibration.suffix, spec.calibration.limit)
    bad = _unreadable([*(file for pair in chosen for file in (pair.image, pair.mask)), *calibration], context.listener)
    names = {error.where for error in bad}
    pairs = tuple(pair for pair in chosen if not {str(pair.image), str(pair.mask)} & names)
    if not pairs:
        raise VcompError(f"none of {len(chosen)} images can be read", where=str(root / spec.evaluation.images))
    readable = tuple(path for path in calibration if str(path) not in names)
    hashes = context.manifest.fingerprints
    data = DataSet(
        source=source,
        root=root,
        pairs=pairs,
        calibration=readable,
        bad=tuple(bad),
        partial=len(pairs) < len(everything) or bool(bad),
        sha256=hashes.files(path for pair in pairs for path in (pair.image, pair.mask)),
        calibration_sha256=hashes.files(readable),
    )
    _stage(spec, data, context.workspace.folder, context.workspace.own / "staged")
    return data


def judge_bad(bad: Sequence[VcompError], allowed: int, listener: Listener) -> None:
    """Tell which images were left out; VcompError if they are more than allowed."""
    for error in bad:
        listener.note(f"left out: {error}")
    if len(bad) > allowed:
        raise VcompError(
            f"{len(bad)} image{'s' * (len(bad) != 1)} cannot be read",
            quote="\n    ".join(str(error.where) for error in bad[:10]),
            expected="none" if allowed == 0 else f"at most {allowed}",
            mend=f"replace the files, or leave them out with --allow-bad {len(bad)}",
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


def _stage(spec: RunnableSpec, data: DataSet, workspace: Path, parts: Path) -> None:
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
