"""`vcomp quantize`"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vcomp.cli.options import Data, Json, Limit, Name
from vcomp.cli.output import Progress, print_json, print_table

if TYPE_CHECKING:
    from vcomp.pipeline.quantization import Quantization


def quantize(
    name: Name,
    waterfall: Annotated[bool, typer.Option("--waterfall", help="Show where the accuracy goes.")] = False,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Show what each layer costs, on 20 images.")
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(min=0, help="With --sensitivity: the drop in mIoU to reach by skipping layers."),
    ] = None,
    data: Data = None,
    limit: Limit = None,
    workspace: Annotated[Path | None, typer.Option(help="Where to work, instead of the model's own workspace.")] = None,
    allow_bad: Annotated[int, typer.Option(min=0, help="Go on with up to N unreadable images.")] = 0,
    json: Json = False,
) -> None:
    """Compare the ways to quantize a model, from one calibration.

    Accuracy, size and speed of every mode; or where the accuracy goes; or what each layer costs. Emulated on this CPU.
    """
    from vcomp.pipeline.quantization import QuantizeOptions, quantize_model
    from vcomp.project import find_project

    if tolerance is not None and not sensitivity:
        raise typer.BadParameter("it belongs to --sensitivity", param_hint="--tolerance")
    options = QuantizeOptions(data, limit, workspace, allow_bad, waterfall, sensitivity, tolerance)
    found = quantize_model(find_project(Path.cwd()), name, options, Progress())
    if json:
        print_json(found.to_json())
    else:
        _print(found)


def _print(found: "Quantization") -> None:
    from vcomp.cli.quantize_tables import calibration_lines, tables

    for shown in tables(found):
        print_table(shown.title, shown.columns, shown.rows)
        for note in shown.notes:
            typer.echo(note)
    for line in calibration_lines(found.calibration_set):
        typer.echo(line)
