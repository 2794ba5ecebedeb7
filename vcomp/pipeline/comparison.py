"""The ways to quantize one network, side by side: accuracy, size and speed, all from one calibration."""

from collections.abc import Iterator
from dataclasses import dataclass

from vcomp.pipeline.listener import Listener
from vcomp.pipeline.timing import compare_speed
from vcomp.pipeline.trial import Trial, compute, evaluate, image_of
from vcomp.quantize import convert_fp16
from vcomp.spec import Calibrate
from vcomp.tasks.binary_segmentation import summarize
from vcomp.tasks.bootstrap import drop_interval


@dataclass(frozen=True)
class Row:
    """One precision, in int8 one way to choose ranges. Scores in percent, the drop and its 95 % interval in points."""

    precision: str
    calibrate: str | None
    of_the_spec: bool
    miou: float | None
    drop: float | None
    interval: tuple[float, float] | None
    bytes: int
    milliseconds: float
    speedup: float
    emulated: bool


def compare(trial: Trial, onnx: bytes, listener: Listener) -> list[Row]:
    """fp32 as it was trained, then fp16 and int8 by every mode, as the chip would be fed."""
    spec = trial.spec
    feed = {spec.inputs[0].name: image_of(spec, trial.pairs[0])}
    rows: list[Row] = []
    with listener.step("fp32") as step:
        reference = evaluate(spec, trial.pairs, compute(spec, onnx, half_output=False), step, half_constants=False)
        pace = compare_speed(onnx, onnx, feed)
    fp32 = summarize(reference)["miou"]
    rows.append(Row("fp32", None, True, fp32, None, None, len(onnx), pace.milliseconds, 1.0, emulated=False))
    for precision, mode, network in _networks(trial, onnx, listener):
        with listener.step(f"{precision} {mode.value}" if mode else precision) as step:
            scores = evaluate(spec, trial.pairs, compute(spec, network), step)
            pace = compare_speed(onnx, network, feed)
        miou = summarize(scores)["miou"]
        rows.append(
            Row(
                precision=precision,
                calibrate=mode.value if mode else None,
                of_the_spec=mode in (None, trial.target.mode),
                miou=miou,
                drop=None if fp32 is None or miou is None else fp32 - miou,
                interval=drop_interval(reference, scores),
                bytes=len(network),
                milliseconds=pace.milliseconds,
                speedup=pace.speedup,
                emulated=True,
            )
        )
    return rows


def _networks(trial: Trial, onnx: bytes, listener: Listener) -> Iterator[tuple[str, Calibrate | None, bytes]]:
    fp16, report = convert_fp16(onnx)
    for weight in report.overflowed:
        listener.note(f"fp16: {weight.values} of {weight.size} weights of layer {weight.layer} are set to its largest")
    yield "fp16", None, fp16.SerializeToString()
    for mode in (Calibrate.MAX, Calibrate.PERCENTILE, Calibrate.KL_DIVERGENCE, Calibrate.MSE):
        yield "int8", mode, trial.quantized(calibrate=mode).SerializeToString()
