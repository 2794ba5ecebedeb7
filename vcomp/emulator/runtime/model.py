"""A compiled network as `vaststreamx` sees it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.artifact import Manifest, Port, read_artifact
from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.integers import integer_from
from vcomp.emulator.runtime.session import Session
from vcomp.emulator.runtime.tensors import Tensor
from vcomp.emulator.runtime.tiles import untile

Shape = tuple[int, ...]
Array = NDArray[Any]

MAX_BATCH_SIZE = 64  # the card's depends on the model; here a batch costs nothing but memory


class Model:
    """The compiled network with the given prefix, or with the given module info if its shapes are dynamic.

    The hardware config is without effect. A batch size above the largest becomes the largest.
    """

    def __init__(self, prefix: Any, batch_size: int = 1, hw_config: Any = "") -> None:  # noqa: ARG002
        artifact = read_artifact(str(prefix))
        self._manifest = artifact.manifest
        self._session = Session(artifact)
        self._shapes = tuple(port.shape for port in artifact.manifest.inputs)
        self._output_shapes = {self._shapes: tuple(port.shape for port in artifact.manifest.outputs)}
        self.max_batch_size = MAX_BATCH_SIZE
        self.set_batch_size(batch_size)

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    @property
    def is_dynamic(self) -> bool:
        return self._manifest.dynamic

    @property
    def batch_size(self) -> int:
        return self._batch_size

    def set_batch_size(self, batch_size: int) -> None:
        self._batch_size = min(integer_from(1, batch_size, f"the batch size is {batch_size!r}"), MAX_BATCH_SIZE)

    @property
    def input_names(self) -> list[str]:
        return [port.name for port in self._manifest.inputs]

    @property
    def input_shape(self) -> list[list[int]]:
        """The shape of each input, with its batch of one; of a dynamic model the one that was set, or the largest."""
        return [list(shape) for shape in self._shapes]

    def set_input_shape(self, shapes: Any) -> None:
        """Choose the shapes of a dynamic model's inputs, one for each, within what it was compiled for."""
        self._shapes = self._within_range(shapes)

    @property
    def output_shape(self) -> list[list[int]]:
        """The shape of each output, at the present input shapes."""
        if self._shapes not in self._output_shapes:
            ports = self._manifest.inputs
            zeros = [np.zeros(shape, port.dtype) for port, shape in zip(ports, self._shapes, strict=True)]
            self._output_shapes[self._shapes] = tuple(array.shape for array in self.infer(zeros))
        return [list(shape) for shape in self._output_shapes[self._shapes]]

    @property
    def input_count(self) -> int:
        return len(self._manifest.inputs)

    @property
    def output_count(self) -> int:
        return len(self._manifest.outputs)

    @property
    def address(self) -> int:
        """A number that tells this model from others. No operator can reach the network by it."""
        return id(self._session)

    def image_shape(self, shapes: Sequence[Shape] | None = None) -> tuple[int, int, int]:
        """Channels, height and width of the image that the network takes; EmulatorError if it takes something else."""
        wanted = self._within_range(shapes) if shapes else self._shapes
        if len(wanted) != 1 or len(wanted[0]) != 4 or wanted[0][1] > 3:
            listed = ", ".join(str(list(shape)) for shape in wanted)
            raise EmulatorError(f"the network takes {listed}, and not one image", expected="1×C×H×W, C ≤ 3")
        return wanted[0][1], wanted[0][2], wanted[0][3]

    def check(self, tensors: Any, shapes: Sequence[Shape] | None = None) -> list[Array]:
        """The arrays of one batch item, one per input, if the network can take them. A batch axis may be left out."""
        ports = self._manifest.inputs
        if not isinstance(tensors, (list, tuple)) or len(tensors) != len(ports):
            count = f"a list of {len(tensors)}" if isinstance(tensors, (list, tuple)) else f"a {type(tensors).__name__}"
            raise EmulatorError(
                f"a batch item is {count}",
                expected=f"a list of {len(ports)} tensors, for {', '.join(port.name for port in ports)}",
                mend="without a preprocessing operator the inputs are nested: run_sync([[tensor, …], …])",
            )
        wanted = self._within_range(shapes) if shapes else self._shapes
        return [_fitted(*given) for given in zip(ports, wanted, tensors, strict=True)]

    def infer(self, arrays: list[Array], *, shared: bool = False) -> list[NDArray[np.float16]]:
        """One batch item through the network; `shared` if others are under way at the same time."""
        return self._session.run(arrays, shared=shared)

    def _within_range(self, shapes: Any) -> tuple[Shape, ...]:
        ports = self._manifest.inputs
        if not isinstance(shapes, (list, tuple)) or len(shapes) != len(ports):
            raise EmulatorError(f"input shapes {shapes!r}", expected=f"a list with one shape per input, {len(ports)}")
        wanted = []
        for port, shape in zip(ports, shapes, strict=True):
            whole = port.whole(tuple(shape))
            if whole is None:
                raise EmulatorError(f"input {port.name!r} cannot be {list(shape)}", expected=port.sizes)
            wanted.append(whole)
        return tuple(wanted)


def _fitted(port: Port, shape: Shape, tensor: Any) -> Array:
    """The tensor's array, freed of a device's layout, if it is what an input of this shape takes."""
    if not isinstance(tensor, Tensor):
        raise EmulatorError(f"input {port.name!r} is a {type(tensor).__name__}", expected="from_numpy's Tensor")
    kind = np.dtype(port.dtype)
    if (tensor.dtype.kind == "f") != (kind.kind == "f"):
        raise EmulatorError(f"input {port.name!r} is {tensor.dtype}", expected=f"a type that becomes {kind}")
    array = np.array(tensor.logical)
    if array.shape in (shape, shape[1:]):
        return array
    untiled = untile(array, shape)
    if untiled is None:
        raise EmulatorError(f"input {port.name!r} has shape {tensor.shape}", expected=str(list(shape)))
    return untiled
