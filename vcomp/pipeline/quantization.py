"""`vcomp quantize`: one calibration of one model, and everything that is asked of it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vcomp.errors import VcompError
from vcomp.pipeline.calibration_set import CalibrationSet, Extremes, examine
from vcomp.pipeline.comparison import Row, compare
from vcomp.pipeline.context import Context
from vcomp.pipeline.data import DataSet, find_data, judge_bad
from vcomp.pipeline.listener import Listener, Silent
from vcomp.pipeline.manifest import Manifest
from vcomp.pipeline.sensitivity import IMAGES, Sensitivity, measure_sensitivity
from vcomp.pipeline.steps import export_network
from vcomp.pipeline.trial import Trial, calibrate
from vcomp.pipeline.waterfall import Stage, waterfall
from vcomp.pipeline.workspace import open_workspace
from vcomp.project import Project
from vcomp.project.runnable import runnable
from vcomp.quantize import prepare
from vcomp.render import layout
from vcomp.spec import Int8, RunnableSpec
from vcomp.toolchain.find import find_toolchain

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class QuantizeOptions:
    """What `vcomp quantize` takes. Without waterfall and sensitivity, the modes are compared."""

    data: Path | None = None
    limit: int | None = None
    workspace: Path | None = None
    allow_bad: int = 0
    waterfall: bool = False
    sensitivity: bool = False
    tolerance: float | None = None


@dataclass(frozen=True)
class Quantization:
    """What was found; None for what was not asked. Everything beside fp32 is emulated on this CPU."""

    model: str
    source: str
    images: int
    calibration_set: CalibrationSet
    modes: list[Row] | None
    waterfall: list[Stage] | None
    sensitivity: Sensitivity | None

    def to_json(self) -> dict[str, Any]:
        return {"schema_version": SCHEMA_VERSION, "emulated": True, **asdict(self)}


def quantize_model(
    project: Project, name: str, options: QuantizeOptions, listener: Listener | None = None
) -> Quantization:
    """Calibrate a model once, as its int8 target says or else by default, and answer what is asked from that."""
    model, selected = project.select_one(name)
    spec = runnable(selected)
    _refuse(spec)
    listener = listener or Silent()
    with open_workspace(project, model, spec, options.workspace, several=False) as workspace:
        toolchain = find_toolchain("emulator", shims=workspace.own / "bin", sdk_python=None)
        context = Context(model, spec, workspace, Manifest(workspace.manifest), toolchain, listener)
        few = IMAGES if options.sensitivity and not options.waterfall else None
        data = find_data(context, project.data_root(options.data), limit=options.limit or few)
        judge_bad(data.bad, options.allow_bad, listener)
        export_network(context)
        onnx = context.path(layout.checkpoint(spec)).read_bytes()
        extremes = Extremes()
        trial = _calibrated(context, data, onnx, extremes)
        with listener.step("calibration set"):
            seen = examine(data.calibration, data.pairs, extremes)
        return _answers(context, data, trial, onnx, options, seen)


def _answers(
    context: Context, data: DataSet, trial: Trial, onnx: bytes, options: QuantizeOptions, seen: CalibrationSet
) -> Quantization:
    listener, asked = context.listener, options.waterfall or options.sensitivity
    return Quantization(
        model=trial.spec.name,
        source=data.source,
        images=len(data.pairs),
        calibration_set=seen,
        modes=None if asked else compare(trial, onnx, listener),
        waterfall=waterfall(trial, context.model, onnx, listener) if options.waterfall else None,
        sensitivity=measure_sensitivity(trial, listener, options.tolerance) if options.sensitivity else None,
    )


def _calibrated(context: Context, data: DataSet, onnx: bytes, extremes: Extremes) -> Trial:
    spec, network = context.spec, prepare(onnx)
    target = spec.target("int8")
    with context.listener.step("calibrate") as step:
        statistics = calibrate(spec, network, data.calibration, step, extremes.note)
    return Trial(spec, network, data.pairs, statistics, target if isinstance(target, Int8) else Int8())


def _refuse(spec: RunnableSpec) -> None:
    if spec.calibration is None:
        raise VcompError(
            f"the spec of {spec.name} names no calibration images", mend="add calibration=ImageFolder(…) to it"
        )
    if len(spec.inputs) != 1:
        raise VcompError(f"the network of {spec.name} has {len(spec.inputs)} inputs", expected="one image input")
