"""What the first bytes of an image file promise, and whether the file holds all of it, without decoding it.

Decoders differ in what they let pass: a picture that is cut short may come back half grey, with a word on stderr or
none. So the file's own structure is read first. Sources: the PNG, JPEG (T.81), BMP, TIFF 6.0 and WebP specifications.
"""

import struct
import zlib
from dataclasses import dataclass

FORMATS = "PNG, JPEG, BMP, TIFF or WebP"
SUFFIXES = frozenset({"png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp"})

_CUT_SHORT = "is cut short"
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the SOFn markers: each opens a frame header
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers that no length follows
_TIFF_INTEGERS = {1: "B", 3: "H", 4: "I"}


class ImageFormatError(ValueError):
    """The bytes are no whole image of a known format; the text continues a sentence that begins with the file."""


@dataclass(frozen=True)
class Extent:
    """Height and width in pixels, as the header has them."""

    height: int
    width: int


def extent(data: bytes) -> Extent:
    """The size that an image file declares. ImageFormatError when it is of no known format, or not all there."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"BM"):
            return _bmp(data)
        if data[:4] in (b"II*\0", b"MM\0*"):
            return _tiff(data, "<" if data.startswith(b"II") else ">")
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise ImageFormatError(_CUT_SHORT) from None
    raise ImageFormatError("is empty" if not data else "is no image of a known format")


def _png(data: bytes) -> Extent:
    size = None
    view = memoryview(data)
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + length + 12
        if end > len(data):
            break
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise ImageFormatError(f"is corrupt: chunk {kind.decode('latin-1')} fails its checksum")
        if size is None:
            if kind != b"IHDR":
                raise ImageFormatError("is corrupt: it does not begin with IHDR")
            width, height = struct.unpack_from(">II", data, at + 8)
            size = Extent(height, width)
        if kind == b"IEND":
            return size
        at = end
    raise ImageFormatError(f"{_CUT_SHORT}: no IEND chunk")


def _jpeg(data: bytes) -> Extent:
    size = None
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ImageFormatError("is corrupt: no marker where one must stand")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        at += 2
        if marker in _JPEG_BARE:
            continue
        if marker in _JPEG_SIZES:
            size = Extent(*struct.unpack_from(">HH", data, at + 3))
        if marker in (0xD9, 0xDA):
            break
        at += max(2, struct.unpack_from(">H", data, at)[0])
    if size is None:
        raise ImageFormatError("is corrupt: it has no frame header")
    if data.rfind(b"\xff\xd9") < at:
        raise ImageFormatError(f"{_CUT_SHORT}: no end-of-image marker")
    return size


def _bmp(data: bytes) -> Extent:
    start, header = struct.unpack_from("<II", data, 10)
    if header == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        packing = 0
    else:
        width, height, _, depth, packing = struct.unpack_from("<iiHHI", data, 18)
    width, height = abs(width), abs(height)
    if packing in (0, 3) and start + height * ((width * depth + 31) // 32 * 4) > len(data):  # rows end on 4 bytes
        raise ImageFormatError(_CUT_SHORT)
    return Extent(height, width)


def _tiff(data: bytes, order: str) -> Extent:
    (directory,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, directory)
    tags = {}
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(f"{order}HHI", data, entry)
        if kind in _TIFF_INTEGERS:
            layout = f"{order}{length}{_TIFF_INTEGERS[kind]}"
            inline = struct.calcsize(layout) <= 4
            place = entry + 8 if inline else struct.unpack_from(f"{order}I", data, entry + 8)[0]
            tags[tag] = struct.unpack_from(layout, data, place)
    if 256 not in tags or 257 not in tags:
        raise ImageFormatError("is corrupt: it states no width and height")
    for offsets, lengths in ((273, 279), (324, 325)):  # strips, tiles
        for offset, length in zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False):
            if offset + length > len(data):
                raise ImageFormatError(_CUT_SHORT)
    return Extent(tags[257][0], tags[256][0])


def _webp(data: bytes) -> Extent:
    if 8 + int.from_bytes(data[4:8], "little") > len(data):
        raise ImageFormatError(_CUT_SHORT)
    kind = data[12:16]
    if kind == b"VP8X":
        return Extent(1 + int.from_bytes(data[27:30], "little"), 1 + int.from_bytes(data[24:27], "little"))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Extent(1 + (bits >> 14 & 0x3FFF), 1 + (bits & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Extent(height & 0x3FFF, width & 0x3FFF)
    raise ImageFormatError("is corrupt: it holds no WebP picture")
