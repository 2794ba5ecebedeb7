"""What each layer costs when it alone is quantized, and which layers to skip to stay within a tolerance."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.pipeline.listener import Listener, Silent
from vcomp.pipeline.trial import Compute, Image, Trial, compute, evaluate
from vcomp.quantize.layers import CONVOLUTIONS, layers_left_in_float, quantized_types
from vcomp.quantize.layers import layers as layers_of
from vcomp.tasks.binary_segmentation import summarize

IMAGES = 20  # enough to rank layers by; --limit says otherwise
FIELDS = ("skip_conv_layers", "skip_matmul_layers")


@dataclass(frozen=True)
class LayerCost:
    """One layer quantized alone: the noise in the network's output, and the drop in mIoU.

    `number` counts as in the field of the spec that skips it. The noise is the root of the mean squared difference from
    fp32, over that of fp32's own spread, in percent; the drop is in points.
    """

    name: str
    kind: str
    field: str
    number: int
    noise: float
    drop: float | None


@dataclass(frozen=True)
class Remedy:
    """The costliest layers, as few as bring the drop of int8 to the tolerance, and the drop that is left."""

    tolerance: float
    reached: bool
    drop: float | None
    skip_conv_layers: tuple[int, ...]
    skip_matmul_layers: tuple[int, ...]
    layers: tuple[str, ...]

    def field(self) -> str:
        """The fields of `Int8(…)` in the spec, ready to paste."""
        return ", ".join(f"{field}={getattr(self, field)!r}" for field in FIELDS if getattr(self, field))


@dataclass(frozen=True)
class Sensitivity:
    images: int
    costs: list[LayerCost]
    remedy: Remedy | None


def measure_sensitivity(trial: Trial, listener: Listener, tolerance: float | None) -> Sensitivity:
    """Quantize each layer alone; then, if there is a tolerance in points of mIoU, leave out the costliest one by one.

    Held at a time are one network, one image, and what fp32 said of each image.
    """
    spec, pairs, costs = trial.spec, trial.pairs, []
    with listener.step("fp32, to compare with") as step:
        outputs: list[NDArray[Any]] = []
        scores = evaluate(spec, pairs, _kept(compute(spec, trial.network), outputs), step)
    fp32 = summarize(scores)["miou"]
    spread = float(np.var(np.stack(outputs), dtype=np.float64))
    with listener.step("each layer alone") as step:
        layers = list(_numbered(trial))
        for done, (name, kind, field, number) in enumerate(layers, start=1):
            error, miou = _alone(trial, name, outputs)
            noise = 100 * float(np.sqrt(error / spread)) if spread else 0.0
            costs.append(LayerCost(name, kind, field, number, noise, _difference(fp32, miou)))
            step.advance(done, len(layers))
    costs.sort(key=lambda cost: -cost.noise)
    remedy = None if tolerance is None else _find_remedy(trial, fp32, costs, tolerance, listener)
    return Sensitivity(len(pairs), costs, remedy)


def _alone(trial: Trial, layer: str, expected: list[NDArray[Any]]) -> tuple[float, float | None]:
    """The mean squared error of the output, and the mIoU, with one layer quantized."""
    errors: list[float] = []
    miou = _miou(trial, _compared(compute(trial.spec, trial.quantized(only=[layer])), expected, errors))
    return float(np.mean(errors)), miou


def _miou(trial: Trial, network: Compute) -> float | None:
    return summarize(evaluate(trial.spec, trial.pairs, network, Silent()))["miou"]


def _numbered(trial: Trial) -> Iterator[tuple[str, str, str, int]]:
    """The layers that int8 would quantize: name, operator, and the field and number that skip each."""
    counts = dict.fromkeys(FIELDS, 0)
    left_out = set(layers_left_in_float(trial.network.graph, trial.target))
    types = quantized_types(trial.target)
    for node in layers_of(trial.network.graph):
        field = FIELDS[0] if node.op_type in CONVOLUTIONS else FIELDS[1]
        if node.name not in left_out and node.op_type in types:
            yield node.name, node.op_type, field, counts[field]
        counts[field] += 1


def _kept(network: Compute, outputs: list[NDArray[Any]]) -> Compute:
    """The network, with a copy of each of its outputs kept."""

    def run(image: Image) -> NDArray[Any]:
        outputs.append(network(image))
        return outputs[-1]

    return run


def _compared(network: Compute, expected: list[NDArray[Any]], errors: list[float]) -> Compute:
    """The network, with the mean squared difference of each of its outputs from the one expected noted."""

    def run(image: Image) -> NDArray[Any]:
        output = network(image)
        errors.append(float(np.square(output.astype(np.float64) - expected[len(errors)]).mean()))
        return output

    return run


def _find_remedy(
    trial: Trial, fp32: float | None, costs: list[LayerCost], tolerance: float, listener: Listener
) -> Remedy:
    """Skip one more of the costliest layers at a time, until the drop is small enough."""
    with listener.step("layers to skip") as step:
        for number in range(len(costs) + 1):
            skipped = costs[:number]
            numbers = {field: _numbers(trial, field, skipped) for field in FIELDS}
            drop = _difference(fp32, _miou(trial, compute(trial.spec, trial.quantized((), **numbers))))
            step.advance(number, len(costs))
            reached = drop is not None and drop <= tolerance
            if reached or number == len(costs):
                break
    return Remedy(tolerance, reached, drop, **numbers, layers=tuple(cost.name for cost in skipped))


def _numbers(trial: Trial, field: str, skipped: list[LayerCost]) -> tuple[int, ...]:
    """What a field holds already, and what is to be skipped besides."""
    return tuple(sorted({*getattr(trial.target, field), *(cost.number for cost in skipped if cost.field == field)}))


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else before - after
