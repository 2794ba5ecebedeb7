"""A first run of a converted network, on zeros: it shows that it runs, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vcomp.emulator.artifact import Artifact, Manifest, Port
from vcomp.emulator.postprocess.params import Softmax
from vcomp.errors import VcompError, first_line

if TYPE_CHECKING:
    from vcomp.emulator.runtime.session import Session

Shape = tuple[int, ...]


def dry_run(manifest: Manifest, network: bytes) -> Manifest:
    """The manifest with the outputs' ports; VcompError if the network does not run.

    A network of dynamic shape runs at its smallest and at its largest inputs; both must give outputs of the same ranks.
    """
    from vcomp.emulator.runtime.session import Session

    session = Session(Artifact(manifest, network))
    ports = manifest.inputs
    shapes = _output_shapes(session, ports, [port.shape for port in ports])
    keeps_names = manifest.extra_op is None or isinstance(manifest.extra_op, Softmax)
    names = session.network_outputs if keeps_names else [f"output_{index}" for index in range(len(shapes))]
    if manifest.dynamic:
        smallest = _output_shapes(session, ports, [port.smallest or port.shape for port in ports])
        _require_same_ranks(names, smallest, shapes)
    outputs = [Port(name=name, shape=shape, dtype="float16") for name, shape in zip(names, shapes, strict=True)]
    return manifest.model_copy(update={"outputs": tuple(outputs)})


def _output_shapes(session: Session, ports: Sequence[Port], shapes: Sequence[Shape]) -> list[Shape]:
    import numpy as np

    zeros = [np.zeros(shape, port.dtype) for port, shape in zip(ports, shapes, strict=True)]
    try:
        return [output.shape for output in session.run(zeros)]
    except Exception as error:  # ONNX Runtime's own exception types are not public
        taken = ", ".join(f"{port.name} {list(shape)}" for port, shape in zip(ports, shapes, strict=True))
        raise VcompError(f"ONNX Runtime cannot run the network with {taken}: {first_line(error)}") from error


def _require_same_ranks(names: Sequence[str], smallest: Sequence[Shape], largest: Sequence[Shape]) -> None:
    for name, small, large in zip(names, smallest, largest, strict=True):
        if len(small) != len(large):
            raise VcompError(
                f"output {name!r} is {list(small)} for the smallest inputs, and {list(large)} for the largest",
                expected="outputs of the same rank for inputs of any size",
            )
