"""One precision of one model: compiled, run and measured, by the commands of the model page."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vcomp.datasets.packing import pack_images
from vcomp.pipeline.context import Context
from vcomp.pipeline.data import DataSet
from vcomp.pipeline.evaluate import masks_of_outputs, save_masks, scoring_of
from vcomp.pipeline.listener import Step
from vcomp.pipeline.manifest import Json
from vcomp.preprocess.apply import reads_gray
from vcomp.render import commands, layout
from vcomp.render.layout import Target
from vcomp.results import Performance
from vcomp.toolchain import parse_vamp_report

MEASURED_ON_CARD = "vamp on the card"
MEASURED_EMULATED = "vamp, emulated on this CPU: not the card's speed"


def compile_target(context: Context, data: DataSet, target: Target) -> None:
    """`vamc compile`, calibrating on the data if the target is int8."""
    command = commands.compile_model(context.spec, target, context.workspace.way_home)
    inputs = {
        "yaml": context.rendered(layout.compile_yaml(context.spec, target)),
        "onnx": context.hash(layout.checkpoint(context.spec)),
        "calibration": data.calibration_sha256 if target.dtype == "int8" else None,
        "toolchain": context.toolchain.record.model_dump(mode="json"),
    }
    title = f"compile {target.dtype}"
    outputs = [context.path(layout.artifact(context.spec, target).parent)]
    context.do(title, inputs, outputs, lambda step: bool(context.run(title, command, step.say)))


def infer(context: Context, data: DataSet, target: Target) -> Path:
    """The rendered script over the evaluation set; returns the folder of its masks."""
    masks, title = context.path(layout.masks(context.spec, target)), f"infer {target.dtype}"

    def work(step: Step) -> Json:
        shutil.rmtree(masks, ignore_errors=True)
        command = commands.infer(context.spec, target, context.workspace.way_home)
        return context.run(title, command, _count_images(step, len(data.pairs))).splitlines()[-3:]

    inputs = {**_built(context, target), "images": data.sha256, "script": context.rendered(layout.SCRIPT)}
    context.do(title, inputs, [masks], work)
    return masks


def infer_packed(context: Context, data: DataSet, target: Target) -> Path:
    """vamp's accuracy mode over the packed set; the masks of its outputs are saved like those of the script."""
    _pack(context, data)
    outputs, title = context.path(layout.npz_output(context.spec, target)), f"infer {target.dtype} by vamp"
    masks = outputs.with_name(f"{outputs.name}_masks")

    def work(step: Step) -> Json:
        shutil.rmtree(outputs, ignore_errors=True)
        shutil.rmtree(masks, ignore_errors=True)
        context.run(title, commands.infer_packed(context.spec, target, context.workspace.way_home), step.say)
        save_masks(masks_of_outputs(context.spec, data.pairs, outputs), masks)
        return len(data.pairs)

    inputs = {**_built(context, target), "images": data.sha256, "spec": scoring_of(context.spec)}
    context.do(title, inputs, [outputs, masks], work)
    return masks


def measure(context: Context, target: Target) -> Performance:
    """vamp's performance mode, and what it reported."""
    title = f"measure {target.dtype}"
    command = commands.measure(context.spec, target, context.workspace.way_home)
    text: str = context.do(title, _built(context, target), [], lambda step: context.run(title, command, step.say))
    report = parse_vamp_report(text)
    percentiles = report.end_to_end.percentiles
    return Performance(
        images_per_second=report.throughput,
        latency_p50_ms=_milliseconds(percentiles.get(50)),
        latency_p95_ms=_milliseconds(percentiles.get(95)),
        latency_p99_ms=_milliseconds(percentiles.get(99)),
        measured_by=MEASURED_EMULATED if context.toolchain.record.emulated else MEASURED_ON_CARD,
    )


def _built(context: Context, target: Target) -> dict[str, Any]:
    """What every use of a compiled network depends on."""
    return {
        "artifact": context.hash(layout.artifact(context.spec, target).parent),
        "vdsp": context.rendered(layout.vdsp_params(context.spec)),
        "toolchain": context.toolchain.record.model_dump(mode="json"),
    }


def _pack(context: Context, data: DataSet) -> None:
    datalist, packed = context.path(layout.DATALIST), context.path(layout.PACKED)
    images, gray = [pair.image for pair in data.pairs], reads_gray(context.spec.preprocess)

    def work(step: Step) -> Json:
        pack_images(images, packed, datalist, gray=gray, progress=lambda done: step.advance(done, len(images)))
        return len(images)

    context.do("pack", {"images": data.sha256, "gray": gray}, [datalist, packed], work)


def _count_images(step: Step, total: int) -> Callable[[str], None]:
    """A listener to the script's output, which has one line per scored image."""
    done = 0

    def on_line(line: str) -> None:
        nonlocal done
        if ": Dice " in line:
            done += 1
            step.advance(done, total)

    return on_line


def _milliseconds(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / 1e3
