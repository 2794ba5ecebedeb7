"""From a spec's network to an ONNX file and a TorchScript file, each compared with what torch computes."""

import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_never

from vcomp.errors import VcompError
from vcomp.files import replacing
from vcomp.networks.onnx_file import check_ports, describe_onnx
from vcomp.networks.session import open_session
from vcomp.networks.torch_module import brief, build_module, existing, load_torchscript, with_outputs_chosen
from vcomp.project import Model
from vcomp.spec import Checkpoint, HuggingFace, ModelSpec, OnnxNetwork, TorchNetwork, TorchScriptNetwork

if TYPE_CHECKING:
    from torch import Tensor, nn

DEFAULT_OPSET = 11
TOLERANCE = 1e-4  # largest difference allowed between file and torch on random input; of values beyond 1, a fraction


@dataclass(frozen=True)
class Exported:
    """What an export gave: files, the largest differences against torch, and the module's parameters.

    For an ONNX network there is nothing to compare and no TorchScript.
    """

    onnx: Path
    torchscript: Path | None = None
    onnx_difference: float | None = None
    torchscript_difference: float | None = None
    parameters: int | None = None


def export(model: Model, spec: ModelSpec, folder: Path) -> Exported:
    """Write `<name>.onnx` and `<name>.torchscript.pt` into `folder`.

    VcompError if weights are missing or do not fit, if the file's inputs are not the spec's, or if a written file
    does not compute what torch computes.
    """
    onnx_path = folder / f"{spec.name}.onnx"
    match spec.network:
        case OnnxNetwork():
            source = existing(model.folder / spec.network.file)
            check_ports(spec, source)
            with replacing(onnx_path) as temporary:
                shutil.copyfile(source, temporary)
            return Exported(onnx_path)
        case TorchNetwork():
            module = build_module(model, spec.network)
        case TorchScriptNetwork():
            module = load_torchscript(existing(model.folder / spec.network.file))
        case Checkpoint() | HuggingFace() | None:
            raise VcompError(
                f"there is nothing to export of {spec.name}: the compiler reads its network as it stands",
                expected="a TorchNetwork, an OnnxNetwork or a TorchScriptNetwork",
            )
        case _:
            assert_never(spec.network)
    script_path = folder / f"{spec.name}.torchscript.pt"
    return _export_module(spec, module, onnx_path, script_path)


def _export_module(spec: ModelSpec, module: "nn.Module", onnx_path: Path, script_path: Path) -> Exported:
    import torch

    generator = torch.Generator().manual_seed(0)
    drawn = [torch.rand(item.shape, generator=generator) * 2 - 1 for item in spec.inputs]
    opset = spec.network.opset if isinstance(spec.network, TorchNetwork) else DEFAULT_OPSET
    chosen = with_outputs_chosen(module, spec)
    with torch.no_grad(), warnings.catch_warnings(), replacing(script_path) as script, replacing(onnx_path) as onnx:
        warnings.simplefilter("ignore")  # of the tracer, and of the exporter's own deprecation
        with _telling(f"the network of {spec.name} fails on an input of {_sizes(spec)}"):
            expected = _arrays(chosen(*_copies(drawn)))
        with _telling(f"the network of {spec.name} cannot be traced"):
            traced = torch.jit.trace(chosen, _copies(drawn), check_trace=False)  # type: ignore[no-untyped-call]
            torch.jit.save(traced, str(script))
            scripted = _arrays(torch.jit.load(str(script))(*_copies(drawn)))  # type: ignore[no-untyped-call]
        with _telling(f"the network of {spec.name} cannot be written as ONNX of opset {opset}"):
            torch.onnx.export(
                traced if isinstance(module, torch.jit.ScriptModule) else chosen,
                _copies(drawn),
                str(onnx),
                input_names=[item.name for item in spec.inputs],
                output_names=_output_names(spec, len(expected)),
                opset_version=opset,
                dynamo=False,  # the graph exporter writes opset 18 and newer, which the vendor's compiler may not read
            )
        _uses_all_inputs(spec, onnx)
        feeds = {item.name: tensor.numpy() for item, tensor in zip(spec.inputs, drawn, strict=True)}
        return Exported(
            onnx=onnx_path,
            torchscript=script_path,
            onnx_difference=_agree(expected, open_session(onnx).run(None, feeds), onnx_path),
            torchscript_difference=_agree(expected, scripted, script_path),
            parameters=sum(parameter.numel() for parameter in module.parameters()),
        )


def _copies(tensors: "Sequence[Tensor]") -> "tuple[Tensor, ...]":
    """What a network may work on in place."""
    return tuple(tensor.clone() for tensor in tensors)


def _uses_all_inputs(spec: ModelSpec, onnx: Path) -> None:
    kept = {port.name for port in describe_onnx(onnx).inputs}
    for item in spec.inputs:
        if item.name not in kept:
            raise VcompError(
                f"the network of {spec.name} makes no use of input {item.name!r}: the ONNX file lacks it",
                expected="a forward that needs each input of the spec",
                mend="leave the input out of the spec, and of forward",
            )


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Tell whatever torch or the user's network raises as a VcompError."""
    try:
        yield
    except VcompError:
        raise
    except Exception as error:
        raise VcompError(f"{what}: {brief(error)}") from error


def _sizes(spec: ModelSpec) -> str:
    return " and ".join("×".join(map(str, item.shape)) for item in spec.inputs)


def _output_names(spec: ModelSpec, count: int) -> list[str]:
    """The names that the spec says, which must be as many as the outputs, or else `output`, `output1`, …"""
    names = spec.network.output_names if isinstance(spec.network, TorchNetwork) else None
    if names is None:
        return [f"output{index or ''}" for index in range(count)]
    if len(names) != count:
        raise VcompError(
            f"the network of {spec.name} has {count} outputs, output_names has {len(names)}",
            expected="a name for each",
            mend="choose one output with output=…, or name them all with output_names=(…)",
        )
    return list(names)


def _arrays(outputs: Any) -> list[NDArray[Any]]:
    """What a network gave, as arrays; VcompError if it is anything but tensors."""
    import torch

    tensors = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    for tensor in tensors:
        if not isinstance(tensor, torch.Tensor):
            raise VcompError(
                f"the network gives a {type(tensor).__name__}",
                expected="a tensor, or a list or tuple of tensors",
                mend="let its forward return tensors alone, or choose one with output=…",
            )
    return [tensor.detach().numpy() for tensor in tensors]


def _agree(expected: Sequence[NDArray[Any]], given: Sequence[NDArray[Any]], path: Path) -> float:
    """The largest difference; VcompError when it is more than rounding."""
    differences = []
    for wanted, got in zip(expected, given, strict=True):
        if wanted.shape != got.shape:
            raise VcompError(f"{path} gives an output of {got.shape}", expected=f"{wanted.shape}, as torch does")
        differences.append(float(np.abs(wanted.astype(np.float64) - got.astype(np.float64)).max(initial=0)))
    scale = max(1.0, *(float(np.abs(wanted.astype(np.float64)).max(initial=0)) for wanted in expected))
    difference = float(np.max(differences))
    if not difference <= TOLERANCE * scale:  # NaN is no agreement either
        raise VcompError(
            f"{path} does not compute what torch computes: the outputs differ by {difference:.2g}",
            expected=f"at most {TOLERANCE * scale:.2g}",
            mend="the network may use an operation that changes when traced (a branch or loop on data, say)",
        )
    return difference
