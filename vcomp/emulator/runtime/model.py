"""A compiled network as `vaststreamx` sees it, and the graph that it stands in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.artifact import Manifest, read_artifact
from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import GraphOutputType
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.runtime.session import Session
from vcomp.emulator.runtime.tensors import Tensor

MAX_BATCH_SIZE = 64  # the card's depends on the model; here a batch costs nothing but memory


class Model:
    """The compiled network with the given prefix, of static shapes. The hardware config is without effect.

    A batch size above the largest becomes the largest.
    """

    def __init__(self, prefix: Any, batch_size: int = 1, hw_config: Any = "") -> None:  # noqa: ARG002
        if batch_size < 1:
            raise EmulatorError(f"the batch size is {batch_size}", expected="at least 1")
        artifact = read_artifact(str(prefix))
        self._manifest = artifact.manifest
        self._session = Session(artifact)
        self.batch_size = min(int(batch_size), MAX_BATCH_SIZE)
        self.max_batch_size = MAX_BATCH_SIZE

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    @property
    def input_shape(self) -> list[list[int]]:
        """The shape of each input, as compiled: the first axis is the batch of one."""
        return [list(port.shape) for port in self._manifest.inputs]

    @property
    def output_shape(self) -> list[list[int]]:
        return [list(port.shape) for port in self._manifest.outputs]

    @property
    def input_count(self) -> int:
        return len(self._manifest.inputs)

    @property
    def output_count(self) -> int:
        return len(self._manifest.outputs)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image that the network takes; EmulatorError if it takes something else."""
        shapes = self.input_shape
        if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][1] > 3:
            raise EmulatorError(f"the network takes {shapes}, and not one image", expected="1×C×H×W, C ≤ 3")
        return shapes[0][2], shapes[0][3]

    def check(self, tensors: Any) -> list[NDArray[Any]]:
        """The arrays of one batch item, one per input, if the network can take them. A batch axis may be left out."""
        ports = self._manifest.inputs
        if not isinstance(tensors, (list, tuple)) or len(tensors) != len(ports):
            count = f"{len(tensors)} of them" if isinstance(tensors, (list, tuple)) else f"a {type(tensors).__name__}"
            raise EmulatorError(
                f"a batch item is {count}",
                expected=f"a list of {len(ports)} tensors, for {', '.join(port.name for port in ports)}",
                mend="without a preprocessing operator the inputs are nested: run_sync([[tensor, …], …])",
            )
        arrays = []
        for port, tensor in zip(ports, tensors, strict=True):
            kind = np.dtype(port.dtype)
            if not isinstance(tensor, Tensor):
                raise EmulatorError(f"input {port.name!r} is a {type(tensor).__name__}", expected="from_numpy's Tensor")
            if tuple(tensor.shape) not in (port.shape, port.shape[1:]):
                raise EmulatorError(f"input {port.name!r} has shape {tensor.shape}", expected=str(list(port.shape)))
            if (tensor.dtype.kind == "f") != (kind.kind == "f"):
                raise EmulatorError(f"input {port.name!r} is {tensor.dtype}", expected=f"a type that becomes {kind}")
            arrays.append(tensor.numpy())
        return arrays

    def infer(self, arrays: list[NDArray[Any]]) -> list[NDArray[np.float16]]:
        """One batch item through the network."""
        return self._session.run(arrays)


class ModelOperator:
    """The network as an operator of a graph."""

    def __init__(self, model: Model) -> None:
        self.model = model


class Graph:
    """The operators that a stream runs, in order: optionally one that preprocesses an image, then the network."""

    def __init__(
        self,
        output_type: GraphOutputType | bool = GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_DEVICE,
        *,
        do_copy: bool = True,  # noqa: ARG002  (the older name of the same choice)
    ) -> None:
        if output_type is GraphOutputType.GRAPH_OUTPUT_TYPE_884_DEVICE:
            raise EmulatorError("the tiled 884 layout is not emulated", expected="an NCHW output type")
        self.operators: list[Operator | ModelOperator] = []

    def add_operators(self, *operators: Any) -> None:
        """Append operators in the order in which they run."""
        for operator in operators:
            if not isinstance(operator, (Operator, ModelOperator)):
                listed = "; load_ops_from_json_file returns a list: take [0]" if isinstance(operator, list) else ""
                raise EmulatorError(
                    f"a {type(operator).__name__} was added to the graph", expected=f"an operator{listed}"
                )
            self.operators.append(operator)

    def parts(self) -> tuple[Operator | None, ModelOperator]:
        """The preprocessing operator, if any, and the network's."""
        match self.operators:
            case [ModelOperator() as network]:
                return None, network
            case [Operator() as preprocess, ModelOperator() as network]:
                return preprocess, network
            case _:
                names = ", ".join(type(operator).__name__ for operator in self.operators) or "nothing"
                raise EmulatorError(
                    f"the graph holds {names}", expected="one ModelOperator, or an Operator and then a ModelOperator"
                )
