"""A compiled network at work: what computes it in emulation is ONNX Runtime."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.artifact import Artifact, Port
from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.postprocess import apply
from vcomp.errors import VcompError
from vcomp.networks.session import cores, open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MOST_AT_ONCE = 4  # each inference under way takes memory of its own


def at_once() -> int:
    """How many inferences a stream has under way: some with few threads each do more than one with all of them."""
    return min(cores(), MOST_AT_ONCE)


class Session:
    """A compiled network, ready to run. May be used from several threads at once."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact
        self._inputs = artifact.manifest.inputs
        self._extra_op = artifact.manifest.extra_op
        self._session = self._open()
        self._shared: InferenceSession | None = None
        self._opening = threading.Lock()

    @property
    def network_outputs(self) -> list[str]:
        """The names of what the network computes, before any post-processing."""
        return [output.name for output in self._session.get_outputs()]

    def run(self, arrays: Sequence[NDArray[Any]], *, shared: bool = False) -> list[NDArray[np.float16]]:
        """One array per input, in order, to all outputs in fp16, each with a leading axis of one.

        An input's own leading axis may be left out if it is one. Arrays of floats pass through fp16 on their way in,
        as on the chip, and so do outputs into the post-processing, if there is any. With `shared` it leaves threads to
        `at_once` such runs; the results are the same. EmulatorError for a shape that an input does not take.
        """
        if len(arrays) != len(self._inputs):
            raise EmulatorError(f"the network is given {len(arrays)} arrays", expected=f"{len(self._inputs)}")
        feeds = {port.name: _fed(port, array) for port, array in zip(self._inputs, arrays, strict=True)}
        outputs = [with_batch(_half(output)) for output in self._chosen(shared).run(None, feeds)]
        if self._extra_op is None:
            return outputs
        size = image_size([feed.shape for feed in feeds.values()]) or (1, 1)  # a softmax needs none
        return [_half(output) for output in apply(self._extra_op, outputs, size)]

    def _chosen(self, shared: bool) -> "InferenceSession":
        if not shared:
            return self._session
        with self._opening:
            if self._shared is None:
                self._shared = self._open(intra_op_threads=cores() // at_once())
        return self._shared

    def _open(self, intra_op_threads: int | None = None) -> "InferenceSession":
        level = self._artifact.manifest.graph_optimization
        try:
            return open_session(self._artifact.network, level, intra_op_threads=intra_op_threads)
        except VcompError as error:
            raise EmulatorError(str(error)) from error


def image_size(shapes: Sequence[tuple[int, ...]]) -> tuple[int, int] | None:
    """Height and width of the one image among inputs of these shapes, if there is just one."""
    images = [shape for shape in shapes if len(shape) == 4]
    return images[0][2:] if len(images) == 1 else None


def _fed(port: Port, array: NDArray[Any]) -> NDArray[Any]:
    shape = port.whole(array.shape)
    if shape is None:
        raise EmulatorError(f"input {port.name!r} has shape {list(array.shape)}", expected=port.sizes)
    values = _half(array) if array.dtype.kind == "f" else array
    return values.astype(port.dtype, copy=False).reshape(shape)


def _half(array: NDArray[Any]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, as on the chip
        return array.astype(np.float16, copy=False)


def with_batch(array: NDArray[np.float16]) -> NDArray[np.float16]:
    return array if array.ndim and array.shape[0] == 1 else array[np.newaxis]
