"""`vcomp doctor`"""

from pathlib import Path
from typing import Annotated

import typer

from vcomp.cli.options import Data, Json
from vcomp.cli.output import print_json


def doctor(
    data: Data = None,
    sdk_python: Annotated[str | None, typer.Option(help="The Python that has vaststreamx.")] = None,
    json: Json = False,
) -> None:
    """Show what is installed, what is missing, and how to get it."""
    from vcomp.pipeline.doctor import examine
    from vcomp.project import find_project

    findings = examine(find_project(Path.cwd()), data, sdk_python)
    if json:
        print_json({"schema_version": 1, "findings": [vars(item) for item in findings]})
        return
    for item in findings:
        typer.echo(f"{'✓' if item.good else '–'} {item.what:26}{item.found}")
        if item.mend:
            typer.echo(f"    {item.mend}")
