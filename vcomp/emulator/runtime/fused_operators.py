"""What a fused operator makes of one image, and whether that is what the network takes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import ImageFormat, ImageType
from vcomp.emulator.runtime.run_parameters import ItemParameters
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.pictures import Size
from vcomp.preprocess.vdsp import VdspOp

Pixels = NDArray[np.uint8]


def format_of(vdsp: VdspOp) -> ImageFormat:
    return ImageFormat(ImageType[vdsp.image_format.value].value)


def of_this_item(vdsp: VdspOp, parameters: ItemParameters) -> VdspOp:
    """With the geometry that the run-time parameters give for one image."""
    try:
        if parameters.letterbox:
            vdsp = vdsp.with_letterbox(*parameters.letterbox)
        return vdsp.with_crop_resize(*parameters.crop_resize) if parameters.crop_resize else vdsp
    except ValueError as error:
        raise EmulatorError(str(error)) from error


def run_fused(vdsp: VdspOp, pixels: Pixels, size: Size) -> NDArray[np.float16]:
    """C×H×W; `size` is the height and width where the operator states none."""
    try:
        return run_vdsp(vdsp, pixels, size)
    except ValueError as error:
        raise EmulatorError(f"{vdsp.op_type.value} cannot run: {error}") from error


def planes_of(vdsp: VdspOp, pixels: Pixels, wanted: tuple[int, int, int]) -> NDArray[np.float16]:
    """C×H×W as the network wants it. Most operators make three planes; a network of fewer channels reads the first."""
    made = run_fused(vdsp, pixels, wanted[1:])
    if made.shape[0] < wanted[0] or made.shape[1:] != wanted[1:]:
        raise EmulatorError(
            f"the preprocessing operator makes {list(made.shape)}, the network takes {list(wanted)}",
            mend="correct OimageWidth and OimageHeight in the vdsp_params JSON, or the run-time parameters",
        )
    return made[: wanted[0]]


def check_size(vdsp: VdspOp, wanted: tuple[int, int, int]) -> None:
    """EmulatorError if it makes something else than the network wants, whatever the image and its parameters are."""
    if vdsp.output_size(wanted[1:]):
        completed = _completed(vdsp, wanted[1:])
        planes_of(completed, _blank(completed), wanted)


def _completed(vdsp: VdspOp, size: Size) -> VdspOp:
    """With something that fits where the file leaves open what a script may set later, or give with each image."""
    (top, left), (height, width) = vdsp.crop or (0, 0), vdsp.output or size
    resize = vdsp.resize or (top + height, left + width)
    return replace(vdsp, resize=resize, crop=(top, left), crop_size=vdsp.crop_size or (2, 2))


def _blank(vdsp: VdspOp) -> Pixels:
    """A small image that the operator could take: as large as a crop at its beginning asks for."""
    height, width = (2, 2)
    if vdsp.crop and vdsp.crop_size:
        height, width = (2 * (start + side) for start, side in zip(vdsp.crop, vdsp.crop_size, strict=True))
    if vdsp.op_type.takes_nv12:
        return np.zeros((height * 3 // 2, width), np.uint8)
    return np.zeros((height, width, 1 if format_of(vdsp) is ImageFormat.GRAY else 3), np.uint8)
