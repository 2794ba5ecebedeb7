"""Options that several commands share, each with one spelling and one help text."""

from pathlib import Path
from typing import Annotated

import typer

Names = Annotated[list[str] | None, typer.Argument(help="Models or globs; none: the one you stand in, else all.")]
Name = Annotated[str, typer.Argument(help="A model's name, or a variant's.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Data = Annotated[
    Path | None,
    typer.Option(help="The data folder; else VCOMP_DATA, else `data:` in vcomp.yaml, else the embedded sample."),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Evaluate only the first N images.")]
