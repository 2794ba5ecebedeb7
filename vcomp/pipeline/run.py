"""The whole chain for one model: export, render, compile, infer, measure, evaluate, report.

The runner executes nothing but the commands of the model page, on the files that it rendered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vcomp.errors import VcompError, unknown
from vcomp.files import write_text
from vcomp.networks.session import OPTIMIZATION
from vcomp.pipeline.context import Context
from vcomp.pipeline.data import DataSet, find_data, judge_bad
from vcomp.pipeline.gate import judge
from vcomp.pipeline.listener import Listener, Silent
from vcomp.pipeline.manifest import Manifest
from vcomp.pipeline.steps import export_network, render_files, run_fp32, score
from vcomp.pipeline.target import compile_target, infer, infer_packed, measure
from vcomp.pipeline.workspace import Workspace, open_workspace
from vcomp.project import Model, Project
from vcomp.project.runnable import is_runnable, runnable
from vcomp.render import layout, write_files
from vcomp.report.html import write_report
from vcomp.report.scores import Scored, write_scores
from vcomp.results import Dataset, Network, Result, Results, Toolchain, record_results
from vcomp.spec import Fp16, Int8, ModelSpec
from vcomp.tasks.binary_segmentation import DEFINITIONS, summarize
from vcomp.toolchain.find import Choice, find_toolchain

Route = Literal["vsx", "vamp"]
ALL = "all"
BASELINE = "fp32"


@dataclass(frozen=True)
class RunOptions:
    """What `vcomp run` takes; `dtypes` empty means every target of the spec."""

    dtypes: tuple[str, ...] = ()
    toolchain: Choice = "auto"
    via: Route = "vsx"
    data: Path | None = None
    limit: int | None = None
    workspace: Path | None = None
    allow_bad: int = 0
    record: bool = False
    sdk_python: str | None = None


def run_models(
    project: Project, names: Sequence[str], options: RunOptions, listener: Listener | None = None
) -> Results:
    """Run each model named (see Project.select; variants only when named) and return what was measured."""
    selected = project.select(names, variants=False)
    if not names:  # those that only describe files for the vendor's compiler are left out, unless one is named
        selected = [(model, spec) for model, spec in selected if is_runnable(spec)] or selected
    for _, spec in selected:
        runnable(spec)
        _wanted(spec, options.dtypes)  # a mistyped precision is told before any work
    results: list[Result] = []
    for model, spec in selected:
        with open_workspace(project, model, spec, options.workspace, several=len(selected) > 1) as workspace:
            results += _run_model(project, model, spec, workspace, options, listener or Silent())
    return Results(results=results)


def _wanted(spec: ModelSpec, dtypes: Iterable[str]) -> list[str]:
    """The precisions to build, in the spec's order; fp32 stands for the baseline alone."""
    available: list[str] = [target.dtype for target in spec.targets]
    asked = set(dtypes) or {ALL}
    for dtype in sorted(asked - {ALL, BASELINE}):
        if dtype not in available:
            raise unknown("dtype", dtype, [*available, BASELINE, ALL], where=f"the targets of {spec.name}")
    return available if ALL in asked else [dtype for dtype in available if dtype in asked]


def _run_model(
    project: Project, model: Model, spec: ModelSpec, workspace: Workspace, options: RunOptions, listener: Listener
) -> list[Result]:
    runs = runnable(spec)
    shims = workspace.own / "bin"
    toolchain = find_toolchain(options.toolchain, shims=shims, sdk_python=options.sdk_python)
    context = Context(model, runs, workspace, Manifest(workspace.manifest), toolchain, listener)
    targets = [target for target in spec.targets if target.dtype in _wanted(spec, options.dtypes)]
    calibrate = any(target.dtype == "int8" for target in targets)
    data = find_data(context, project.data_root(options.data), limit=options.limit, calibrate=calibrate)
    judge_bad(data.bad, options.allow_bad, listener)

    network = export_network(context)
    render_files(context)
    baseline = score(context, data, BASELINE, *run_fp32(context, data))
    measured = [_run_target(context, data, target, options.via) for target in targets]

    results = [_result(context, data, network, baseline, item) for item in measured or [baseline]]
    _report(context, data, results, [baseline, *measured])
    if options.record:
        _record(context, results)
    return results


def _run_target(context: Context, data: DataSet, target: Fp16 | Int8, via: Route) -> Scored:
    compile_target(context, data, target)
    masks = infer_packed(context, data, target) if via == "vamp" else infer(context, data, target)
    return score(context, data, target.dtype, masks, measure(context, target))


def _result(context: Context, data: DataSet, network: Network, baseline: Scored, own: Scored) -> Result:
    """What is reported of one precision."""
    spec, target = context.spec, context.spec.target(own.dtype)
    artifacts = {"onnx": context.path(layout.checkpoint(spec)), "masks": own.masks, "report": context.workspace.report}
    if target is not None:
        artifacts["compiled"] = context.path(layout.artifact(spec, target))
    return Result(
        model=spec.name,
        dtype=own.dtype,
        toolchain=context.toolchain.record if target else _onnxruntime(context),
        versions=context.versions,
        dataset=Dataset(
            source=data.source,
            images=spec.evaluation.images,
            scored=len(data.pairs),
            bad=[Path(str(error.where)).name for error in data.bad],
            sha256=data.sha256,
        ),
        network=network,
        metrics={item.dtype: summarize(item.scores) for item in (baseline, own)},
        definitions=DEFINITIONS,
        performance={item.dtype: item.speed for item in (baseline, own)},
        gate=judge(baseline.scores, own.scores, target.max_drop, data.source) if target else None,
        artifacts={name: str(path) for name, path in artifacts.items()},
    )


def _onnxruntime(context: Context) -> Toolchain:
    """Who computes fp32, whatever the toolchain of the run."""
    label = f"ONNX Runtime {context.versions['onnxruntime']} on this CPU"
    return Toolchain(name="onnxruntime", label=label, emulated=False, graph_optimization=OPTIMIZATION)


def _report(context: Context, data: DataSet, results: list[Result], scored: Sequence[Scored]) -> None:
    workspace, document = context.workspace, Results(results=results)
    write_scores(workspace.folder, scored)
    write_report(workspace.report, context.spec, data.pairs, results, scored)
    write_text(workspace.results, document.model_dump_json(indent=2) + "\n")
    context.manifest.results = document.to_json()
    context.manifest.save()


def _record(context: Context, results: Sequence[Result]) -> None:
    model = context.model
    if context.workspace.home != model.folder:
        raise VcompError(
            f"{model.folder} cannot be written to", mend=f"copy the model into a project: vcomp new {model.spec.name}"
        )
    record_results(model.folder / "results.json", list(results))
    write_files(model, model.folder)
    context.listener.note(f"recorded in {model.folder / 'results.json'}; the model page shows it")
