"""The whole chain for one model: export, render, compile, infer, measure, evaluate, report.

The runner executes nothing but the commands of the model page, on the files that it rendered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vcomp.errors import VcompError, unknown
from vcomp.files import write_text
from vcomp.pipeline.listener import Listener, Silent
from vcomp.pipeline.manifest import Manifest
from vcomp.pipeline.steps import Steps
from vcomp.pipeline.workspace import Workspace, open_workspace
from vcomp.project import Model, Project
from vcomp.render import write_files
from vcomp.report.html import write_report
from vcomp.report.scores import write_scores
from vcomp.results import Result, Results, record_results
from vcomp.spec import ModelSpec
from vcomp.toolchain.find import Choice

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
    for _, spec in selected:
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
    manifest = Manifest(workspace.manifest)
    steps = Steps(model, spec, workspace, manifest, options.toolchain, options.sdk_python, listener)
    data = steps.data(project.data_root(options.data), options.limit)
    _judge_bad(data.bad, options.allow_bad, listener)
    steps.export()
    steps.render()
    baseline = steps.baseline()
    measured = [steps.target(dtype, options.via) for dtype in _wanted(spec, options.dtypes)]
    results = [steps.result(baseline, item) for item in measured] or [steps.result(baseline, baseline)]
    write_scores(workspace.folder, [baseline, *measured])
    write_report(workspace.report, spec, data.pairs, results, [baseline, *measured])
    document = Results(results=results)
    write_text(workspace.results, document.model_dump_json(indent=2) + "\n")
    manifest.results = document.to_json()
    manifest.save()
    if options.record:
        _record(model, results, workspace, listener)
    return results


def _judge_bad(bad: Sequence[VcompError], allowed: int, listener: Listener) -> None:
    for error in bad:
        listener.note(f"left out: {error}")
    if len(bad) > allowed:
        raise VcompError(
            f"{len(bad)} image{'s' * (len(bad) != 1)} cannot be read",
            quote="\n    ".join(str(error.where) for error in bad[:10]),
            expected="none" if allowed == 0 else f"at most {allowed}",
            mend=f"replace the files, or leave them out with --allow-bad {len(bad)}",
        )


def _record(model: Model, results: Sequence[Result], workspace: Workspace, listener: Listener) -> None:
    if workspace.home != model.folder:
        raise VcompError(
            f"{model.folder} cannot be written to", mend=f"copy the model into a project: vcomp new {model.spec.name}"
        )
    record_results(model.folder / "results.json", list(results))
    write_files(model, model.folder)
    listener.note(f"recorded in {model.folder / 'results.json'}; the model page shows it")
