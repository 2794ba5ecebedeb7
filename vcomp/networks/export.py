"""From a spec's network to an ONNX file and a TorchScript file, each compared with what torch computes."""

import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from typing_extensions import assert_never

from vcomp.errors import VcompError
from vcomp.files import replacing
from vcomp.networks.onnx_file import check_ports
from vcomp.networks.session import open_session
from vcomp.project import Model
from vcomp.project.model import load_module
from vcomp.spec import ModelSpec, OnnxNetwork, TorchNetwork, TorchScriptNetwork

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

TOLERANCE = 1e-4  # largest difference allowed between the exported file and torch, on random input


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
            source = _existing(model.folder / spec.network.file)
            check_ports(spec, source)
            with replacing(onnx_path) as temporary:
                shutil.copyfile(source, temporary)
            return Exported(onnx_path)
        case TorchNetwork():
            module = build_module(model, spec.network)
        case TorchScriptNetwork():
            module = _load_torchscript(_existing(model.folder / spec.network.file))
        case _:
            assert_never(spec.network)
    script_path = folder / f"{spec.name}.torchscript.pt"
    return _export_module(spec, module, onnx_path, script_path)


def build_module(model: Model, network: TorchNetwork) -> "nn.Module":
    """The torch module of a network with its weights, in evaluation mode, all outputs kept."""
    import torch

    file, _, attribute = network.factory.partition(":")
    path = model.folder.joinpath(*file.split(".")).with_suffix(".py")
    factory = getattr(load_module(_existing(path)), attribute, None)
    if not callable(factory):
        raise VcompError(f"{path} has no {attribute}", expected=f"the callable that factory={network.factory!r} names")
    torch.manual_seed(0)  # a network without a weights file is the same one each time
    module: nn.Module = factory(**network.arguments)
    if network.weights is not None:
        _load_weights(module, _existing(model.folder / network.weights), partial=network.partial_weights)
    return module.eval()


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise VcompError(f"there is no file {path}", mend="put it there, or correct the path in the spec's network")
    return path


def _load_weights(module: "nn.Module", path: Path, *, partial: bool) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise VcompError(f"{path} is not a safetensors file, or is damaged: {error}") from None
    wanted = module.state_dict()
    missing, surplus = sorted(set(wanted) - set(weights)), sorted(set(weights) - set(wanted))
    if missing or (surplus and not partial):
        names = missing or surplus
        raise VcompError(
            f"{path} {'lacks' if missing else 'has more than the network:'} {len(names)} tensors, {names[0]!r} first",
            mend="the factory and the weights belong to different networks"
            if missing
            else "if the rest is meant to be left out, say partial_weights=True",
        )
    for name, tensor in wanted.items():
        if tensor.shape != weights[name].shape:
            raise VcompError(
                f"{path}: {name} is {tuple(weights[name].shape)}", expected=f"{tuple(tensor.shape)}, as the network has"
            )
    module.load_state_dict({name: weights[name].to(tensor.dtype) for name, tensor in wanted.items()})


def _load_torchscript(path: Path) -> "nn.Module":
    import torch

    try:
        return torch.jit.load(str(path), map_location="cpu").eval()  # type: ignore[no-untyped-call,no-any-return]
    except RuntimeError as error:
        raise VcompError(f"{path} is not a TorchScript file: {str(error).splitlines()[0]}") from None


def _export_module(spec: ModelSpec, module: "nn.Module", onnx_path: Path, script_path: Path) -> Exported:
    import torch

    generator = torch.Generator().manual_seed(0)
    example = tuple(torch.rand(item.shape, generator=generator) * 2 - 1 for item in spec.inputs)
    names = list(spec.network.output_names) if isinstance(spec.network, TorchNetwork) else None
    opset = spec.network.opset if isinstance(spec.network, TorchNetwork) else 11
    chosen = _choose_output(module, spec)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the tracer, and of the exporter's own deprecation
        expected = _arrays(chosen(*example))
        traced = torch.jit.trace(chosen, example, check_trace=False)  # type: ignore[no-untyped-call]
        with replacing(script_path) as temporary:
            torch.jit.save(traced, str(temporary))
        with replacing(onnx_path) as temporary:
            torch.onnx.export(
                chosen,
                example,
                str(temporary),
                input_names=[item.name for item in spec.inputs],
                output_names=names or [f"output{index or ''}" for index in range(len(expected))],
                opset_version=opset,
                dynamo=False,  # the graph exporter writes opset 18 and newer, which the vendor's compiler may not read
            )
        scripted = _arrays(torch.jit.load(str(script_path))(*example))  # type: ignore[no-untyped-call]
    ran = open_session(onnx_path).run(
        None, {item.name: tensor.numpy() for item, tensor in zip(spec.inputs, example, strict=True)}
    )
    return Exported(
        onnx=onnx_path,
        torchscript=script_path,
        onnx_difference=_agree(expected, ran, onnx_path),
        torchscript_difference=_agree(expected, scripted, script_path),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
    )


def _choose_output(module: "nn.Module", spec: ModelSpec) -> "nn.Module":
    from torch import nn

    if not isinstance(spec.network, TorchNetwork) or spec.network.output is None:
        return module
    index: int = spec.network.output

    class ChosenOutput(nn.Module):
        """The network with one of its outputs alone."""

        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *inputs: "Tensor") -> "Tensor":
            outputs: Sequence[Tensor] = self.module(*inputs)
            return outputs[index]

    return ChosenOutput().eval()


def _arrays(outputs: "torch.Tensor | Sequence[torch.Tensor]") -> list[Any]:
    import torch

    return [outputs.numpy()] if isinstance(outputs, torch.Tensor) else [tensor.numpy() for tensor in outputs]


def _agree(expected: Sequence[Any], given: Sequence[Any], path: Path) -> float:
    """The largest difference; VcompError when it is more than rounding."""
    difference = max(float(np.abs(a - b).max()) for a, b in zip(expected, given, strict=True))
    if not difference <= TOLERANCE:
        raise VcompError(
            f"{path} does not compute what torch computes: the outputs differ by {difference:.2g}",
            expected=f"at most {TOLERANCE}",
            mend="the network may use an operation that changes when traced (a branch or loop on data, say)",
        )
    return difference
