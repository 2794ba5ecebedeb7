"""Reading and writing single images as arrays: RGB, 8 bits, height × width × channels."""

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.headers import FORMATS, ImageFormatError, extent
from vcomp.errors import VcompError
from vcomp.files import read_bounded, write_bytes

MAX_FILE_BYTES = 256 << 20
MAX_PIXELS = 100_000_000  # decoded to RGB: 300 MB


class BadImage(VcompError):  # noqa: N818 - what it stands for is a bad image
    """An image that cannot be used: unreadable, cut short, corrupt, or too large. `where` is its path."""


def list_images(folder: Path, suffix: str, limit: int | None = None) -> list[Path]:
    """The first `limit` images with this suffix (in any case) right in `folder`, by name; hidden files do not count."""
    if not folder.is_dir():
        raise VcompError(
            "there is no such folder" if not folder.exists() else "is no folder",
            where=str(folder),
            expected=f"a folder with .{suffix.lstrip('.')} images",
            mend="correct the path, or the data folder that it is relative to",
        )
    wanted = f".{suffix.lstrip('.')}".lower()
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    found = [path for path in files if path.suffix.lower() == wanted]
    if not found:
        others = Counter(path.suffix.lower() for path in files).most_common(3)
        raise VcompError(
            f"the folder has no {wanted} image",
            where=str(folder),
            expected=f"files named *{wanted}",
            mend=f"it holds {', '.join(f'{count} × *{other}' for other, count in others)}" if others else "it is empty",
        )
    return found[:limit]


def read_rgb(path: Path, *, gray: bool = False) -> NDArray[np.uint8]:
    """The image as H×W×3 RGB, or with `gray` its luma as H×W×1; 16-bit images are reduced to 8 bits, alpha is dropped.

    BadImage when the file is missing, larger than 256 MB or 100 million pixels, cut short, or corrupt.
    """
    try:
        data = read_bounded(path, MAX_FILE_BYTES)
    except OSError as error:
        raise BadImage(f"cannot be read: {error.strerror}", where=str(path)) from error
    except VcompError as error:
        raise BadImage(
            "the file is too large", where=str(path), expected=f"at most {MAX_FILE_BYTES:,} bytes"
        ) from error
    return decode_rgb(data, where=str(path), gray=gray)


def decode_rgb(data: bytes, *, where: str, gray: bool = False) -> NDArray[np.uint8]:
    """As `read_rgb`, from the bytes of an image file that `where` names in errors."""
    import cv2

    try:
        size = extent(data)
    except ImageFormatError as error:
        raise BadImage(str(error), where=where, expected=f"a whole {FORMATS} image") from error
    if not 0 < size.height * size.width <= MAX_PIXELS:
        raise BadImage(f"the image is {size.height}×{size.width}", where=where, expected=f"1 to {MAX_PIXELS:,} pixels")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise BadImage("is corrupt: it cannot be decoded", where=where, expected=f"a whole {FORMATS} image")
    if gray:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)[:, :, np.newaxis]
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def encode(image: NDArray[np.uint8], suffix: str = "png") -> bytes:
    """The bytes of an image file in the format that `suffix` names; `image` is H×W, H×W×1, or H×W×3 RGB."""
    import cv2

    if image.ndim == 3 and image.shape[2] == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)
    done, data = cv2.imencode(f".{suffix.lstrip('.').lower()}", image)
    if not done:
        raise ValueError(f"an array of shape {image.shape} cannot be written as {suffix}")
    return data.tobytes()


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write H×W, H×W×1, or H×W×3 RGB as a PNG file, whole or not at all."""
    write_bytes(path, encode(image, "png"))
