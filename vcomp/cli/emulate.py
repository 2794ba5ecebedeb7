"""`vcomp emulate`"""

import typer

SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]}


def emulate(context: typer.Context) -> None:
    """Run any command with the emulated SDK: emulate -- CMD…"""
    import os
    import subprocess
    import tempfile
    from pathlib import Path

    from vcomp.emulator.programs import environment
    from vcomp.errors import VcompError

    if not context.args:
        raise VcompError("there is no command to run", expected="vcomp emulate -- COMMAND…")
    with tempfile.TemporaryDirectory(prefix="vcomp-emulate-") as shims:
        own = environment(Path(shims), os.environ)
        try:
            code = subprocess.run(context.args, env=own).returncode
        except OSError as error:
            raise VcompError(f"cannot run {context.args[0]}: {error.strerror}") from None
    raise typer.Exit(code if code >= 0 else 128 - code)
