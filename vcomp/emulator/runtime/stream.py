"""The stream: inputs go in one by one or in batches, results come out in the same order.

The contract is the one that published scripts rely on. Asynchronous inputs are worked on in threads of the stream,
several at once; `run_sync` works in the caller's thread and leaves the queues alone.
"""

import weakref
from dataclasses import dataclass
from functools import partial
from typing import Any

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.chain import Batch, Chain, Outputs, Step
from vcomp.emulator.runtime.codes import StreamBalanceMode
from vcomp.emulator.runtime.graph import Graph
from vcomp.emulator.runtime.operators import Work
from vcomp.emulator.runtime.results import Results
from vcomp.emulator.runtime.session import at_once
from vcomp.emulator.runtime.workers import Failure, Workers

Name = str | Step


class Stream:
    """A graph at work. Register outputs, build, then run; safe from several threads."""

    def __init__(self, graph: Graph, balance_mode: StreamBalanceMode = StreamBalanceMode.ONCE) -> None:  # noqa: ARG002
        self._graph = graph
        self._registered: dict[Name, Step] = {}
        self._built: _Built | None = None

    def register_operator_output(self, name: Any, operator: Any = None, shapes: Any = None) -> None:  # noqa: ARG002
        """Keep a queue of this operator's outputs: `(operator)`, or `(name, operator)` with its shapes if wanted.

        Shapes follow from the graph, and are not compared.
        """
        step = name if operator is None else operator
        if self._built:
            raise EmulatorError("an output was registered after build", mend="register it before")
        if step not in self._graph.operators:
            raise EmulatorError(f"a {type(step).__name__} was registered", expected="an operator of the graph")
        if name in self._registered:
            raise EmulatorError(f"{_shown(name)} was registered twice", expected="each operator or name once")
        self._registered[name] = step

    def build(self) -> None:
        """Check that the operators fit together, and get ready to run."""
        if self._built:
            raise EmulatorError("the stream was built twice", expected="build to be called once")
        chain = Chain.of(self._graph)
        registered = dict(self._registered)
        results: Results[Name] = Results(registered)

        def deliver(outputs: Outputs | Failure) -> None:
            if isinstance(outputs, Failure):
                results.deliver(outputs)
            else:
                results.deliver({name: outputs[step] for name, step in registered.items()})

        workers = Workers(partial(chain.run, shared=True), deliver, at_once())
        workers.start()
        weakref.finalize(self, workers.stop)
        self._built = _Built(chain, results, workers)

    def run_sync(self, inputs: Any, params: Any = None) -> Batch:
        """The network's outputs: result[i][j] is output j of batch item i. They enter no queue."""
        built = self._ready("run_sync")
        samples = built.chain.samples(inputs, params)
        built.results.check_open()
        try:
            return built.chain.run(samples)[built.chain.network]
        except EmulatorError:
            raise
        except Exception as error:
            raise EmulatorError(f"run_sync failed: {type(error).__name__}: {error}") from error

    def run_async(self, inputs: Any, params: Any = None) -> None:
        """Take one batch to work on. Waits while too much is under way."""
        built = self._ready("run_async")
        samples = built.chain.samples(inputs, params)
        built.results.accept(lambda: built.workers.put(samples))

    def get_operator_output(self, name: Any) -> Batch:
        """The next result of a registered operator or name, in the order of inputs: waits; ValueError at the end."""
        built = self._ready("get_operator_output")
        if name not in self._registered:
            registered = ", ".join(_shown(known) for known in self._registered) or "nothing"
            raise EmulatorError(f"{_shown(name)} was not registered", expected=f"what was registered: {registered}")
        batch: Batch = built.results.take(name)
        return batch

    def close_input(self) -> None:
        """No more inputs: when the queues are read, their readers get a ValueError."""
        self._ready("close_input").results.close()

    def wait_until_done(self) -> None:
        """Wait until all inputs so far are done, whether or not anybody has read the results."""
        self._ready("wait_until_done").results.wait()

    def _ready(self, call: str) -> "_Built":
        if self._built is None:
            raise EmulatorError(f"{call} came before build", mend="call build() once all outputs are registered")
        return self._built


@dataclass(frozen=True)
class _Built:
    chain: Chain
    results: Results[Name]
    workers: Workers[list[Work], Outputs]


def _shown(name: Any) -> str:
    return repr(name) if isinstance(name, str) else f"the {type(name).__name__}"
