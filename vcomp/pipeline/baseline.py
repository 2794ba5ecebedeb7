"""The reference: the exported ONNX file itself in single precision, with the preprocessing as it was trained."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import read_rgb
from vcomp.datasets.pairs import Pair, write_mask
from vcomp.errors import VcompError, first_line
from vcomp.networks.session import open_session
from vcomp.pipeline.listener import Step
from vcomp.preprocess.apply import preprocess, reads_gray
from vcomp.results import Performance
from vcomp.spec import RunnableSpec
from vcomp.tasks.binary_segmentation import to_mask

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def run_baseline(spec: RunnableSpec, onnx: Path, pairs: Sequence[Pair], masks: Path, step: Step) -> Performance:
    """Write the mask of each image to `masks/<name>.png`; preprocessing and inference are timed, reading is not."""
    session = open_session(onnx)
    gray = reads_gray(spec.preprocess)
    seconds = []
    for done, pair in enumerate(pairs, start=1):
        image = read_rgb(pair.image, gray=gray)
        start = time.perf_counter()
        output = _run(session, spec.inputs[0].name, preprocess(image, spec.preprocess)[np.newaxis])
        seconds.append(time.perf_counter() - start)
        mask = to_mask(output, spec.task.threshold)
        if mask.shape != spec.size:
            raise VcompError(
                f"the network's output is {'×'.join(map(str, output.shape))}",
                where=str(onnx),
                expected=f"one probability per pixel of its input, 1×1×{spec.size[0]}×{spec.size[1]}",
                mend="correct the task in the spec, or take another network",
            )
        write_mask(masks, pair, mask)
        step.advance(done, len(pairs))
    return Performance(
        images_per_second=1 / statistics.mean(seconds),
        latency_p50_ms=1e3 * float(np.percentile(seconds, 50)),
        latency_p95_ms=1e3 * float(np.percentile(seconds, 95)),
        latency_p99_ms=1e3 * float(np.percentile(seconds, 99)),
        measured_by="ONNX Runtime on this CPU, one image after the other",
    )


def _run(session: "InferenceSession", name: str, image: NDArray[np.float32]) -> NDArray[Any]:
    """The first output for one image."""
    try:
        return np.asarray(session.run(None, {name: image})[0])
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise VcompError(f"the network cannot be run on an image: {first_line(error)}") from None
