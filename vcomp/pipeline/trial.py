"""One network under trial: fed as the chip feeds it, scored in this process, calibrated once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import read_rgb
from vcomp.datasets.pairs import Pair, read_mask
from vcomp.emulator.artifact import Port
from vcomp.emulator.vamc.dataset import Dataset
from vcomp.emulator.vamc.samples import feeds
from vcomp.networks.session import open_session
from vcomp.pipeline.listener import Step
from vcomp.preprocess.apply import preprocess, reads_gray
from vcomp.quantize import TensorStatistics, collect, quantize_int8
from vcomp.spec import Int8, RunnableSpec
from vcomp.tasks.binary_segmentation import ImageScore, score, to_mask, truth_mask

if TYPE_CHECKING:
    from onnx import ModelProto

Image = NDArray[np.float32]  # 1×C×H×W, what the network takes
Compute = Callable[[Image], NDArray[Any]]
Watch = Callable[[int, str, float], None]


@dataclass(frozen=True)
class Trial:
    """A network in fp32 at opset 13 or later, the images to score it on, and what calibration saw of it."""

    spec: RunnableSpec
    network: "ModelProto"
    pairs: tuple[Pair, ...]
    statistics: Mapping[str, TensorStatistics]
    target: Int8

    def quantized(self, only: Sequence[str] = (), **changes: Any) -> "ModelProto":
        """The network in int8 as the spec's target says, with some of its options replaced; or some nodes alone."""
        target = Int8(**{**{name: getattr(self.target, name) for name in Int8.model_fields}, **changes})
        return quantize_int8(self.network, self.statistics, target, only)


def calibrate(
    spec: RunnableSpec,
    network: "ModelProto",
    paths: Sequence[Path],
    step: Step,
    watch: Callable[[int, str, float], None],
) -> dict[str, TensorStatistics]:
    """What the calibration images show of the network, read and prepared as `vamc` does; `watch` as of `collect`."""
    assert spec.calibration is not None
    name, shape = spec.inputs[0].name, spec.inputs[0].shape
    dataset = Dataset(Path(spec.calibration.path), spec.calibration.suffix, len(paths), spec.preprocess)
    images = feeds(list(paths), dataset, (Port(name=name, shape=shape, dtype="float32"),))
    return collect(network, images, progress=lambda done: step.advance(done, len(paths)), watch=watch)


def compute(spec: RunnableSpec, network: "ModelProto | bytes", *, half_output: bool = True) -> Compute:
    """The network at work; its output passes through fp16, as the chip's does, unless told otherwise."""
    session = open_session(network if isinstance(network, bytes) else network.SerializeToString())
    name = spec.inputs[0].name

    def run(image: Image) -> NDArray[Any]:
        output = np.asarray(session.run(None, {name: image})[0])
        with np.errstate(over="ignore"):  # what does not fit becomes infinite, as on the chip
            return output.astype(np.float16) if half_output else output

    return run


def evaluate(
    spec: RunnableSpec, pairs: Sequence[Pair], network: Compute, step: Step, *, half_constants: bool = True
) -> list[ImageScore]:
    """The score of each image, read anew each time; `half_constants` prepares it as the chip does."""
    scores = []
    for done, pair in enumerate(pairs, start=1):
        mask = to_mask(network(image_of(spec, pair, half_constants=half_constants)), spec.task.threshold)
        scores.append(score(pair.name, mask, truth_mask(read_mask(pair.mask), spec.size, spec.evaluation.foreground)))
        step.advance(done, len(pairs))
    return scores


def image_of(spec: RunnableSpec, pair: Pair, *, half_constants: bool = True) -> Image:
    """An image as the network takes it: on the chip it passes through fp16."""
    pixels = read_rgb(pair.image, gray=reads_gray(spec.preprocess))
    image = preprocess(pixels, spec.preprocess, half_constants=half_constants)
    return (image.astype(np.float16).astype(np.float32) if half_constants else image)[np.newaxis]
