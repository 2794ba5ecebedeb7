"""The command line of `vamp`, as lenient as the vendor's: published commands hold stray words."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import vcomp
from vcomp.emulator.vamp import words
from vcomp.emulator.vamp.config import config_words
from vcomp.errors import VcompError, nearest

MAX_STREAMS = 256
ITERATIONS = 1024  # the card's default
BOUND_SECONDS = 10.0  # which a CPU may need minutes for: without a word on length, the emulation ends here

SWITCHES_WITHOUT_EFFECT = {
    "--cache_input": "copy the inputs to the device beforehand",
    "--cache_input_host": "read the inputs beforehand",
    "--cache_output": "keep the outputs",
    "--none_vaml": "do not ask the card for its state",
    "--verbose": "say more",
    "--graph": "show the graph",
}
WORDS_WITHOUT_EFFECT = {
    "--hwconfig": "hardware config, which is not read",
    "--producer_mode": "how inputs are produced",
    "--freqlist": "clock frequencies to try",
}


@dataclass(frozen=True)
class Options:
    """One call of vamp. `shapes` are those of its inputs, without the batch; None for what the network takes.

    A profiling is made for each number of `instances` per device, a list is run once. A profiling ends after
    `iterations` calls, or `seconds`, whichever comes first.
    """

    prefix: str
    vdsp_params: Path
    batch_size: int
    exact_batch: bool
    instances: range
    devices: tuple[int, ...]
    processes: int
    shapes: tuple[words.Shape, ...] | None
    dtype: str
    iterations: int | None
    seconds: float | None
    synchronous: bool
    percentiles: tuple[int, ...]
    datalist: Path | None
    outputs: Path | None
    report: Path | None
    notes: tuple[str, ...]


def read_options(arguments: Sequence[str] | None) -> Options:
    """The options; what is wrong with them ends the program with exit code 2, as argparse does."""
    parser = _parser()
    try:
        return _typed(*_parsed(parser, arguments))
    except VcompError as error:
        parser.error(str(error))


def most_processes(devices: Sequence[int], instances: int) -> int:
    """As many as there are devices; on a single one, as many as it has instances."""
    return len(devices) if len(devices) > 1 else instances


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """The values by name, and the words that belong to none. The command line goes before a config."""
    known, stray = _understood(parser, arguments)
    names = [name for name in vars(known) if name != "config"]
    if known.config:
        said = config_words(known.config, names, lambda word: _understood(parser, [word]))
        known, stray = parser.parse_known_args(arguments, parser.parse_args(said))
    for word in stray:
        if word.startswith("-"):
            close = nearest(word.split("=")[0], [f"--{name}" for name in names])
            raise VcompError(f"unknown option {word}", mend=f"did you mean {close}?" if close else None)
    return known, stray


def _understood(
    parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> tuple[argparse.Namespace, list[str]]:
    try:
        return parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise VcompError(str(error)) from error


def _typed(known: argparse.Namespace, stray: list[str]) -> Options:
    if not known.vdsp_params:
        raise VcompError("the option --vdsp_params is required")
    if known.path_output and not known.datalist:
        raise VcompError("--path_output without --datalist", expected="the list of inputs, too")
    if known.datalist:
        known.instance = known.instance[-1:]
    if known.instance[-1] * len(known.device_id) > MAX_STREAMS:
        raise VcompError(
            f"{known.instance[-1]} instances on {len(known.device_id)} devices",
            expected=f"at most {MAX_STREAMS} together: all are this CPU",
        )
    endless = not known.iterations and not known.forward_time
    return Options(
        prefix=_prefix(known),
        vdsp_params=known.vdsp_params,
        batch_size=known.force_batch_size or known.batch_size,
        exact_batch=known.force_batch_size > 0,
        instances=known.instance,
        devices=known.device_id,
        processes=known.processes,
        shapes=known.shape,
        dtype=known.dtype,
        iterations=ITERATIONS if endless else known.iterations,
        seconds=BOUND_SECONDS if endless else known.forward_time or None,
        synchronous=known.forward_mode == 1,
        percentiles=known.percentiles,
        datalist=known.datalist,
        outputs=known.path_output,
        report=known.file_report,
        notes=tuple(_notes(known, stray)),
    )


def _notes(known: argparse.Namespace, stray: list[str]) -> Iterator[str]:
    if stray:
        yield f"ignored: {' '.join(stray)}{' (if -p was meant, its dash is missing)' if 'p' in stray else ''}"
    if known.processes > (most := most_processes(known.device_id, known.instance[0])):
        limit = "devices" if len(known.device_id) > 1 else "instances on one device"
        yield f"-p {known.processes}: no more processes than {limit}, {most}"
    options = [*SWITCHES_WITHOUT_EFFECT, *WORDS_WITHOUT_EFFECT]
    without_effect = [option for option in options if getattr(known, option.strip("-"))]
    if known.backend != "vsx":
        without_effect.append("--backend")
    if without_effect:
        yield f"without effect in emulation: {', '.join(without_effect)}"
    if known.datalist and not known.path_output:
        yield "the results of --datalist are not kept: there is no --path_output"


def _prefix(known: argparse.Namespace) -> str:
    """The common prefix, also where the three files are named one by one."""
    if known.model_prefix:
        return str(known.model_prefix)
    named = {".json": known.model_json, ".params": known.model_param, ".so": known.model_lib}
    prefixes = {str(path).removesuffix(suffix) for suffix, path in named.items() if path}
    if not all(named.values()):
        raise VcompError("the option -m/--model_prefix is required", expected="it, or all three files of the model")
    if len(prefixes) > 1 or not all(str(path).endswith(suffix) for suffix, path in named.items()):
        raise VcompError(
            "--model_json, --model_param and --model_lib are no set",
            expected="one name, ending in .json, .params and .so",
        )
    return prefixes.pop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vamp",
        usage="vamp -m PREFIX --vdsp_params JSON [option …]",
        add_help=False,
        exit_on_error=False,
        description="Profile a compiled network, or run a list of inputs through it (vcomp's emulation of vamp).",
    )
    add = parser.add_argument
    add("-?", "-h", "--help", action="help", help="show this text")
    add("-v", "--version", action="version", version=f"vamp, emulated by vcomp {vcomp.__version__}")
    add("-m", "--model_prefix", help="path of the compiled set, without extension")
    add("--model_json", help="the set's files one by one, instead of the prefix")
    add("--model_param", help=argparse.SUPPRESS)
    add("--model_lib", help=argparse.SUPPRESS)
    add("--vdsp_params", type=Path, help="JSON of the preprocessing operator")
    add("-b", "--batch_size", type=words.positive, default=1, help="inputs per call")
    add("--force_batch_size", type=words.whole, default=0, help="exactly so many inputs per call, or an error")
    add("-i", "--instance", type=words.counts, default=range(1, 2), help="streams per device, 2, or a range, 1:4")
    add("-d", "--device_id", type=words.devices, default=(0,), help="0, 0:3 or [0,2]; all are this CPU")
    add("-p", "--processes", type=words.positive, default=1, help="at most one per device, or per instance on one")
    add("-s", "--shape", type=words.shapes, help="[3,H,W] of random images, or a list of shapes; the network's own")
    add("--dtype", choices=["uint8", "int32"], default="uint8", help="of the inputs; the tensors of texts are int32")
    add("--iterations", type=words.positive, help=f"calls; {ITERATIONS}, or {BOUND_SECONDS:.0f} s, by default")
    add("-t", "--forward_time", type=words.seconds, default=0.0, help="run for so many seconds")
    add("--forward_mode", type=int, choices=[0, 1], default=0, help="0 asynchronous, 1 synchronous")
    add("--percentiles", type=words.percentiles, default=(50, 90, 95, 99), help="of the latencies, [50,90,95,99]")
    add("--datalist", type=Path, help="list of npz files to run, instead of profiling")
    add("--path_output", type=Path, help="folder for the results of --datalist")
    add("-c", "--config", type=Path, help="YAML with these options by their long names")
    add("-f", "--file_report", type=Path, help="write the report as YAML, too")
    add("--backend", choices=["vsx", "vastpipe"], default="vsx", help="without effect: runtime to use")
    for option, does in SWITCHES_WITHOUT_EFFECT.items():
        short = ["-g"] if option == "--graph" else []
        add(*short, option, nargs="?", const=True, type=words.switch, help=f"without effect: {does}")
    for option, does in WORDS_WITHOUT_EFFECT.items():
        add(option, nargs="?", const="yes", help=f"without effect: {does}")
    return parser
