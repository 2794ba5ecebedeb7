"""From a `vamc` file to a compiled set: load the network, convert it to the target's arithmetic, try it, write it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import vcomp
from vcomp.emulator.artifact import Artifact, Manifest, Number, Port, write_artifact
from vcomp.emulator.program import heading
from vcomp.emulator.vamc.compile_yaml import CompileFile, read_compile_file
from vcomp.errors import VcompError, first_line
from vcomp.files import digest
from vcomp.networks.session import OPTIMIZATION, open_session
from vcomp.spec import Fp16, Int8

if TYPE_CHECKING:
    from onnx import ModelProto

Say = Callable[[str], None]


def compile_model(path: Path, say: Say) -> str:
    """Compile what a `vamc` file describes, tell `say` about it, and return the prefix of the set that was written."""
    from vcomp.emulator.vamc.frontends import load_network

    started = time.monotonic()
    say(heading("vamc", "no code for the card is made"))
    file = read_compile_file(path)
    say(f"model      {file.name}: {_described(file)}, from {file.frontend.checkpoint}")
    if file.without_effect:
        say(f"no effect  {', '.join(file.without_effect)}")
    network = load_network(file)
    inputs = tuple(_input_port(network, name, shape) for name, shape in file.frontend.inputs.items())
    say(f"input      {_listed(inputs)}")
    converted, samples = _convert(network, file, inputs, say)
    outputs = _dry_run(converted, inputs)
    say(f"output     {_listed(outputs)}, fp16")
    prefix = write_artifact(file.folder, Artifact(_manifest(file, inputs, outputs, samples, converted), converted))
    say(f"written    {prefix}.json, .so, .params in {time.monotonic() - started:.1f} s")
    return prefix


def _described(file: CompileFile) -> str:
    if isinstance(file.target, Fp16):
        return "fp16"
    return f"int8 ({file.target.calibrate.value}, per {'channel' if file.target.per_channel else 'tensor'})"


def _listed(ports: Sequence[Port]) -> str:
    return ", ".join(f"{port.name} {list(port.shape)}" for port in ports)


def _input_port(network: ModelProto, name: str, shape: Sequence[int]) -> Port:
    from onnx import helper

    value = next(value for value in network.graph.input if value.name == name)
    dtype = helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type).name
    if dtype not in get_args(Number):
        raise VcompError(f"input {name!r} of the network is {dtype}", expected=f"one of {', '.join(get_args(Number))}")
    return Port.model_validate({"name": name, "shape": tuple(shape), "dtype": dtype})


def _convert(network: ModelProto, file: CompileFile, inputs: tuple[Port, ...], say: Say) -> tuple[bytes, int | None]:
    """The network in the target's arithmetic, and how many samples calibrated it."""
    if isinstance(file.target, Int8):
        return _quantized(network, file, file.target, inputs, say)
    from vcomp.quantize import convert_fp16

    converted, report = convert_fp16(network)
    for weight in report.overflowed:
        say(f"note       {weight.name}: {weight.values} of {weight.size} weights are beyond fp16: set to its largest")
    return converted.SerializeToString(deterministic=True), None


def _quantized(
    network: ModelProto, file: CompileFile, target: Int8, inputs: tuple[Port, ...], say: Say
) -> tuple[bytes, int]:
    from vcomp.emulator.vamc.calibration import feeds, list_samples
    from vcomp.quantize import collect, quantize_int8

    assert file.dataset
    paths = list_samples(file.dataset)
    fewer = f" (get_data_num asks for {file.dataset.limit})" if len(paths) < file.dataset.limit else ""
    say(f"calibrate  {len(paths)} × .{file.dataset.suffix}{fewer} of {file.dataset.path}")
    statistics = collect(network, feeds(paths, file.dataset, inputs))
    return quantize_int8(network, statistics, target).SerializeToString(deterministic=True), len(paths)


def _dry_run(network: bytes, inputs: Sequence[Port]) -> tuple[Port, ...]:
    """Run the network once on zeros: it shows that it runs, and what comes out."""
    import numpy as np

    from vcomp.emulator.runtime.session import with_batch

    try:
        session = open_session(network)
        names = [output.name for output in session.get_outputs()]
        values = session.run(names, {port.name: np.zeros(port.shape, port.dtype) for port in inputs})
    except VcompError:
        raise
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise VcompError(f"ONNX Runtime cannot run the network: {first_line(error)}") from error
    return tuple(
        Port(name=name, shape=with_batch(value).shape, dtype="float16")
        for name, value in zip(names, values, strict=True)
    )


def _manifest(
    file: CompileFile, inputs: tuple[Port, ...], outputs: tuple[Port, ...], samples: int | None, network: bytes
) -> Manifest:
    import cv2
    import numpy as np
    import onnxruntime

    return Manifest(
        name=file.name,
        dtype=file.target.dtype,
        calibrate_mode=file.target.calibrate.value if isinstance(file.target, Int8) else None,
        calibration_samples=samples,
        inputs=inputs,
        outputs=outputs,
        graph_optimization=OPTIMIZATION,
        versions={
            "vcomp": vcomp.__version__,
            "onnxruntime": onnxruntime.__version__,
            "numpy": np.__version__,
            "opencv": cv2.__version__,
        },
        params_sha256=digest(network),
    )
