"""`opf_normalize`: an 8-bit image to the network's numbers.

The config is unsigned 32-bit integers (width, height, the pitches of the input and of the output, the count of
channels), a signed one (how to normalise), and mean and std, each four fp16 numbers by their bits. How many pitches
there are is unpublished, so what follows them is read from the end.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.runtime.codes import ImageFormat
from vcomp.emulator.runtime.custom_operators.call import Call
from vcomp.emulator.runtime.images import Image
from vcomp.emulator.runtime.tensors import Tensor
from vcomp.preprocess.norm_tensor import norm_tensor
from vcomp.preprocess.vdsp import NormaType

# The config's own numbers, from 0. Those of a fused operator are others.
NORMA_TYPES: Final = (
    NormaType.EQUAL,
    NormaType.MINUSMEAN_DIVSTD,
    NormaType.DIV255_MINUSMEAN_DIVSTD,
    NormaType.DIV1275_MINUSONE,
    NormaType.DIV255,
)


@dataclass(frozen=True)
class Config:
    width: int
    height: int
    channels: int
    norma: NormaType
    mean: tuple[float, ...]
    std: tuple[float, ...]


def run(call: Call) -> list[Tensor]:
    """C×H×W in the declared type, channels in the image's order. Mean and std are one value per channel."""
    call.check_counts(inputs="image", outputs="tensor")
    config = _config(call)
    values = norm_tensor(_pixels(call, config), config.norma, config.mean, config.std)
    return [Tensor(call.outputs[0].placed(values))]


def _config(call: Call) -> Config:
    if len(call.config) < 32 or len(call.config) % 4:
        raise call.error(
            f"the config has {len(call.config)} bytes",
            expected="32-bit integers from width to norma_type, then mean and std in 16 bytes",
        )
    width, height = struct.unpack_from("<2I", call.config)
    channels, norma, *constants = struct.unpack("<Ii8e", call.config[-24:])
    if channels not in (1, 3) or not 0 <= norma < len(NORMA_TYPES):
        raise call.error(
            f"the config says {channels} channels and norma_type {norma}",
            expected="1 or 3 channels, and "
            + ", ".join(f"{number} {word.value}" for number, word in enumerate(NORMA_TYPES)),
        )
    mean, std = constants[:channels], constants[4 : 4 + channels]
    if NORMA_TYPES[norma].uses_std and not all(std):
        raise call.error(f"std is {std}", expected="no zero, as bits of fp16: 13140 for 0.229")
    repeats = 3 // channels  # the operator always has three of each
    return Config(width, height, channels, NORMA_TYPES[norma], tuple(mean * repeats), tuple(std * repeats))


def _pixels(call: Call, config: Config) -> NDArray[np.uint8]:
    """H×W×C. A tensor may have its channels first or last: the config tells which axis they are."""
    image = call.inputs[0]
    if isinstance(image, Image) and image.format is not ImageFormat.YUV_NV12:
        pixels = image.interleaved()
    else:
        array = image.numpy()
        array = array[0] if array.ndim == 4 and array.shape[0] == 1 else array
        first = array.shape == (config.channels, config.height, config.width)
        pixels = array.transpose(1, 2, 0) if first else array
    if pixels.shape != (config.height, config.width, config.channels) or pixels.dtype != np.uint8:
        raise call.error(
            f"the input is {image!r}",
            expected=f"uint8 of height {config.height}, width {config.width} and {config.channels} channels, "
            "as the config says",
        )
    return np.ascontiguousarray(pixels)
