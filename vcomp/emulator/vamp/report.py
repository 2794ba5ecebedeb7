"""The report of `vamp` 2.5.2, as text and as data. What only a card has is left out: its load, power, heat, memory."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vcomp.emulator.runtime.model import Model
from vcomp.emulator.vamp.options import Options
from vcomp.emulator.vamp.profiling import Measurement

Block = dict[str, Any]


def model_block(model: Model, prefix: str, shape: Sequence[int]) -> Block:
    """The dump of the model: images go in as bytes, without the batch axis; fp16 comes out."""
    block: Block = {
        "Dump model info": prefix,
        "[max_batch_size_]": model.max_batch_size,
        "[input_count]": model.input_count,
        "input[0]": f"{_list(shape)}, dtype:u1",
        "[output_count]": model.output_count,
    }
    for index, output in enumerate(model.output_shape):
        block[f"output[{index}]"] = f"{_list(output)}, dtype:f2"
    return block


def run_block(measured: Measurement, options: Options, batch_size: int) -> Block:
    """What was measured with one number of instances. "forwad" is the vendor's spelling."""
    return {
        "number of instances in each device": measured.instances,
        "devices": list(options.devices),
        "batch size": batch_size,
        "samples": measured.samples,
        "forwad time (s)": float(f"{measured.seconds:.6g}"),
        "throughput (qps)": float(f"{measured.samples / measured.seconds:.6g}"),
        "e2e latency (us)": _latencies(measured.end_to_end, options.percentiles),
        "model latency (us)": _latencies(measured.network, options.percentiles),
    }


def lines(block: Block) -> Iterator[str]:
    """A block in the vendor's layout: a run has a line of stars above it and is indented, a model is not."""
    for key, value in block.items():
        if key == "number of instances in each device":
            yield ""
            yield f"*** {key}: {value} ****"
        elif isinstance(value, dict):
            yield f"  {key}:"
            yield from (f"    {name}: {microseconds}" for name, microseconds in value.items())
        elif "devices" in block:
            yield f"  {key}: {_shown(value)}"
        else:
            yield f"{key}: {value}"


def _latencies(seconds: Sequence[float], percentiles: Sequence[int]) -> dict[str, int]:
    microseconds = np.asarray(seconds) * 1e6
    named = {
        "avg latency": microseconds.mean(),
        "min latency": microseconds.min(),
        "max latency": microseconds.max(),
        **{f"p{share} latency": np.percentile(microseconds, share) for share in percentiles},
    }
    return {name: round(float(value)) for name, value in named.items()}


def _shown(value: Any) -> str:
    return _list(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)


def _list(values: Sequence[int]) -> str:
    return f"[{','.join(str(value) for value in values)}]"
