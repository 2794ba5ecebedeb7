"""`vcomp render`"""

from pathlib import Path
from typing import Annotated

import typer

from vcomp.cli.codes import Code
from vcomp.cli.options import Json, Names
from vcomp.cli.output import from_here, print_json


def render(
    names: Names = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changes.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write below this folder instead of the models' own.")] = None,
    json: Json = False,
) -> None:
    """Write the files that each model's spec stands for."""
    from vcomp.project import find_project
    from vcomp.render import Action, render_models

    outcome = render_models(find_project(Path.cwd()), names or [], out=out, write=not check)
    if json:
        print_json(
            {
                "schema_version": 1,
                "files": [
                    {"path": str(file.path), "action": file.action.value, "diff": file.diff} for file in outcome.files
                ],
            }
        )
    else:
        for file in outcome.files:
            kept = f"  (edited by hand: kept as {file.kept.name})" if file.kept and not check else ""
            typer.echo(f"{file.action.value:11}{from_here(file.path)}{kept}")
            if file.diff and (diff or check) and (file.action is not Action.CREATE or diff):
                typer.echo(file.diff, nl=False)
    raise typer.Exit(Code.VERDICT if check and outcome.drifted else Code.OK)
