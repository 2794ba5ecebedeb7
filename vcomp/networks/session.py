"""ONNX Runtime sessions with every option that changes a result pinned."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from vcomp.errors import VcompError, first_line

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

GraphOptimization = Literal["disabled", "basic", "extended", "all"]

# Optimised and plain kernels differ in the last bits, enough to flip a mask's pixel: the level is part of a result.
OPTIMIZATION: Final[GraphOptimization] = "all"

THREADS_VARIABLE = "VCOMP_THREADS"


def threads() -> int:
    """How many threads compute one network: VCOMP_THREADS, or 0 for one per core."""
    said = os.environ.get(THREADS_VARIABLE, "0")
    if not said.isdecimal() or int(said) > 1024:
        raise VcompError(f"{THREADS_VARIABLE} is {said!r}", expected="a number of threads, or 0 for one per core")
    return int(said)


def cores() -> int:
    """How many threads there are to share out: VCOMP_THREADS, or one per core that this process may use."""
    return threads() or len(os.sched_getaffinity(0))


def open_session(
    model: Path | bytes,
    level: GraphOptimization = OPTIMIZATION,
    *,
    intra_op_threads: int | None = None,
    keep_memory: bool = True,
    spin: bool = True,
) -> "InferenceSession":
    """A CPU session of an ONNX file, or of its bytes; VcompError if ONNX Runtime cannot run it.

    `intra_op_threads` takes the place of `threads()`. Without `keep_memory` a session returns what it used after
    each run. Without `spin` its threads sleep between runs, and leave the processor to another session.
    """
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = {
        "disabled": levels.ORT_DISABLE_ALL,
        "basic": levels.ORT_ENABLE_BASIC,
        "extended": levels.ORT_ENABLE_EXTENDED,
        "all": levels.ORT_ENABLE_ALL,
    }[level]
    options.intra_op_num_threads = threads() if intra_op_threads is None else intra_op_threads
    options.enable_cpu_mem_arena = keep_memory
    options.use_deterministic_compute = True
    if not spin:
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not _sums_int8_exactly():
        options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 4  # what goes wrong is raised
    source = model if isinstance(model, bytes) else str(model)
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exception types are not public
        name = "the network" if isinstance(model, bytes) else str(model)
        raise VcompError(f"ONNX Runtime cannot run {name}: {first_line(error)}") from None


@cache
def _sums_int8_exactly() -> bool:
    """Whether the processor adds products of 8-bit numbers without saturating: x64 does so with VNNI alone.

    ONNX Runtime can be told to be exact without it, at a third of the speed; with it the results are the same.
    """
    try:
        words = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return False
    return not words.isdisjoint({"avx512_vnni", "avx_vnni"})
