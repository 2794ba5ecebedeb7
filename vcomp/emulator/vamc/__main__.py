"""The program `vamc`: compiles a network for the emulated runtime.

    python -m vcomp.emulator.vamc compile FILE.yaml

Log to stdout. Exit codes: 0 compiled; 2 not, and stderr says why.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import vcomp
from vcomp.emulator.program import run, say
from vcomp.emulator.vamc.compiler import compile_model


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)

    def work() -> None:
        compile_model(options.file, say)

    return run("vamc", work)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vamc", description="Compile a network (vcomp's emulation of vamc).")
    parser.add_argument("-v", "--version", action="version", version=f"vamc, emulated by vcomp {vcomp.__version__}")
    command = parser.add_subparsers(required=True, metavar="command").add_parser("compile", help="compile a network")
    command.add_argument("file", type=Path, help="a YAML file; paths in it are relative to the working directory")
    return parser


if __name__ == "__main__":
    sys.exit(main())
