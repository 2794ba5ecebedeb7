"""The operators that a stream runs, one after the other."""

from collections.abc import Sequence
from typing import Any

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import GraphOutputType
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import Operator


class ModelOperator:
    """The network as an operator of a graph."""

    def __init__(self, model: Model) -> None:
        if not isinstance(model, Model):
            raise EmulatorError(f"ModelOperator got a {type(model).__name__}", expected="a Model")
        self.model = model


class Graph:
    """Operators in order: optionally one that makes the network's input, then the network.

    Outputs have the plain layout, or the card's tiles with GRAPH_OUTPUT_TYPE_884_DEVICE. A bool, `do_copy`, is the
    older name of that choice: a copy is plain. `output_flags`, of unknown meaning, are without effect.
    """

    def __init__(
        self,
        output_type: Any = GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_DEVICE,
        output_flags: Sequence[int] | None = None,  # noqa: ARG002
        *,
        do_copy: bool = True,
    ) -> None:
        plain = do_copy if not isinstance(output_type, bool) else output_type
        kind = GraphOutputType.GRAPH_OUTPUT_TYPE_NCHW_DEVICE if isinstance(output_type, bool) else output_type
        self.tiled = not plain or GraphOutputType(kind) is GraphOutputType.GRAPH_OUTPUT_TYPE_884_DEVICE
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
        """The operator that makes the input, if any, and the network's."""
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
