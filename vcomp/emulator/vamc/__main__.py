"""The program `vamc`: compiles a network for the emulated runtime, or runs a dataset through one.

    python -m vcomp.emulator.vamc compile|build|run FILE.yaml [--lenient]

Log to stdout, warnings to stderr. Exit codes: 0 done; 2 not, and stderr says why.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import vcomp
from vcomp.emulator.program import run, say
from vcomp.emulator.vamc.compiler import compile_model
from vcomp.emulator.vamc.leniency import refuse, warn
from vcomp.emulator.vamc.run_dataset import run_dataset
from vcomp.errors import VcompError


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    return run("vamc", lambda: _work(options))


def _work(options: argparse.Namespace) -> None:
    forgive = warn(_tell) if options.lenient else refuse
    match options.command:
        case "quant":
            raise VcompError(
                "the quantisation of language models is not emulated",
                expected="compile, build or run",
                mend="with backend.dtype: int8, `vamc compile` quantises the networks that are",
            )
        case "run":
            run_dataset(options.file, say, forgive)
        case command:
            compile_model(options.file, say, forgive, legacy=command == "build")


def _tell(line: str) -> None:
    sys.stderr.write(f"vamc: {line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vamc", description="Compile a network (vcomp's emulation of vamc).")
    parser.add_argument("-v", "--version", action="version", version=f"vamc, emulated by vcomp {vcomp.__version__}")
    commands = parser.add_subparsers(required=True, dest="command", metavar="command")
    for name, does in {
        "compile": "compile a network",
        "build": "the older name of compile; takes files of the older format too",
        "run": "run the dataset of the file through the network that was compiled",
        "quant": "not emulated",
    }.items():
        command = commands.add_parser(name, help=does, description=does.capitalize())
        command.add_argument("file", type=Path, help="a YAML file; paths in it are relative to the working directory")
        command.add_argument(
            "--lenient", action="store_true", help="warn of what is unknown or misplaced in the file, and go on"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
