"""ONNX Runtime with its options pinned: what computes the network in emulation."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.artifact import Artifact, GraphOptimization
from vcomp.emulator.errors import EmulatorError

GRAPH_OPTIMIZATION: GraphOptimization = "all"
THREADS_VARIABLE = "VCOMP_THREADS"


class Session:
    """A compiled network, ready to run. May be used from several threads at once."""

    def __init__(self, artifact: Artifact) -> None:
        self._inputs = artifact.manifest.inputs
        self._session = open_session(artifact.network, artifact.manifest.graph_optimization)

    def run(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.float16]]:
        """One array per input, in order, to all outputs in fp16, each with a leading axis of one.

        Arrays of floats pass through fp16 on their way in, as on the chip.
        """
        feeds = {}
        for port, array in zip(self._inputs, arrays, strict=True):
            values = _half(array) if array.dtype.kind == "f" else array
            feeds[port.name] = values.astype(port.dtype, copy=False).reshape(port.shape)
        return [with_batch(_half(output)) for output in self._session.run(None, feeds)]


def open_session(network: bytes, level: GraphOptimization) -> Any:
    """An ONNX Runtime session. The level is part of the result: optimised and plain kernels differ in the last bits."""
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = {
        "disabled": levels.ORT_DISABLE_ALL,
        "basic": levels.ORT_ENABLE_BASIC,
        "extended": levels.ORT_ENABLE_EXTENDED,
        "all": levels.ORT_ENABLE_ALL,
    }[level]
    options.intra_op_num_threads = threads()
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def threads() -> int:
    """How many threads compute one network: VCOMP_THREADS, or 0 for one per core."""
    value = os.environ.get(THREADS_VARIABLE, "0")
    if not value.isdecimal() or int(value) > 1024:
        raise EmulatorError(f"{THREADS_VARIABLE} is {value!r}", expected="a number of threads, or 0 for one per core")
    return int(value)


def _half(array: NDArray[Any]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, as on the chip
        return array.astype(np.float16, copy=False)


def with_batch(array: NDArray[np.float16]) -> NDArray[np.float16]:
    return array if array.ndim and array.shape[0] == 1 else array[np.newaxis]
