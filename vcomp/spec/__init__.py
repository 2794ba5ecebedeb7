"""The typed spec of a model: frozen data, no input or output."""

from vcomp.spec.base import Part
from vcomp.spec.data import ImageFolder, MaskPairs
from vcomp.spec.model import ModelSpec
from vcomp.spec.network import Input, Network, OnnxNetwork, TorchNetwork, TorchScriptNetwork
from vcomp.spec.ops import (
    CenterCrop,
    Decode,
    Kernel,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)
from vcomp.spec.provenance import GitSource
from vcomp.spec.targets import Calibrate, CompileOptions, DspOp, Fp16, Int8, Target, WeightScale
from vcomp.spec.tasks import BinarySegmentation

__all__ = [
    "BinarySegmentation",
    "Calibrate",
    "CenterCrop",
    "CompileOptions",
    "Decode",
    "DspOp",
    "Fp16",
    "GitSource",
    "ImageFolder",
    "Input",
    "Int8",
    "Kernel",
    "Letterbox",
    "MaskPairs",
    "ModelSpec",
    "Network",
    "Normalize",
    "OnnxNetwork",
    "Op",
    "Part",
    "PickChannel",
    "Resize",
    "ResizeToFit",
    "Target",
    "ToBGR",
    "ToTensor",
    "ToYCrCb",
    "TorchNetwork",
    "TorchScriptNetwork",
    "WeightScale",
]
