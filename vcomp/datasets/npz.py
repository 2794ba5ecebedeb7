"""Reading npz files that other programs wrote, within bounds."""

import math
import tokenize
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from vcomp.datasets.archive import ArchiveError, Bounds, opened
from vcomp.errors import VcompError

MAX_BYTES = 1 << 30
MAX_ARRAYS = 256
_MALFORMED = (ValueError, TypeError, SyntaxError, RecursionError, OverflowError, tokenize.TokenError)


def read_npz(path: Path, *, limit_bytes: int = MAX_BYTES) -> dict[str, NDArray[Any]]:
    """The arrays of an npz file by name, in its order.

    VcompError when the file is missing or damaged, holds pickled objects, more than 256 arrays, or arrays of more than
    `limit_bytes` together; all of it is known before an array is loaded.
    """
    bounds = Bounds(MAX_ARRAYS, limit_bytes, limit_bytes, ratio=2000)  # an empty mask deflates a thousandfold
    try:
        with opened(path, bounds) as archive:
            return {_key(member): _array(archive, member, path) for member in archive.infolist()}
    except OSError as error:
        raise VcompError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except ArchiveError as error:
        raise VcompError(error.what, where=str(path), expected=error.expected, mend="write it again") from error


def _key(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    try:
        with archive.open(member) as file:
            size = _header_size(file) + file.tell()
        if size != member.file_size:
            raise ValueError(f"its header asks for {size:,} bytes, it has {member.file_size:,}")
        with archive.open(member) as file:
            return np.asarray(npy.read_array(file, allow_pickle=False))
    except _MALFORMED as error:
        raise VcompError(
            f"array {_key(member)!r} cannot be loaded: {error}",
            where=str(path),
            expected="arrays of numbers, as np.savez writes them",
            mend="write it again",
        ) from error


def _header_size(file: IO[bytes]) -> int:
    """How many bytes of data the npy header at the start of `file` announces."""
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = npy.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = npy.read_array_header_2_0(file)
    else:
        raise ValueError(f"npy version {version} is not known")
    if dtype.hasobject:
        raise ValueError("it holds pickled objects")
    if any(length < 0 for length in shape):
        raise ValueError(f"its shape is {shape}")
    return math.prod(shape) * dtype.itemsize
