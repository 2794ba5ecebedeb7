"""A compiled network at work: what computes it in emulation is ONNX Runtime."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.artifact import Artifact
from vcomp.emulator.errors import EmulatorError
from vcomp.errors import VcompError
from vcomp.networks.session import open_session


class Session:
    """A compiled network, ready to run. May be used from several threads at once."""

    def __init__(self, artifact: Artifact) -> None:
        self._inputs = artifact.manifest.inputs
        try:
            self._session = open_session(artifact.network, artifact.manifest.graph_optimization)
        except VcompError as error:
            raise EmulatorError(str(error)) from error

    def run(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float16]]:
        """One array per input, in order, to all outputs in fp16, each with a leading axis of one.

        Arrays of floats pass through fp16 on their way in, as on the chip.
        """
        feeds = {}
        for port, array in zip(self._inputs, arrays, strict=True):
            values = _half(array) if array.dtype.kind == "f" else array
            feeds[port.name] = values.astype(port.dtype, copy=False).reshape(port.shape)
        return [with_batch(_half(output)) for output in self._session.run(None, feeds)]


def _half(array: NDArray[Any]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, as on the chip
        return array.astype(np.float16, copy=False)


def with_batch(array: NDArray[np.float16]) -> NDArray[np.float16]:
    return array if array.ndim and array.shape[0] == 1 else array[np.newaxis]
