"""Pictures on the emulated device: 8-bit arrays with the vendor's pixel formats."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import ImageFormat
from vcomp.emulator.runtime.integers import integer_from
from vcomp.errors import VcompError
from vcomp.files import read_bounded

Pixels = NDArray[np.uint8]
Shape = tuple[int, ...]

PLANAR = (ImageFormat.RGB_PLANAR, ImageFormat.BGR_PLANAR)
INTERLEAVED = (ImageFormat.RGB_INTERLEAVE, ImageFormat.BGR_INTERLEAVE)
MAX_RAW_BYTES = 1 << 30


class Image:
    """A picture of any size. It never changes: what it was made from is copied."""

    def __init__(self, pixels: Pixels, format: ImageFormat, width: int, height: int) -> None:
        self.format = format
        self.width = width
        self.height = height
        self._pixels = pixels

    @property
    def shape(self) -> Shape:
        return self._pixels.shape

    @property
    def widthpitch(self) -> int:
        """The width: rows are packed without a gap."""
        return self.width

    @property
    def heightpitch(self) -> int:
        return self.height

    def numpy(self) -> Pixels:
        """A copy of the pixels in their own layout."""
        return np.array(self._pixels)

    def interleaved(self) -> Pixels:
        """The pixels as height × width × channels in their own channel order; NV12 as the array that it is."""
        if self.format in PLANAR:
            import cv2

            return np.asarray(cv2.merge(list(self._pixels)), np.uint8)
        return self._pixels[..., np.newaxis] if self.format is ImageFormat.GRAY else self._pixels

    def __repr__(self) -> str:
        return f"<Image {self.width}x{self.height} {self.format}>"


def create_image(
    array: Any = None,
    format: ImageFormat = ImageFormat.RGB_PLANAR,
    width: int = 0,
    height: int = 0,
    device_id: Any = 0,  # noqa: ARG001
    *,
    rawdata_path: Any = None,
) -> Image:
    """An image from an array of uint8: 3×H×W if planar, H×W×3 or H×3W if interleaved, H×W if grey, H·3/2×W if NV12.

    Axes of length one in front are dropped. `rawdata_path` names a file of these bytes, instead of an array. There is
    one emulated device: `device_id` is without effect.
    """
    if rawdata_path is not None:
        array = _read_raw(rawdata_path)
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
        kind = f"an array of {array.dtype}" if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
        raise EmulatorError(f"an image was made from {kind}", expected="a numpy array of uint8")
    format = ImageFormat(format)
    width, height = (integer_from(1, side, f"an image of {width!r}x{height!r}") for side in (width, height))
    layouts = _layouts(format, width, height)
    shape = array.shape
    while len(shape) > len(layouts[0]) and shape[0] == 1:
        shape = shape[1:]
    flat = rawdata_path is not None and array.size == np.prod(layouts[0])
    if (shape not in layouts and not flat) or array.size == 0:
        raise _wrong_layout(array.shape, format, width, height, layouts)
    return Image(np.array(array, order="C").reshape(layouts[0]), format, width, height)


def _read_raw(path: Any) -> Pixels:
    try:
        return np.frombuffer(read_bounded(Path(path), MAX_RAW_BYTES), np.uint8)
    except (OSError, VcompError) as error:
        raise EmulatorError(f"the raw image cannot be read: {error}", where=str(path)) from error


def image_of_planes(planes: Pixels, format: ImageFormat) -> Image:
    """An image from C×H×W, whose planes are taken to be in the format's own channel order."""
    channels, height, width = planes.shape
    if format in INTERLEAVED:
        planes = np.ascontiguousarray(planes.transpose(1, 2, 0))
    elif format is ImageFormat.GRAY and channels == 1:
        planes = planes[0]
    return create_image(planes, format, width, height)


def _layouts(format: ImageFormat, width: int, height: int) -> list[Shape]:
    """The array shapes that a format may come in; the first is the one that is kept."""
    if format in PLANAR:
        return [(3, height, width)]
    if format in INTERLEAVED:
        return [(height, width, 3), (height, width * 3)]
    if format is ImageFormat.GRAY:
        return [(height, width)]
    if width % 2 or height % 2:
        raise EmulatorError(f"an NV12 image of {width}x{height}", expected="an even width and height")
    return [(height * 3 // 2, width), (height * 3 // 2 * width,)]


def _wrong_layout(shape: Shape, format: ImageFormat, width: int, height: int, layouts: list[Shape]) -> EmulatorError:
    swapped = shape in _layouts(format, height, width)
    return EmulatorError(
        f"an array of shape {shape} is no {format} image of width {width} and height {height}",
        expected=" or ".join(str(layout) for layout in layouts),
        mend="the width comes before the height" if swapped else None,
    )
