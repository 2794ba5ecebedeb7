"""`vcomp new`"""

from pathlib import Path
from typing import Annotated

import typer

from vcomp.cli.output import from_here


def new(
    name: Annotated[str, typer.Argument(help="A model that vcomp ships (unetpp), or a name of your own.")],
    task: Annotated[str | None, typer.Option(help="What its output means: binary_segmentation.")] = None,
    from_onnx: Annotated[Path | None, typer.Option(help="An ONNX file to take names and shapes from.")] = None,
    shape: Annotated[str | None, typer.Option(help="The input's shape where the file leaves it open: 1,3,H,W.")] = None,
) -> None:
    """Start a model: a copy of a shipped one, or a spec of your own.

    Either renders and runs as it stands.
    """
    from vcomp.pipeline.new import new_model
    from vcomp.project import find_project

    files = new_model(find_project(Path.cwd()), name, task=task, from_onnx=from_onnx, shape=_sides(shape))
    for file in files:
        typer.echo(f"create     {from_here(file)}")
    typer.echo(f"next: vcomp render {name} && vcomp run {name}", err=True)


def _sides(shape: str | None) -> tuple[int, ...] | None:
    if shape is None:
        return None
    sides = shape.strip("[]() ").replace("x", ",").split(",")
    if not all(side.strip().isdecimal() and int(side) > 0 for side in sides):
        raise typer.BadParameter(f"{shape!r} is no shape; write it as 1,3,96,96", param_hint="--shape")
    return tuple(int(side) for side in sides)
