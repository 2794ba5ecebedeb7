"""Where the network comes from, and what goes into it."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt, StringConstraints, model_validator
from typing_extensions import Self

from vcomp.spec.base import Part, RelativePath

InputName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Shape = Annotated[tuple[PositiveInt, ...], Field(min_length=1, max_length=8)]
Framework = Literal["onnx", "pytorch", "keras", "tensorflow", "darknet"]
InputDtype = Literal["fp32", "fp16", "int64", "int32", "int8", "uint8", "bool"]

FRAMEWORK_OF_SUFFIX: Mapping[str, Framework] = {
    ".onnx": "onnx",
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".torchscript": "pytorch",
    ".h5": "keras",
    ".keras": "keras",
    ".pb": "tensorflow",
    ".weights": "darknet",
}


class Input(Part):
    """One input of the network: its name in the graph and its shape, batch 1 first.

    Of an input that may vary `shape` is the largest; `smallest` has the same rank.
    """

    type: Literal["tensor"] = "tensor"
    name: InputName = "input"
    shape: Shape
    smallest: Shape | None = None

    @model_validator(mode="after")
    def _grows(self) -> Self:
        low, high = self.smallest, self.shape
        if low is not None and (len(low) != len(high) or any(a > b for a, b in zip(low, high, strict=True))):
            raise ValueError(f"smallest {low} is not within shape {high}")
        return self


class TokenInput(Part):
    """The token input of a language model: how long a prompt it takes at once, and how long all may get.

    Without `total` there is a prefill alone: an embedding, or a reranker.
    """

    type: Literal["tokens"] = "tokens"
    name: InputName = "input_ids"
    prefill: PositiveInt
    total: PositiveInt | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one prefill."""
        return (1, self.prefill)


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


class Checkpoint(Part):
    """A network file that the compiler reads as it stands: vcomp neither makes nor opens it.

    `path` is what the compile file says: absolute, or relative to the working directory. The framework follows from
    its suffix unless it is said. `dtype` is that of the network's inputs; None leaves it unsaid.
    """

    type: Literal["checkpoint"] = "checkpoint"
    path: RelativePath
    framework: Framework | None = None
    dtype: InputDtype | None = "fp32"

    @property
    def frontend(self) -> Framework | None:
        """The framework, said or by the suffix; None if neither tells."""
        return self.framework or FRAMEWORK_OF_SUFFIX.get(PurePosixPath(self.path).suffix.lower())


class WeightQuantize(Part):
    """How a language model's weights or its cache are quantized, by the vendor's words: w8a16_gptq, w16kv8."""

    type: Annotated[str, StringConstraints(pattern=r"^\w+$", max_length=100)]
    device: Annotated[str, StringConstraints(max_length=100)] | None = None
    true_sequential: bool | None = None


class HuggingFace(Part):
    """A folder as Hugging Face makes it. `tp` is the number of tensor-parallel parts; None leaves an option out."""

    type: Literal["huggingface"] = "huggingface"
    path: RelativePath
    tp: PositiveInt | None = None
    model_arch: Annotated[str, StringConstraints(pattern=r"^\w+$", max_length=100)] | None = None
    b2s: bool | None = None
    build_visual: bool | None = None
    align_qkv: bool | None = None
    quantize: WeightQuantize | None = None


OwnNetwork = Annotated[TorchNetwork | OnnxNetwork | TorchScriptNetwork, Field(discriminator="type")]
Network = Annotated[
    TorchNetwork | OnnxNetwork | TorchScriptNetwork | Checkpoint | HuggingFace, Field(discriminator="type")
]


def leads_out(path: str) -> bool:
    """Whether a path that should be relative is absolute or climbs out of its folder, on any system."""
    pure = PurePosixPath(path.replace("\\", "/"))
    return pure.is_absolute() or ".." in pure.parts or (len(path) > 1 and path[1] == ":")
