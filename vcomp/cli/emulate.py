"""`vcomp emulate`"""

from pathlib import Path
from typing import Annotated

import typer

SETTINGS = {"allow_interspersed_args": False, "help_option_names": ["--help"]}  # from CMD on, all is the command's own


def emulate(
    command: Annotated[list[str] | None, typer.Argument(metavar="CMD", help="The command and its words.")] = None,
    trace: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write each call on vaststreamx to this file, one JSON object a line."),
    ] = None,
) -> None:
    """Run any command with the emulated SDK: emulate -- CMD…"""
    from vcomp.emulator.programs import run_emulated
    from vcomp.errors import VcompError

    if not command:
        raise VcompError("there is no command to run", expected="vcomp emulate -- COMMAND…")
    raise typer.Exit(run_emulated(command, trace))
