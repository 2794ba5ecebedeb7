"""Where the network comes from, and what goes into it."""

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt, StringConstraints

from vcomp.spec.base import Part, RelativePath


class Input(Part):
    """One input of the network: its name in the graph and its shape, batch 1 first."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = "input"
    shape: tuple[PositiveInt, ...] = Field(min_length=1, max_length=8)


class TorchNetwork(Part):
    """A PyTorch module that is built, given its weights, and exported.

    `factory` is "file:callable" in the model's folder, called with `arguments`. `weights` is a safetensors file
    whose names match the module's; with `partial_weights` it may hold more than the module needs. `output` picks one
    of several outputs (-1: the last); None exports them all.
    """

    type: Literal["torch"] = "torch"
    factory: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")]
    arguments: dict[str, Any] = Field(default_factory=dict)
    weights: RelativePath | None = None
    partial_weights: bool = False
    output: int | None = None
    output_names: tuple[str, ...] = ("output",)
    opset: Annotated[int, Field(ge=9, le=20)] = 11


class OnnxNetwork(Part):
    """An ONNX file in the model's folder."""

    type: Literal["onnx"] = "onnx"
    file: RelativePath


class TorchScriptNetwork(Part):
    """A traced TorchScript file in the model's folder."""

    type: Literal["torchscript"] = "torchscript"
    file: RelativePath


Network = Annotated[TorchNetwork | OnnxNetwork | TorchScriptNetwork, Field(discriminator="type")]


def leads_out(path: str) -> bool:
    """Whether a path that should be relative is absolute or climbs out of its folder, on any system."""
    pure = PurePosixPath(path.replace("\\", "/"))
    return pure.is_absolute() or ".." in pure.parts or (len(path) > 1 and path[1] == ":")
