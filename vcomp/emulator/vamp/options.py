"""The command line of `vamp`, as lenient as the vendor's: published commands hold stray words."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vcomp
from vcomp.emulator.strict_yaml import read_yaml
from vcomp.errors import VcompError, nearest, unknown

ITERATIONS = 1024  # the card's default
BOUND_SECONDS = 10.0  # which a CPU may need minutes for: without a word on length, the emulation ends here

_WITHOUT_EFFECT = {
    "--hwconfig": "hardware config",
    "--force_batch_size": "use exactly that batch",
    "--cache_input": "preload the inputs",
    "--cache_input_host": "preload the inputs on the host",
    "--cache_output": "keep the outputs",
    "--backend": "runtime to use",
    "--producer_mode": "how inputs are produced",
    "--none_vaml": "do not ask the card for its state",
    "--freqlist": "clock frequencies to try",
}


@dataclass(frozen=True)
class Options:
    """One call of vamp. `shape` is 3×H×W, None for the network's own. A profiling ends after `iterations` calls, or
    `seconds`, whichever comes first."""

    prefix: str
    vdsp_params: Path
    batch_size: int
    instances: range
    devices: tuple[int, ...]
    shape: tuple[int, int, int] | None
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


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """The values by name, and the words that belong to none."""
    known, stray = parser.parse_known_args(arguments)
    if known.config:
        parser.set_defaults(**_config(known.config, vars(known)))
        known, stray = parser.parse_known_args(arguments)
    for word in stray:
        if word.startswith("-"):
            close = nearest(word.split("=")[0], [f"--{name}" for name in vars(known)])
            raise VcompError(f"unknown option {word}", mend=f"did you mean {close}?" if close else None)
    return known, stray


def _typed(known: argparse.Namespace, stray: list[str]) -> Options:
    if not known.vdsp_params:
        raise VcompError("the option --vdsp_params is required")
    if known.path_output and not known.datalist:
        raise VcompError("--path_output without --datalist", expected="the list of inputs, too")
    endless = not known.iterations and not known.forward_time
    return Options(
        prefix=_prefix(known),
        vdsp_params=known.vdsp_params,
        batch_size=known.batch_size,
        instances=known.instance,
        devices=known.device_id,
        shape=known.shape,
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
        yield f"ignored: {' '.join(stray)}"
    without_effect = [option for option in _WITHOUT_EFFECT if getattr(known, option.strip("-")) is not None]
    if known.processes > 1:
        without_effect.append("--processes")
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


def _config(path: Path, known: Mapping[str, Any]) -> dict[str, str]:
    """The values of a `--config` file: the same options by their long names. The command line goes before it."""
    document = read_yaml(path)
    for key in document.data:
        if key not in known:
            raise unknown("option", str(key), known, where=document.where(key))
    return {key: str(value) for key, value in document.data.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vamp",
        usage="vamp -m PREFIX --vdsp_params JSON [option …]",
        add_help=False,
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
    add("-b", "--batch_size", type=_positive, default=1, help="images per call")
    add("-i", "--instance", type=_range, default=range(1, 2), help="streams at once, 2, or a range, 1:4")
    add("-d", "--device_id", type=_integers, default=(0,), help="0, 0:3 or [0,2]; all are this CPU")
    add("-p", "--processes", type=_positive, default=1, help="without effect: one process does it all")
    add("-s", "--shape", type=_shape, help="[3,H,W] of the random images; the network's own by default")
    add("--dtype", choices=["uint8"], default="uint8", help="type of the inputs")
    add("--iterations", type=_positive, help=f"calls; {ITERATIONS}, or {BOUND_SECONDS:.0f} s, by default")
    add("-t", "--forward_time", type=_seconds, default=0.0, help="run for so many seconds")
    add("--forward_mode", type=int, choices=[0, 1], default=0, help="0 asynchronous, 1 synchronous")
    add("--percentiles", type=_percentiles, default=(50, 90, 95, 99), help="of the latencies, [50,90,95,99]")
    add("--datalist", type=Path, help="list of npz files to run, instead of profiling")
    add("--path_output", type=Path, help="folder for the results of --datalist")
    add("-c", "--config", type=Path, help="YAML with these options")
    add("-f", "--file_report", type=Path, help="write the report as YAML, too")
    add("-g", "--graph", action="store_true", help="without effect: show the graph")
    add("--verbose", action="store_true", help="without effect: say more")
    for option, does in _WITHOUT_EFFECT.items():
        add(option, nargs="?", const="", help=f"without effect: {does}")
    return parser


def _positive(text: str) -> int:
    return _number(text, 1)


def _number(text: str, least: int) -> int:
    if not text.strip().isdecimal() or not least <= int(text) <= 1 << 30:
        raise argparse.ArgumentTypeError(f"{text!r} is no integer from {least}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _range(text: str) -> range:
    first, _, last = text.partition(":")
    found = range(_number(first, 1), _number(last or first, 1) + 1)
    if not found or found[-1] > 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no count up to 64, nor a range such as 1:4")
    return found


def _integers(text: str) -> tuple[int, ...]:
    """`0`, `0:3`, `[0,2]` or `0,2`."""
    if ":" in text:
        first, _, last = text.partition(":")
        return tuple(range(_number(first, 0), min(_number(last, 0), 1024) + 1))
    return tuple(_number(word, 0) for word in text.strip("[]() ").split(","))


def _percentiles(text: str) -> tuple[int, ...]:
    shares = _integers(text)
    if max(shares) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} holds more than 100 percent")
    return shares


def _shape(text: str) -> tuple[int, int, int]:
    sides = _integers(text.replace("[[", "[").replace("]]", "]"))
    if len(sides) != 3 or sides[0] != 3 or not 0 < sides[1] * sides[2] <= 1 << 28:
        raise argparse.ArgumentTypeError(f"{text!r} is no shape of an image: expected [3,H,W]")
    return 3, sides[1], sides[2]
