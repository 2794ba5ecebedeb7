"""What a call of `vamp` works with: a network, the operator in front of it, and the inputs that the two take."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.module_info import SUFFIX
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.vamp.inputs import ImageInputs, Inputs, inputs_of
from vcomp.emulator.vamp.options import Options
from vcomp.emulator.vamp.words import listed
from vcomp.errors import VcompError


class TimedModel(Model):
    """A model that notes how long each inference took."""

    def __init__(self, prefix: str, batch_size: int) -> None:
        super().__init__(prefix, batch_size)
        self.durations: list[float] = []

    def infer(self, arrays: list[NDArray[Any]], *, shared: bool = False) -> list[NDArray[np.float16]]:
        start = time.perf_counter()
        outputs = super().infer(arrays, shared=shared)
        self.durations.append(time.perf_counter() - start)
        return outputs


@dataclass(frozen=True)
class Loaded:
    """The three, and the options that they were made by."""

    options: Options
    model: TimedModel
    operator: Operator
    inputs: Inputs

    @property
    def notes(self) -> Iterator[str]:
        """What is not as the options say."""
        if self.model.batch_size < self.options.batch_size:
            yield f"batch size {self.options.batch_size} is above the largest: {self.model.batch_size}"
        asked = self.options.shapes
        if asked and isinstance(self.inputs, ImageInputs) and asked[0] != self.inputs.shape:
            yield f"--shape {listed(asked[0])}: the operator takes {self.inputs.format}, {listed(self.inputs.shape)}"


def load(options: Options) -> Loaded:
    """VcompError for a file that cannot be used, a model of dynamic shape, or a batch or shape that does not fit."""
    operator = Operator.load_ops_from_json_file(options.vdsp_params)[0]
    prefix = Path(options.prefix)
    if any(prefix.parent.glob(f"*{SUFFIX}")):
        raise VcompError(
            "vamp can neither profile nor run a model of dynamic shape",
            where=options.prefix,
            mend="use a script that imports vaststreamx, or compile the model with one shape",
        )
    model = TimedModel(options.prefix, options.batch_size)
    if options.exact_batch and model.batch_size != options.batch_size:
        raise VcompError(f"--force_batch_size {options.batch_size}", expected=f"at most {model.max_batch_size}")
    return Loaded(options, model, operator, inputs_of(operator, model, options.shapes, options.dtype))
