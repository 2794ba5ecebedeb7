"""The torch module that a spec's network stands for, with its weights."""

import inspect
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vcomp.errors import VcompError, first_line, shown
from vcomp.project import Model
from vcomp.project.model import imported
from vcomp.spec import ModelSpec, TorchNetwork

if TYPE_CHECKING:
    from torch import Tensor, nn


def build_module(model: Model, network: TorchNetwork) -> "nn.Module":
    """The torch module of a network with its weights, in evaluation mode, all outputs kept."""
    import torch
    from torch import nn

    file, _, attribute = network.factory.partition(":")
    path = existing(model.folder.joinpath(*file.split(".")).with_suffix(".py"))
    with imported(path) as source:
        factory = getattr(source, attribute, None)
        if not callable(factory):
            raise VcompError(
                f"{path} has no {attribute}",
                expected=f"the callable that factory={network.factory!r} names",
                mend="correct the factory in the spec's network",
            )
        try:
            inspect.signature(factory).bind(**network.arguments)
        except TypeError as error:
            raise VcompError(
                f"{attribute} cannot be called with arguments={shown(network.arguments)}: {error}",
                where=str(path),
                expected=f"{attribute}{inspect.signature(factory)}",
            ) from None
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(0)  # a network without a weights file is the same one each time
            module = factory(**network.arguments)
    if not isinstance(module, nn.Module):
        raise VcompError(f"{attribute} gives a {type(module).__name__}", where=str(path), expected="a torch.nn.Module")
    if network.weights is not None:
        _load_weights(module, existing(model.folder / network.weights), partial=network.partial_weights)
    return module.eval()


def existing(path: Path) -> Path:
    """The path itself; VcompError if there is no such file."""
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


def load_torchscript(path: Path) -> "nn.Module":
    """The module of a traced TorchScript file; VcompError if it is none, or damaged."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch would rather have another format
            return torch.jit.load(str(path), map_location="cpu").eval()  # type: ignore[no-untyped-call,no-any-return]
    except Exception as error:  # of several kinds, depending on where the file breaks off
        raise VcompError(
            f"{path} is not a TorchScript file, or is damaged: {brief(error)}",
            expected="what torch.jit.save wrote of a traced module",
        ) from error


def with_outputs_chosen(module: "nn.Module", spec: ModelSpec) -> "nn.Module":
    """The module itself, or around it one that gives the output that the spec picks, or its list as a tuple."""
    import torch
    from torch import nn

    index = spec.network.output if isinstance(spec.network, TorchNetwork) else None
    if index is None and not isinstance(module, torch.jit.ScriptModule):
        return module

    class ChosenOutputs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *inputs: "Tensor") -> Any:
            outputs = self.module(*inputs)
            if index is not None:
                return _pick(outputs, index)
            return tuple(outputs) if isinstance(outputs, list) else outputs  # a list is one output to the tracer

    return ChosenOutputs().eval()


def _pick(outputs: Any, index: int) -> "Tensor":
    if not isinstance(outputs, (list, tuple)):
        raise VcompError(
            f"the network gives one {type(outputs).__name__}, the spec asks for output={index}",
            expected="a list or tuple of tensors",
            mend="leave output=… out, or let forward return a list",
        )
    if not -len(outputs) <= index < len(outputs):
        raise VcompError(
            f"the network has {len(outputs)} outputs, the spec asks for output={index}",
            expected=f"0 to {len(outputs) - 1}, or -1 for the last",
        )
    output: Tensor = outputs[index]
    return output


def brief(error: Exception) -> str:
    """The kind and the first line that says something of an exception."""
    kind, line = type(error).__name__, first_line(error)
    return kind if line == kind else f"{kind}: {line}"
