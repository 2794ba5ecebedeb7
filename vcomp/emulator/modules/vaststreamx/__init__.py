"""The vendor's module, emulated by vcomp on this CPU: names and behaviour of `vaststreamx`, no card."""

from vcomp.emulator.runtime.codes import (
    AttrKey,
    ColorCvtCode,
    GraphOutputType,
    ImageFormat,
    OpType,
    StreamBalanceMode,
    TypeFlag,
)
from vcomp.emulator.runtime.devices import set_device
from vcomp.emulator.runtime.images import Image, create_image
from vcomp.emulator.runtime.model import Graph, Model, ModelOperator
from vcomp.emulator.runtime.operators import Operator
from vcomp.emulator.runtime.stream import Stream
from vcomp.emulator.runtime.tensors import Tensor, as_numpy, from_numpy

__all__ = [
    "AttrKey",
    "ColorCvtCode",
    "Graph",
    "GraphOutputType",
    "Image",
    "ImageFormat",
    "Model",
    "ModelOperator",
    "OpType",
    "Operator",
    "Stream",
    "StreamBalanceMode",
    "Tensor",
    "TypeFlag",
    "as_numpy",
    "create_image",
    "from_numpy",
    "set_device",
]
