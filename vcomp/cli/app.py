"""The typer application: how a user's mistake is told, whichever command meets it."""

import errno
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from vcomp.cli.codes import Code
from vcomp.errors import VcompError


class Commands(TyperGroup):
    """Turns what the user can mend into a message and an exit code; a fault of vcomp's own keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except VcompError as error:
            _tell(str(error))
        except KeyboardInterrupt:
            _tell("interrupted: what was finished is kept, the same command goes on from there")
            raise typer.Exit(Code.INTERRUPTED) from None
        except BrokenPipeError:  # the reader of our output has left
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            if error.errno is None:
                raise
            _tell(_os_error(error))
        raise typer.Exit(Code.FAILED)


def _tell(text: str) -> None:
    typer.echo(f"error: {text}", err=True)


def _os_error(error: OSError) -> str:
    what = f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror)
    mends = {
        errno.ENOSPC: "free some disk space, or use another --workspace; nothing half-written was kept",
        errno.EDQUOT: "free some disk space, or use another --workspace; nothing half-written was kept",
        errno.EFBIG: "files may not be larger here (ulimit -f says how large): use another --workspace",
        errno.EACCES: "check the permissions, or use another --workspace",
        errno.EROFS: "the file system is read-only: use another --workspace",
    }
    mend = mends.get(error.errno or 0)
    return f"{what}\n    {mend}" if mend else what


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in colour would take as long again as all of vcomp's start
    help="One typed spec per model: renders, runs and scores its deployment on the Vastai (VACC) accelerator.",
)
