"""The report of `vamp` 2.5.2, as text and as data. What only a card has is left out: its load, power, heat, memory."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vcomp.emulator.vamp.model import Loaded
from vcomp.emulator.vamp.options import Options
from vcomp.emulator.vamp.profiling import Measurement
from vcomp.emulator.vamp.words import listed

Block = dict[str, Any]


def model_block(loaded: Loaded) -> Block:
    """The dump of the model: what goes in, an image as bytes and without the batch axis; fp16 comes out."""
    inputs, outputs = loaded.inputs.described, loaded.model.output_shape
    return {
        "Dump model info": loaded.options.prefix,
        "[max_batch_size_]": loaded.model.max_batch_size,
        "[input_count]": len(inputs),
        **{f"input[{index}]": described for index, described in enumerate(inputs)},
        "[output_count]": len(outputs),
        **{f"output[{index}]": f"{listed(shape)}, dtype:f2" for index, shape in enumerate(outputs)},
    }


def run_block(measured: Measurement, instances: int, batch_size: int, options: Options) -> Block:
    """What was measured with one number of instances. "forwad" is the vendor's spelling."""
    return {
        "number of instances in each device": instances,
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
    return listed(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)
