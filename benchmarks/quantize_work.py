"""The measurements of quantize.py, each in a process of its own: `python quantize_work.py TASK FOLDER ARGUMENTS…`.

A task finds networks (`NAME.onnx`) and prepared inputs (`inputs-SIZE/*.npy`) in the folder, and prints JSON.
"""

import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Feed = dict[str, NDArray[np.float32]]
Found = dict[str, Any]

WARM_UP, ROUNDS = 2, 6

# Names for the settings of onnxruntime.quantization.quantize_static: activation type, per channel, symmetric.
SETTINGS = {
    "QInt8": ("QInt8", False, False),
    "QInt8 symmetric": ("QInt8", True, True),
    "QUInt8": ("QUInt8", True, False),
    "QUInt8 per tensor": ("QUInt8", False, False),
}


def feeds(folder: Path, size: int, number: int) -> Iterator[Feed]:
    files = sorted((folder / f"inputs-{size}").glob("*.npy"))
    for index in range(number):
        yield {"input": np.load(files[index % len(files)])}


def prepare(folder: Path, data: str, number: str) -> Found:
    """The two networks, and images as the first takes them, at 96×96 and 512×512."""
    import cv2
    from networks import export_resnet, export_unetpp

    from vcomp.datasets.images import list_images, read_rgb
    from vcomp.preprocess.apply import preprocess
    from vcomp.spec import Resize

    spec = export_unetpp(folder)
    export_resnet(folder)
    assert spec.calibration is not None
    images = list_images(Path(data) / spec.calibration.path, spec.calibration.suffix, int(number))
    for size in (96, 512):
        ops = [Resize(height=size, width=size) if isinstance(op, Resize) else op for op in spec.preprocess]
        (folder / f"inputs-{size}").mkdir()
        for index, path in enumerate(images if size == 96 else images[:50]):
            np.save(folder / f"inputs-{size}" / f"{index:04}.npy", preprocess(read_rgb(path), ops)[np.newaxis])
    return {"images": len(images), "opencv": cv2.__version__}


def ours(folder: Path, network: str, size: str, number: str) -> Found:
    """One pass, timed until all four modes have their ranges; then each is written as an int8 network.

    As with theirs, libraries are loaded before the clock starts.
    """
    importlib.import_module("onnx")
    importlib.import_module("onnxruntime")
    from vcomp.quantize import choose_range, collect, quantize_int8
    from vcomp.spec import Calibrate, Int8

    model = (folder / f"{network}-{size}.onnx").read_bytes()
    start = time.perf_counter()
    statistics = collect(model, feeds(folder, int(size), int(number)))
    for mode in Calibrate:
        for found in statistics.values():
            choose_range(found, mode)
    seconds = time.perf_counter() - start
    for mode in Calibrate:
        int8 = quantize_int8(model, statistics, Int8(calibrate=mode))
        (folder / f"{network}-ours-{mode.value}.onnx").write_bytes(int8.SerializeToString())
    return {"seconds": seconds}


def theirs(folder: Path, network: str, size: str, number: str, method: str, setting: str) -> Found:
    """quantize_static with one method, timed from the making of its calibrator until that has its ranges."""
    import logging
    from unittest import mock

    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._feeds = feeds(folder, int(size), int(number))

        def get_next(self) -> Feed | None:
            return next(self._feeds, None)

    quantize = importlib.import_module("onnxruntime.quantization.quantize")  # the package has a function of that name
    times: list[float] = []
    make = quantize.create_calibrator

    def timed(*words: Any, **options: Any) -> Any:
        times.append(time.perf_counter())
        calibrator = make(*words, **options)
        compute = calibrator.compute_data

        def stamped() -> Any:
            ranges = compute()
            times.append(time.perf_counter())
            return ranges

        calibrator.compute_data = stamped
        return calibrator

    logging.disable(logging.WARNING)
    activations, per_channel, symmetric = SETTINGS[setting]
    with mock.patch.object(quantize, "create_calibrator", timed):
        quantize.quantize_static(
            str(folder / f"{network}-{size}.onnx"),
            str(folder / f"{network}-theirs-{method}-{setting}.onnx"),
            Reader(),
            activation_type=QuantType[activations],
            weight_type=QuantType.QInt8,
            per_channel=per_channel,
            calibrate_method=CalibrationMethod[method],
            extra_options={"ActivationSymmetric": symmetric},
        )
    return {"seconds": times[-1] - times[0]}


