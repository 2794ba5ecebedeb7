"""The inputs that `vamp` feeds: images, or the tensors of a text or another network; random, or from npz files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.artifact import Port
from vcomp.emulator.runtime.codes import ImageFormat
from vcomp.emulator.runtime.embedding import ROLES
from vcomp.emulator.runtime.images import Image, create_image, image_of_planes
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import BuildInOperator, Operator
from vcomp.emulator.runtime.tensors import Tensor, from_numpy
from vcomp.emulator.vamp.words import Shape, listed, typed
from vcomp.errors import VcompError

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class ImageInputs:
    """Images of one format; `shape` is that of the random ones: channels, height, width."""

    format: ImageFormat
    shape: Shape

    @property
    def described(self) -> list[str]:
        return [f"{listed(self.shape)}, dtype:u1"]

    def random(self, generator: np.random.Generator) -> Image:
        channels, height, width = self.shape
        planes = (1, height * 3 // 2, width) if self._nv12 else (channels, height, width)
        return self._image(generator.integers(0, 256, planes, np.uint8))

    def item(self, arrays: Arrays) -> Image:
        """The image of an npz file, under `input_0` or else the first key."""
        channels = 1 if self._nv12 else self.shape[0]
        expected = f"one image, input_0: uint8 {'[H·3/2, W], NV12' if self._nv12 else f'[{channels}, H, W]'}"
        if not arrays:
            raise VcompError("holds no array", expected=expected)
        array = arrays.get("input_0", next(iter(arrays.values())))
        planes = array[np.newaxis] if array.ndim == 2 else array
        shape = planes.shape[-3:]
        if array.dtype != np.uint8 or not array.size or shape[:-2] != (channels,) or array.size != np.prod(shape):
            raise VcompError(f"holds {array.dtype} {list(array.shape)}", expected=expected)
        return self._image(planes.reshape(shape))

    @property
    def _nv12(self) -> bool:
        """Whether rows of brightness and rows of colour stand in one plane."""
        return self.format is ImageFormat.YUV_NV12

    def _image(self, planes: NDArray[np.uint8]) -> Image:
        if self._nv12:
            _, rows, width = planes.shape
            return create_image(planes, self.format, width, rows * 2 // 3)
        return image_of_planes(planes, self.format)


@dataclass(frozen=True)
class TensorInputs:
    """Tensors of 32-bit integers, or of fp16 where the network takes floats.

    `shapes` are those of the random ones: one for each port of the network, or for each of the six slots of a text.
    """

    ports: tuple[Port, ...]
    shapes: tuple[Shape, ...]

    @property
    def described(self) -> list[str]:
        return [f"{listed(shape)}, dtype:{dtype.str[1:]}" for shape, dtype in self._kinds]

    def random(self, generator: np.random.Generator) -> list[Tensor]:
        """Zeros and ones, which every vocabulary has and a mask may hold; copies of the first fill the slots up."""
        tensors = [from_numpy(generator.integers(0, 2, shape).astype(dtype)) for shape, dtype in self._kinds]
        return tensors + tensors[:1] * (len(ROLES) - len(tensors))

    def item(self, arrays: Arrays) -> list[Tensor]:
        """The arrays of an npz file, in its order: one for each port, or for each slot of a text."""
        least, most = len(self.ports), max(len(self.ports), len(ROLES))
        if not least <= len(arrays) <= most:
            raise VcompError(f"holds {len(arrays)} arrays", expected=f"{least} to {most}: one per input, or slot")
        for name, array in arrays.items():
            if array.dtype != np.int32 and array.dtype.kind != "f":
                raise VcompError(f"{name} is {array.dtype} {list(array.shape)}", expected="int32, or fp16 for floats")
        return [from_numpy(array) for array in arrays.values()]

    @property
    def _kinds(self) -> list[tuple[Shape, np.dtype[Any]]]:
        """Shape and type of each tensor."""
        takes_floats = [np.dtype(port.dtype).kind == "f" for port in self.ports]
        if len(self.shapes) != len(self.ports):
            takes_floats = [False] * len(self.shapes)
        dtypes = [np.dtype(np.float16 if floats else np.int32) for floats in takes_floats]
        return list(zip(self.shapes, dtypes, strict=True))


Inputs = ImageInputs | TensorInputs


def inputs_of(operator: Operator, model: Model, asked: Sequence[Shape] | None, dtype: str) -> Inputs:
    """Images where the operator takes them, else tensors; VcompError if what is asked for does not fit."""
    if isinstance(operator, BuildInOperator):
        if dtype != "uint8":
            raise VcompError(f"--dtype {dtype}", expected="uint8: the operator takes images")
        return ImageInputs(operator.image_format, _image_shape(operator.image_format, model, asked))
    ports = model.manifest.inputs
    shapes = tuple(asked or (port.shape for port in ports))
    if len(shapes) not in (len(ports), len(ROLES)):
        raise VcompError(
            f"--shape {typed(shapes)}", expected=f"one for each of {', '.join(port.name for port in ports)}"
        )
    return TensorInputs(ports, shapes)


def _image_shape(image_format: ImageFormat, model: Model, asked: Sequence[Shape] | None) -> Shape:
    """As asked, or the network's own; the channels are those of the format in any case."""
    channels = 1 if image_format is ImageFormat.GRAY else 3
    if asked is None:
        _, height, width = model.image_shape()
        any_size = image_format is not ImageFormat.YUV_NV12
        return (channels, height, width) if any_size else (channels, height + height % 2, width + width % 2)
    if len(asked) != 1 or len(asked[0]) != 3 or asked[0][0] not in (1, 3):
        raise VcompError(f"--shape {typed(asked)}", expected=f"that of one image, without the batch: [{channels},H,W]")
    return (channels, *asked[0][1:])
