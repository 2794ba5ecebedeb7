"""Zip files of unknown origin, opened only when their directory promises nothing harmful."""

import contextlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vcomp.errors import VcompError

_END = b"PK\x05\x06"
_END_SIZE = 22
_LOCATOR_64 = b"PK\x06\x07"
_LOCATOR_64_SIZE = 20
_LONGEST_COMMENT = 0xFFFF
_RATIO_FROM = 1 << 20  # smaller members may be as repetitive as they like

CORRUPT = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, UnicodeDecodeError)
"""What Python's zip reader raises on a damaged file."""


@dataclass(frozen=True)
class Bounds:
    """How much a zip file may hold, unpacked; a member may shrink at most `ratio` times."""

    members: int
    member_bytes: int
    total_bytes: int
    ratio: int = 200
    directory_bytes: int = 64 << 20


class ArchiveError(VcompError):
    """A zip file that is corrupt, or asks for something unsafe. `where` is its path."""


@contextlib.contextmanager
def opened(path: Path, bounds: Bounds) -> Iterator[zipfile.ZipFile]:
    """The zip file for reading, after a look at its directory; nothing is unpacked.

    ArchiveError for a file that is no zip or damaged, for encrypted members, links, paths that lead out, names that
    occur twice, and for more members or bytes than `bounds` allow; also when a member read in the block is damaged.
    """
    try:
        _bound_directory(path, bounds)
        with zipfile.ZipFile(path) as archive:
            _bound_members(archive, path, bounds)
            yield archive
    except CORRUPT as error:
        raise ArchiveError(
            f"the zip file is corrupt: {error}",
            where=str(path),
            expected="a whole zip file",
            mend="get it again: it may have been cut short",
        ) from error


def _bound_directory(path: Path, bounds: Bounds) -> None:
    """Refuse a central directory that would itself fill the memory: Python's reader loads all of it on opening."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_64_SIZE))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        raise zipfile.BadZipFile("no end-of-directory record")
    (directory,) = struct.unpack_from("<I", tail, end + 12)
    is_64 = end >= _LOCATOR_64_SIZE and tail[end - _LOCATOR_64_SIZE :].startswith(_LOCATOR_64)
    if is_64 or directory > bounds.directory_bytes:
        raise ArchiveError(
            "the zip file has too large a directory",
            where=str(path),
            expected=f"at most {bounds.directory_bytes:,} bytes, and no 64-bit directory",
        )


def _bound_members(archive: zipfile.ZipFile, path: Path, bounds: Bounds) -> None:
    def refuse(what: str, expected: str) -> ArchiveError:
        return ArchiveError(what, where=str(path), expected=expected, mend="do not use this file")

    members = archive.infolist()
    if len(members) > bounds.members:
        raise refuse(f"the zip file has {len(members):,} members", f"at most {bounds.members:,}")
    total = sum(member.file_size for member in members)
    if total > bounds.total_bytes:
        raise refuse(f"the zip file unpacks to {total:,} bytes", f"at most {bounds.total_bytes:,}")
    seen = set()
    for member in members:
        name = member.filename
        if name in seen:
            raise refuse(f"the zip file has two members {name!r}", "distinct names")
        seen.add(name)
        if _leads_out(name):
            raise refuse(f"member {name!r} leads out of its folder", "relative paths without '..'")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise refuse(f"member {name!r} is a symbolic link", "plain files")
        if member.flag_bits & 0x1:
            raise refuse(f"member {name!r} is encrypted", "plain files")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refuse(f"member {name!r} is packed by method {member.compress_type}", "stored or deflated members")
        if member.file_size > bounds.member_bytes:
            raise refuse(f"member {name!r} unpacks to {member.file_size:,} bytes", f"at most {bounds.member_bytes:,}")
        if member.file_size > max(_RATIO_FROM, bounds.ratio * member.compress_size):
            raise refuse(
                f"member {name!r} unpacks from {member.compress_size:,} to {member.file_size:,} bytes",
                f"at most {bounds.ratio} times the packed size",
            )


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or ":" in parts[0] or "\0" in name
