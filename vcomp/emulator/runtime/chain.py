"""What a graph does to one batch: check it, then run it."""

from dataclasses import dataclass
from typing import Any

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.graph import Graph, ModelOperator
from vcomp.emulator.runtime.operators import Arrays, Operator, Work
from vcomp.emulator.runtime.run_parameters import ItemParameters, read_run_parameters
from vcomp.emulator.runtime.tensors import Tensor
from vcomp.emulator.runtime.tiles import tiled

Step = Operator | ModelOperator
Batch = list[list[Tensor]]
Outputs = dict[Step, Batch]


@dataclass(frozen=True)
class Chain:
    """The operators of a graph that fit together."""

    preprocess: Operator | None
    network: ModelOperator
    tiled: bool

    @classmethod
    def of(cls, graph: Graph) -> "Chain":
        """EmulatorError if what the first operator makes is not what the network takes."""
        preprocess, network = graph.parts()
        if preprocess:
            preprocess.check(network.model)
        return cls(preprocess, network, graph.tiled)

    def samples(self, inputs: Any, params: Any) -> list[Work]:
        """What is to be done for the items of one call, as everything stands now; EmulatorError for a wrong item."""
        if not isinstance(inputs, (list, tuple)) or not inputs:
            shown = "an empty list" if isinstance(inputs, (list, tuple)) else f"a {type(inputs).__name__}"
            raise EmulatorError(f"the stream got {shown}", expected="a list with one item or more: the batch")
        parameters = read_run_parameters(params, len(inputs))
        return [self._sample(item, said) for item, said in zip(inputs, parameters, strict=True)]

    def _sample(self, item: Any, said: ItemParameters) -> Work:
        if self.preprocess:
            return self.preprocess.bind(item, self.network.model, said)
        arrays = self.network.model.check(item, said.shapes)
        return lambda: arrays

    def run(self, samples: list[Work], *, shared: bool = False) -> Outputs:
        """What each operator gives, for each batch item; `shared` if other batches are run at the same time."""
        prepared = [work() for work in samples]
        outputs: Outputs = {self.network: [self._inferred(item, shared) for item in prepared]}
        if self.preprocess:
            outputs[self.preprocess] = [[Tensor(array) for array in item] for item in prepared]
        return outputs

    def _inferred(self, item: Arrays, shared: bool) -> list[Tensor]:
        arrays = self.network.model.infer(item, shared=shared)
        return [Tensor(tiled(array), logical=array) if self.tiled else Tensor(array) for array in arrays]
