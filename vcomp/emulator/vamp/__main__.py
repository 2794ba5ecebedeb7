"""The program `vamp`: profiles a compiled network, or runs it on a list of npz files.

    python -m vcomp.emulator.vamp -m PREFIX --vdsp_params JSON [-s [3,H,W]] [--iterations N]
    python -m vcomp.emulator.vamp -m PREFIX --vdsp_params JSON --datalist LIST --path_output DIR

Report to stdout. Exit codes: 0 done; 2 not, and stderr says why.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from vcomp.emulator.program import heading, run, say
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.vamp.datalist import run_list
from vcomp.emulator.vamp.options import Options, read_options
from vcomp.emulator.vamp.profiling import TimedModel, profile, random_images
from vcomp.emulator.vamp.report import Block, lines, model_block, run_block
from vcomp.files import write_text


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments)
    for note in options.notes:
        sys.stderr.write(f"vamp: warning: {note}\n")
    title = heading("vamp", "its figures are not the card's")

    def work() -> None:
        say(title)
        operator = Operator.load_ops_from_json_file(options.vdsp_params)[0]
        model = TimedModel(options.prefix, options.batch_size)
        blocks = _listed(model, operator, options) if options.datalist else _profiled(model, operator, options)
        if options.report:
            _write_report(options.report, title, blocks)

    return run("vamp", work)


def _profiled(model: TimedModel, operator: Operator, options: Options) -> list[Block]:
    """Measure each number of instances; the report's blocks, each printed as it comes."""
    shape = options.shape or (3, *model.image_size)
    images = random_images(operator, shape)
    blocks = [_said(model_block(model, options.prefix, shape))]
    for instances in options.instances:
        measured = profile(
            model,
            operator,
            images,
            instances=instances,
            synchronous=options.synchronous,
            iterations=options.iterations,
            seconds=options.seconds,
        )
        blocks.append(_said(run_block(measured, options, model.batch_size)))
    return blocks


def _listed(model: TimedModel, operator: Operator, options: Options) -> list[Block]:
    """Run the list, and say how many inputs it had; the same kinds of blocks."""
    assert options.datalist
    blocks = [_said(model_block(model, options.prefix, (3, *model.image_size)))]
    count = run_list(model, operator, options.datalist, options.outputs)
    return [*blocks, _said({"samples": count, "outputs": str(options.outputs or "not kept")})]


def _said(block: Block) -> Block:
    for line in lines(block):
        say(line)
    return block


def _write_report(path: Path, title: str, blocks: list[Block]) -> None:
    """The same as data: the heading, the model, and one entry per number of instances."""
    model, *runs = blocks
    document = {"emulation": title, "model": model, "runs": runs}
    write_text(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


if __name__ == "__main__":
    sys.exit(main())
