"""The operators that a graph is made of: the fused preprocessing step, and the network."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import FORMAT_OF_WORD, OpType
from vcomp.emulator.runtime.images import Image
from vcomp.errors import VcompError
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.vdsp import VdspOp, load_vdsp


class Operator:
    """A fused preprocessing operator: from an image of any size to the network's input in fp16."""

    def __init__(self, vdsp: VdspOp) -> None:
        self._vdsp = vdsp
        self.image_format = FORMAT_OF_WORD[vdsp.image_format]

    @staticmethod
    def load_ops_from_json_file(path: Any) -> "list[Operator]":
        """The operators of a vdsp_params JSON: always one."""
        try:
            return [Operator(load_vdsp(Path(path)))]
        except VcompError as error:
            raise EmulatorError.of(error) from error

    @property
    def op_type(self) -> OpType:
        return OpType[self._vdsp.op_type.value]

    @property
    def output_size(self) -> tuple[int, int] | None:
        """Height and width that the operator states; None when it follows the network."""
        return self._vdsp.output

    def check(self, image: Any) -> Image:
        """The image, if this operator can take it."""
        if not isinstance(image, Image):
            raise EmulatorError(
                f"the graph begins with {self.op_type.name} and got a {type(image).__name__}",
                expected="a flat list of images, each from create_image",
            )
        if image.format is not self.image_format:
            raise EmulatorError(
                f"the image is {image.format}, the operator takes {self.image_format}",
                mend="change IimageFormat in the vdsp_params JSON, or the format of the image",
            )
        return image

    def apply(self, image: Image, model_size: tuple[int, int]) -> NDArray[np.float16]:
        """The image as 3×H×W; ValueError if the operator's crop does not fit."""
        return run_vdsp(self._vdsp, image.interleaved(), model_size)