def score(folder: Path, data: str, limit: str, *models: str) -> Found:
    """mIoU of UNet++ networks on the evaluation images, fed as the chip is fed."""
    from networks import unetpp_spec

    from vcomp.datasets.pairs import list_pairs
    from vcomp.pipeline.listener import Silent
    from vcomp.pipeline.trial import compute, evaluate
    from vcomp.tasks.binary_segmentation import summarize

    spec = unetpp_spec()
    pairs = list_pairs(spec.evaluation, Path(data), int(limit))
    return {
        model: summarize(evaluate(spec, pairs, compute(spec, (folder / model).read_bytes()), Silent()))["miou"]
        for model in models
    }


def noise(folder: Path, reference: str, number: str, *models: str) -> Found:
    """The rms difference of the outputs from fp32's, in percent of their spread."""
    from vcomp.networks.session import open_session

    def outputs(model: str) -> NDArray[np.float64]:
        session = open_session(folder / model)
        return np.concatenate([session.run(None, feed)[0].ravel() for feed in feeds(folder, 96, int(number))])

    expected = outputs(reference).astype(np.float64)
    return {model: 100 * float((outputs(model) - expected).std() / expected.std()) for model in models}


def speed(folder: Path, openings: str, *models: str) -> Found:
    """Batch 1: the seconds of each model in each round; all run in turns, so that a busy machine is busy for all.

    Two sessions of one model differ by a tenth and more, by where their memory happens to lie: each model is opened
    anew many times. Between runs a session's threads sleep: spinning, they would take the processor from the others'.
    """
    from vcomp.networks.session import open_session

    feed = next(feeds(folder, 96, 1))
    order = random.Random(0)
    seconds: dict[str, list[float]] = {model: [] for model in models}
    for _ in range(int(openings)):
        sessions = {model: open_session(folder / model, spin=False) for model in order.sample(models, len(models))}
        for turn in range(WARM_UP + ROUNDS):
            for model in order.sample(models, len(models)):
                start = time.perf_counter()
                sessions[model].run(None, feed)
                if turn >= WARM_UP:
                    seconds[model].append(time.perf_counter() - start)
    return seconds


def repeatability(folder: Path, network: str, number: str) -> Found:
    """Whether ranges are equal to the last bit for any order and number of workers, and how far batches move them."""
    import onnx

    from vcomp.quantize import choose_range, collect
    from vcomp.spec import Calibrate

    model = onnx.load(str(folder / f"{network}-96.onnx"))
    images = list(feeds(folder, 96, int(number)))

    def ranges(network: onnx.ModelProto, inputs: list[Feed], workers: int) -> NDArray[np.float64]:
        found = collect(network, inputs, workers=workers)
        return np.array([choose_range(found[name], mode) for name in sorted(found) for mode in Calibrate])

    first = ranges(model, images, 1)
    others = [ranges(model, images, 2), ranges(model, images[::-1], 1), ranges(model, images[::-1], 2)]
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    del model.graph.value_info[:]
    parts = [images[at : at + 8] for at in range(0, len(images), 8)]
    batched = ranges(model, [{"input": np.concatenate([feed["input"] for feed in part])} for part in parts], 2)
    return {
        "equal": all(np.array_equal(first, other) for other in others),
        "batches": float((np.abs(batched - first) / first).max()),
    }


TASKS: dict[str, Callable[..., Found]] = {
    task.__name__: task for task in (prepare, ours, theirs, score, noise, speed, repeatability)
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])))
