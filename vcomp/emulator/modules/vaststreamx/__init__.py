"""The vendor's module, emulated by vcomp on this CPU: names and behaviour of `vaststreamx`, no card."""

from vcomp.emulator.codes import (
    AttrKey,
    ColorCvtCode,
    GraphOutputType,
    ImageFormat,
    OpType,
    StreamBalanceMode,
    TypeFlag,
)
from vcomp.emulator.devices import set_device
from vcomp.emulator.images import Image, create_image
from vcomp.emulator.model import Graph, Model, ModelOperator
from vcomp.emulator.operators import Operator
from vcomp.emulator.stream import Stream
from vcomp.emulator.tensors import Tensor, as_numpy, from_numpy

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
