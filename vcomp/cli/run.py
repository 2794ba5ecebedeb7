"""`vcomp run`"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vcomp.cli.codes import Code
from vcomp.cli.options import Data, Json, Limit, Names
from vcomp.cli.output import Progress, print_json, print_table

if TYPE_CHECKING:
    from vcomp.project import Project
    from vcomp.results import Results


class Toolchain(str, Enum):
    AUTO = "auto"
    SDK = "sdk"
    EMULATOR = "emulator"


class Via(str, Enum):
    VSX = "vsx"
    VAMP = "vamp"


def run(
    names: Names = None,
    dtype: Annotated[list[str] | None, typer.Option(help="fp16, int8, fp32 or all; several times if wanted.")] = None,
    toolchain: Annotated[Toolchain, typer.Option(help="auto takes the SDK where all of it is.")] = Toolchain.AUTO,
    via: Annotated[Via, typer.Option(help="Score the rendered script's masks, or vamp's outputs.")] = Via.VSX,
    data: Data = None,
    limit: Limit = None,
    workspace: Annotated[Path | None, typer.Option(help="Where to work, instead of the model's own workspace.")] = None,
    allow_bad: Annotated[int, typer.Option(min=0, help="Go on with up to N unreadable images.")] = 0,
    record: Annotated[bool, typer.Option("--record", help="Put the scores into the model's results.json.")] = False,
    sdk_python: Annotated[str | None, typer.Option(help="The Python that has vaststreamx.")] = None,
    json: Json = False,
) -> None:
    """Run the whole chain, on the SDK or on its emulator.

    Export, render, compile, infer, measure, score and report; what did not change is not repeated. Exits with 1 when a
    score drops by more than the target's max_drop.
    """
    from vcomp.pipeline.run import RunOptions, run_models
    from vcomp.project import find_project

    options = RunOptions(
        dtypes=tuple(dtype or ()),
        toolchain=toolchain.value,
        via=via.value,
        data=data,
        limit=limit,
        workspace=workspace,
        allow_bad=allow_bad,
        record=record,
        sdk_python=sdk_python,
    )
    project = find_project(Path.cwd())
    results = run_models(project, names or [], options, Progress())
    if json:
        print_json(results.to_json())
    else:
        _print_tables(project, results)
    failed = any(result.gate is not None and result.gate.passed is False for result in results.results)
    raise typer.Exit(Code.VERDICT if failed else Code.OK)


def _print_tables(project: "Project", results: "Results") -> None:
    from vcomp.report.table import COLUMNS, table, verdict

    for name in dict.fromkeys(result.model for result in results.results):
        own = [result for result in results.results if result.model == name]
        ((_, spec),) = project.select([name])
        dataset = own[-1].dataset
        title = f"{spec.display_name} on {dataset.scored} images of {dataset.images} ({dataset.source})"
        print_table(title, COLUMNS, table(spec, own), texts=(0, len(COLUMNS) - 1))
        for line in filter(None, map(verdict, own)):
            typer.echo(line)
        toolchain = own[-1].toolchain
        typer.echo(f"{toolchain.name}: {toolchain.label}")
        if toolchain.emulated:
            typer.echo("Emulated: scores model the chip's arithmetic, speeds are this CPU's and never the card's.")
        typer.echo(f"Report: {own[-1].artifacts['report']}")
