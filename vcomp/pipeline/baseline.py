"""The reference: the exported ONNX file itself in single precision, with the preprocessing as it was trained."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vcomp.datasets.images import read_rgb, write_png
from vcomp.datasets.pairs import Pair
from vcomp.networks.session import open_session
from vcomp.pipeline.listener import Step
from vcomp.preprocess.apply import preprocess, reads_gray
from vcomp.results import Performance
from vcomp.spec import ModelSpec
from vcomp.tasks.binary_segmentation import to_mask


def run_baseline(spec: ModelSpec, onnx: Path, pairs: Sequence[Pair], masks: Path, step: Step) -> Performance:
    """Write the mask of each image to `masks/<name>.png`; preprocessing and inference are timed, reading is not."""
    session = open_session(onnx)
    gray = reads_gray(spec.preprocess)
    seconds = []
    for done, pair in enumerate(pairs, start=1):
        image = read_rgb(pair.image, gray=gray)
        start = time.perf_counter()
        output = session.run(None, {spec.inputs[0].name: preprocess(image, spec.preprocess)[np.newaxis]})[0]
        seconds.append(time.perf_counter() - start)
        write_png(masks / f"{pair.name}.png", to_mask(output, spec.task.threshold).astype(np.uint8) * 255)
        step.advance(done, len(pairs))
    return Performance(
        images_per_second=1 / statistics.mean(seconds),
        latency_p50_ms=1e3 * float(np.percentile(seconds, 50)),
        latency_p95_ms=1e3 * float(np.percentile(seconds, 95)),
        latency_p99_ms=1e3 * float(np.percentile(seconds, 99)),
        measured_by="ONNX Runtime on this CPU, one image after the other",
    )
