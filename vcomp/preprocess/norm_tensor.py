"""The last step of every fused operator: from pixels to the network's numbers, channels first, in fp16."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vcomp.preprocess.normalize import normalize
from vcomp.preprocess.pictures import Pixels
from vcomp.preprocess.vdsp import Constants, NormaType


def norm_tensor(
    image: Pixels, norma: NormaType, mean: Constants | None = None, std: Constants | None = None
) -> NDArray[np.float16]:
    """H×W×C to C×H×W, with mean and std in fp16. A grey image reads the first of each."""
    import cv2

    height, width, channels = image.shape
    made = np.empty((channels, height, width), np.uint16)  # the bits of fp16, which OpenCV need not know
    plane = np.empty((height, width), np.uint8)  # one for all channels: fresh memory costs more than the work
    for channel, table in enumerate(_tables(norma, mean, std)[:channels]):
        cv2.extractChannel(image, channel, plane)
        cv2.LUT(plane, table, made[channel])
    return made.view(np.float16)


@lru_cache(maxsize=64)
def _tables(norma: NormaType, mean: Constants | None, std: Constants | None) -> Sequence[NDArray[np.uint16]]:
    """For each of three channels what each of the 256 values of a pixel becomes, as bits of fp16."""
    mean, std, div255 = norma.constants(mean, std)
    values = np.arange(256, dtype=np.uint8)[:, np.newaxis].repeat(3, axis=1)
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, as on the chip
        halves = normalize(values, mean=mean, std=std, div255=div255, half_constants=True).astype(np.float16)
    return [np.ascontiguousarray(column).view(np.uint16) for column in halves.T]
