"""The command `vcomp`. Each command is a file beside this one; heavy imports wait until a command is called."""

from typing import Annotated

import typer

from vcomp.cli import check, data, doctor, emulate, evaluate, export, importing, listing, new, quantize, render, run
from vcomp.cli.app import app


def _version(asked: bool) -> None:
    if asked:
        from vcomp import __version__

        typer.echo(f"vcomp {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """The options of vcomp itself."""


app.command("new")(new.new)
app.command("list")(listing.list_models)
app.command("show")(listing.show)
app.command("check")(check.check)
app.command("import")(importing.import_files)
app.command("render")(render.render)
app.command("export")(export.export)
app.command("run")(run.run)
app.command("quantize")(quantize.quantize)
app.command("eval")(evaluate.evaluate)
app.command("emulate", context_settings=emulate.SETTINGS)(emulate.emulate)
app.add_typer(data.app, name="data")
app.command("doctor")(doctor.doctor)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
