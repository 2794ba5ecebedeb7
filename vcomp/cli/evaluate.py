"""`vcomp eval`"""

from pathlib import Path
from typing import Annotated

import typer

from vcomp.cli.options import Data, Json, Limit, Name
from vcomp.cli.output import print_json


def evaluate(
    name: Name,
    outputs: Annotated[Path, typer.Option(help="The folder of npz files that vamp wrote.")],
    data: Data = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Score npz outputs that exist already."""
    from vcomp.pipeline.evaluate import evaluate_outputs
    from vcomp.project import find_project
    from vcomp.project.runnable import runnable
    from vcomp.tasks.binary_segmentation import DEFINITIONS

    project = find_project(Path.cwd())
    _, spec = project.select_one(name)
    metrics = evaluate_outputs(runnable(spec), outputs, project.data_root(data), limit)
    if json:
        print_json({"schema_version": 1, "model": spec.name, "metrics": metrics, "definitions": DEFINITIONS})
        return
    for key, value in metrics.items():
        typer.echo(f"{key:16}{value:.4f}" if isinstance(value, float) else f"{key:16}{'–' if value is None else value}")
