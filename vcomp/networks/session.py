"""ONNX Runtime sessions with every option that changes a result or a speed pinned."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vcomp.errors import VcompError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# Optimised and plain kernels differ in the last bits, enough to flip a mask's pixel: the level is part of a result.
OPTIMIZATION = "all"


def threads() -> int:
    """How many threads a network runs on: VCOMP_THREADS, else the cores that this process may use."""
    said = os.environ.get("VCOMP_THREADS", "")
    if not said:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not said.isdigit() or int(said) == 0:
        raise VcompError(f"VCOMP_THREADS is {said!r}", expected="a number of threads, 1 or more")
    return int(said)


def open_session(model: Path | bytes) -> "InferenceSession":
    """A CPU session of an ONNX file, or of its bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    source = model if isinstance(model, bytes) else str(model)
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exception types are not public
        name = "the network" if isinstance(model, bytes) else str(model)
        raise VcompError(f"ONNX Runtime cannot run {name}: {str(error).splitlines()[0]}") from None
