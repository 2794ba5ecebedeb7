"""One pass over the calibration images: the statistics of every activation that int8 stores."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vcomp.errors import VcompError, first_line
from vcomp.networks.session import open_session
from vcomp.quantize.histogram import Histogram, TensorStatistics
from vcomp.quantize.layers import range_sources
from vcomp.quantize.model import opset, prepare, read_model

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import InferenceSession

Feed = Mapping[str, NDArray[np.float32]]
SAME = 1e-4  # of the largest output: how far a model may move when its opset is raised


def collect(
    model: "ModelProto | bytes",
    feeds: Iterable[Feed],
    progress: Callable[[int], None] | None = None,
) -> dict[str, TensorStatistics]:
    """Run the model once per feed, and return the statistics of its activations by tensor name.

    A feed maps input names to arrays. Memory does not grow with the number of feeds, and their order does not matter.
    `progress` is called with the number of feeds done. VcompError when there is no feed, when the model cannot be run
    or prepared, and when an activation is infinite or not a number.
    """
    original, prepared = read_model(model), prepare(model)
    histograms = {name: Histogram() for name in sorted(set(range_sources(prepared.graph).values()))}
    computed = [name for name in histograms if name not in {value.name for value in prepared.graph.input}]
    session = _open(_exposing(prepared, computed))
    done = 0
    for feed in feeds:
        if not done and opset(original) != opset(prepared):
            _check_same(_open(original), session, feed)
        values = {**feed, **dict(zip(computed, _run(session, computed, feed), strict=True))}
        _add(values, histograms, image=done)
        del values  # or the next image's would stand beside this one's
        done += 1
        if progress is not None:
            progress(done)
    if not done:
        raise VcompError("there are no calibration images", expected="at least one")
    return {name: histogram.statistics() for name, histogram in histograms.items()}


def _exposing(model: "ModelProto", tensors: list[str]) -> "ModelProto":
    """A copy of the model that also returns these tensors."""
    exposed = type(model)()
    exposed.CopyFrom(model)
    for name in sorted(set(tensors) - {value.name for value in model.graph.output}):
        exposed.graph.output.add().name = name
    return exposed


def _open(model: "ModelProto") -> "InferenceSession":
    """A session without graph optimisation: fused operators would hide, and slightly move, what is measured."""
    return open_session(model.SerializeToString(), "disabled")


def _run(session: "InferenceSession", names: list[str], feed: Feed) -> list[NDArray[np.float32]]:
    try:
        values: list[NDArray[np.float32]] = session.run(names, dict(feed))
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise VcompError(f"the network does not take a calibration image: {first_line(error)}") from None
    return values


def _add(values: Feed, histograms: dict[str, Histogram], image: int) -> None:
    name = ""
    try:
        for name, histogram in histograms.items():
            histogram.add(values[name])
    except ValueError as error:
        raise VcompError(f"calibration image {image}, tensor {name!r}: {error}") from None


def _check_same(before: "InferenceSession", after: "InferenceSession", feed: Feed) -> None:
    names = [output.name for output in before.get_outputs()]
    for name, old, new in zip(names, _run(before, names, feed), _run(after, names, feed), strict=True):
        tolerance = SAME * float(np.abs(old).max(initial=0))
        if old.shape != new.shape or not np.allclose(old, new, rtol=0, atol=tolerance, equal_nan=True):
            raise VcompError(
                f"raising the model's opset changed its output {name!r}",
                expected="the same values from ONNX's version converter",
                mend="export the model with opset 13 or later",
            )
