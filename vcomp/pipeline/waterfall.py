"""Where the accuracy goes, one change after the other: from torch to int8."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.networks.torch_module import build_module, load_torchscript, with_outputs_chosen
from vcomp.pipeline.listener import Listener
from vcomp.pipeline.trial import Compute, Image, Trial, compute, evaluate
from vcomp.project import Model
from vcomp.quantize import convert_fp16
from vcomp.quantize.partial import int8_activations_alone, int8_weights_alone
from vcomp.spec import OnnxNetwork, RunnableSpec, TorchNetwork
from vcomp.tasks.binary_segmentation import summarize


@dataclass(frozen=True)
class Stage:
    """mIoU in percent after one more change, and what it lost against the stage named `against`, in points."""

    name: str
    miou: float | None
    against: str | None
    lost: float | None
    emulated: bool


def waterfall(trial: Trial, model: Model, onnx: bytes, listener: Listener) -> list[Stage]:
    """Each stage evaluated on the same images.

    Preprocessing and output are fp16's from "fp16 constants" on; the int8 stages are measured against that one, since
    their arithmetic takes the place of fp16's.
    """
    stages: dict[str, Stage] = {}
    for name, against, network, on_chip in _stages(trial, model, onnx):
        with listener.step(name) as step:
            miou = summarize(evaluate(trial.spec, trial.pairs, network, step, half_constants=on_chip))["miou"]
        before = stages[against].miou if against in stages else None
        lost = None if before is None or miou is None else before - miou
        stages[name] = Stage(name, miou, against if against in stages else None, lost, emulated=on_chip)
    return list(stages.values())


def _stages(trial: Trial, model: Model, onnx: bytes) -> Iterator[tuple[str, str, Compute, bool]]:
    """Name, the stage to compare with, the network, and whether the images are prepared as on the chip."""
    spec = trial.spec
    if not isinstance(spec.network, OnnxNetwork):
        yield "torch", "", _torch(model, spec), False
    yield "ONNX", "torch", compute(spec, onnx, half_output=False), False
    yield "fp16 constants", "ONNX", compute(spec, onnx), True
    yield "fp16", "fp16 constants", compute(spec, convert_fp16(onnx)[0]), True
    quantized = trial.quantized()
    yield "int8 weights only", "fp16 constants", compute(spec, int8_weights_alone(trial.network, quantized)), True
    yield "int8 activations", "fp16 constants", compute(spec, int8_activations_alone(trial.network, quantized)), True
    yield "int8, all", "fp16 constants", compute(spec, quantized), True


def _torch(model: Model, spec: RunnableSpec) -> Compute:
    import torch

    if isinstance(spec.network, TorchNetwork):
        module = build_module(model, spec.network)
    else:
        assert not isinstance(spec.network, OnnxNetwork)
        module = load_torchscript(model.folder / spec.network.file)
    chosen = with_outputs_chosen(module, spec)

    def run(image: Image) -> NDArray[Any]:
        with torch.no_grad():
            output = chosen(torch.from_numpy(image.copy()))
        return np.asarray((output[0] if isinstance(output, (list, tuple)) else output).numpy())

    return run
