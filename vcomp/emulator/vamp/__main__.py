"""The program `vamp`: profiles a compiled network, or runs it on a list of npz files.

    python -m vcomp.emulator.vamp -m PREFIX --vdsp_params JSON [-s [3,H,W]] [--iterations N]
    python -m vcomp.emulator.vamp -m PREFIX --vdsp_params JSON --datalist LIST --path_output DIR

Report to stdout. Exit codes: 0 done; 2 not, and stderr says why.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from vcomp.emulator.program import heading, run, say
from vcomp.emulator.vamp.datalist import run_list
from vcomp.emulator.vamp.model import Loaded, load
from vcomp.emulator.vamp.options import read_options
from vcomp.emulator.vamp.profiling import profile
from vcomp.emulator.vamp.report import Block, lines, model_block, run_block
from vcomp.files import write_text


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments)
    _warn(options.notes)
    title = heading("vamp", "its figures are not the card's")

    def work() -> None:
        say(title)
        loaded = load(options)
        _warn(loaded.notes)
        model = _said(model_block(loaded))
        runs = [_listed(loaded, options.datalist)] if options.datalist else _profiled(loaded)
        if options.report:
            _write_report(options.report, title, model, runs)

    return run("vamp", work)


def _profiled(loaded: Loaded) -> list[Block]:
    """Measure each number of instances; the report's blocks, each printed as it comes."""
    options, size = loaded.options, loaded.model.batch_size
    return [_said(run_block(profile(loaded, instances), instances, size, options)) for instances in options.instances]


def _listed(loaded: Loaded, datalist: Path) -> Block:
    """Run the list, and say how many inputs it had."""
    count = run_list(loaded, datalist)
    return _said({"samples": count, "outputs": str(loaded.options.outputs or "not kept")})


def _said(block: Block) -> Block:
    for line in lines(block):
        say(line)
    return block


def _warn(notes: Iterable[str]) -> None:
    for note in notes:
        sys.stderr.write(f"vamp: warning: {note}\n")


def _write_report(path: Path, title: str, model: Block, runs: list[Block]) -> None:
    """The same as data: the heading, the model, and one entry per number of instances."""
    document = {"emulation": title, "model": model, "runs": runs}
    write_text(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


if __name__ == "__main__":
    sys.exit(main())
