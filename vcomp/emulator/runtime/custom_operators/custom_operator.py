"""`CustomOperator` as scripts call it, and the list of those that are emulated."""

import ctypes
from collections.abc import Callable, Mapping
from typing import Any, Final

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.custom_operators import (
    find_contours,
    opf_normalize,
    opf_space_to_depth_out_matrix,
    planar_argmax,
    tensorize_op,
    yolov8_seg_op,
)
from vcomp.emulator.runtime.custom_operators.call import Call, Output
from vcomp.emulator.runtime.images import Image
from vcomp.emulator.runtime.output_info import read_output_info
from vcomp.emulator.runtime.tensors import Tensor
from vcomp.errors import nearest

EMULATED: Final[Mapping[str, Callable[[Call], list[Tensor]]]] = {
    "find_contours": find_contours.run,
    "opf_normalize": opf_normalize.run,
    "opf_space_to_depth_out_matrix": opf_space_to_depth_out_matrix.run,
    "planar_argmax": planar_argmax.run,
    "tensorize_op": tensorize_op.run,
    "yolov8_seg_op": yolov8_seg_op.run,
}
REFUSED: Final[Mapping[str, str]] = {
    "brightness": "how its config says the amount is unpublished",
    "custom_op_pointpillar": "it writes through addresses of the card's memory, which do not exist here",
    "custom_op_tensor2image": "the scale and layout of the image that it makes are unpublished",
    "norma_tensor_3ch": "the layout of its config is unpublished",
}
MEND = "compute it in numpy: as_numpy before, from_numpy after"
Buffer = (bytes, bytearray, memoryview, ctypes.Structure, ctypes.Array)


class CustomOperator:
    """An operator of the script's own, known by name.

    `elf_file_path` names its machine code, which is of no use here: it is not opened, and may be missing.
    """

    def __init__(self, op_name: str, elf_file_path: Any = "") -> None:  # noqa: ARG002
        if op_name in REFUSED:
            raise EmulatorError(f"the custom operator {op_name!r} is not emulated: {REFUSED[op_name]}", mend=MEND)
        if op_name not in EMULATED:
            close = nearest(str(op_name), EMULATED)
            raise EmulatorError(
                f"the custom operator {op_name!r} is not emulated",
                expected=f"one of {', '.join(EMULATED)}",
                mend=f"did you mean {close!r}?" if close else MEND,
            )
        self.op_name = op_name
        self._config = b""

    def run_sync(self, tensors: Any, config: Any = None, output_info: Any = None) -> list[Tensor]:
        """One tensor for each `(shape, TypeFlag)` of `output_info`. Without a config, that of `set_config` holds."""
        own = self._config if config is None else self._bytes(config)
        call = Call(self.op_name, self._inputs(tensors), own, self._outputs(output_info))
        return EMULATED[self.op_name](call)

    def execute(self, tensors: Any, output_info: Any = None) -> list[Tensor]:
        """The older form of `run_sync`: the config comes first, by `set_config`."""
        return self.run_sync(tensors, None, output_info)

    def set_config(self, config_bytes: Any, config_size: int | None = None) -> None:
        """Keep the config, or its first `config_size` bytes, for the runs to come."""
        own = self._bytes(config_bytes)
        if config_size is not None and not 0 < config_size <= len(own):
            raise EmulatorError(
                f"config_size is {config_size}", where=self.op_name, expected=f"from 1 to the config's {len(own)} bytes"
            )
        self._config = own[:config_size]

    def set_callback_info(self, input_shapes: Any = None, output_shapes: Any = None) -> None:
        """Without effect: counts and shapes come with each run."""

    def _bytes(self, config: Any) -> bytes:
        if not isinstance(config, Buffer):
            raise EmulatorError(
                f"the config is a {type(config).__name__}", where=self.op_name, expected="bytes or a ctypes structure"
            )
        return bytes(config)

    def _inputs(self, tensors: Any) -> tuple[Image | Tensor, ...]:
        listed = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        for item in listed:
            if not isinstance(item, (Image, Tensor)):
                raise EmulatorError(
                    f"tensors holds a {type(item).__name__}",
                    where=self.op_name,
                    expected="a flat list of tensors, each from from_numpy or a stream, or of images",
                )
        return tuple(listed)

    def _outputs(self, output_info: Any) -> tuple[Output, ...]:
        outputs = []
        for declared in read_output_info(output_info):
            if declared.dtype is None or not declared.numbers or min(declared.numbers) < 1:
                raise EmulatorError(
                    f"output_info is {output_info!r}", where=self.op_name, expected="[((1, 3, 8), TypeFlag.FLOAT16), …]"
                )
            outputs.append(Output(self.op_name, declared.numbers, declared.dtype))
        return tuple(outputs)
