"""From a `vamc` file to a compiled set: load the network, convert it to the target's arithmetic, try it, write it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import vcomp
from vcomp.emulator.artifact import Artifact, Manifest, Number, Port
from vcomp.emulator.postprocess import describe
from vcomp.emulator.program import heading
from vcomp.emulator.vamc.compile_yaml import CompileFile, read_compile_file
from vcomp.emulator.vamc.dry_run import dry_run
from vcomp.emulator.vamc.extra_ops import fit_extra_op
from vcomp.emulator.vamc.frontend import InputShape
from vcomp.emulator.vamc.leniency import Forgive, refuse
from vcomp.emulator.vamc.write import write_artifact
from vcomp.errors import VcompError
from vcomp.files import digest
from vcomp.networks.session import OPTIMIZATION
from vcomp.spec import Fp16, Int8

if TYPE_CHECKING:
    from onnx import ModelProto

Say = Callable[[str], None]


def compile_model(path: Path, say: Say, forgive: Forgive = refuse, *, legacy: bool = False) -> str:
    """Compile what a `vamc` file describes, tell `say` about it, and return what loads the set that was written.

    That is a prefix, or of a build of dynamic shape the path of its module info. `forgive` and `legacy` are those of
    `read_compile_file`.
    """
    from vcomp.emulator.vamc.network import load_network

    started = time.monotonic()
    say(heading("vamc", "no code for the card is made"))
    file = read_compile_file(path, forgive, legacy=legacy)
    say(f"model      {file.name}: {_described(file)}, from {file.frontend.checkpoint}")
    if file.without_effect:
        say(f"no effect  {', '.join(file.without_effect)}")
    network = load_network(file)
    inputs = tuple(_input_port(network, name, shape) for name, shape in file.frontend.inputs.items())
    say(f"input      {_listed(inputs)}")
    converted, samples = _convert(network, file, inputs, say)
    manifest = dry_run(_manifest(file, inputs, samples, converted), converted)
    if file.extra_op:
        op = fit_extra_op(file.extra_op, network, manifest, file.document)
        say(f"extra op   {describe(op)}")
        manifest = dry_run(manifest.model_copy(update={"extra_op": op}), converted)
    say(f"output     {_listed(manifest.outputs)}, fp16")
    say(f"run with   onnxruntime {manifest.versions['onnxruntime']}, graph optimisation {manifest.graph_optimization}")
    written = write_artifact(file.folder, Artifact(manifest, converted))
    names = written if manifest.dynamic else f"{written}.json, .so, .params"
    say(f"written    {names} in {time.monotonic() - started:.1f} s")
    return written


def _described(file: CompileFile) -> str:
    if isinstance(file.target, Fp16):
        return "fp16"
    return f"int8 ({file.target.mode.value}, per {'channel' if file.target.by_channel else 'tensor'})"


def _listed(ports: Sequence[Port]) -> str:
    return ", ".join(f"{port.name} {port.sizes}" for port in ports)


def _input_port(network: ModelProto, name: str, shape: InputShape) -> Port:
    from onnx import helper

    value = next(value for value in network.graph.input if value.name == name)
    dtype = helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type).name
    if dtype not in get_args(Number):
        raise VcompError(f"input {name!r} of the network is {dtype}", expected=f"one of {', '.join(get_args(Number))}")
    return Port.model_validate({"name": name, "shape": shape.largest, "dtype": dtype, "smallest": shape.smallest})


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
    from vcomp.emulator.vamc.samples import feeds, list_samples
    from vcomp.quantize import collect, quantize_int8

    assert file.dataset
    paths = list_samples(file.dataset)
    fewer = f" (get_data_num asks for {file.dataset.limit})" if len(paths) < file.dataset.limit else ""
    kind = f"× .{file.dataset.suffix}" if file.dataset.suffix else "files"
    say(f"calibrate  {len(paths)} {kind}{fewer} of {file.dataset.path}")
    statistics = collect(network, feeds(paths, file.dataset, inputs))
    return quantize_int8(network, statistics, target).SerializeToString(deterministic=True), len(paths)


def _manifest(file: CompileFile, inputs: tuple[Port, ...], samples: int | None, network: bytes) -> Manifest:
    """All that is known of the set before it runs for the first time."""
    import cv2
    import numpy as np
    import onnxruntime

    return Manifest(
        name=file.name,
        dtype=file.target.dtype,
        calibrate_mode=file.target.mode.value if isinstance(file.target, Int8) else None,
        calibration_samples=samples,
        inputs=inputs,
        outputs=(),
        graph_optimization=OPTIMIZATION,
        versions={
            "vcomp": vcomp.__version__,
            "onnxruntime": onnxruntime.__version__,
            "numpy": np.__version__,
            "opencv": cv2.__version__,
        },
        params_sha256=digest(network),
    )
