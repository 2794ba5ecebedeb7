"""The vendor's module, emulated by vcomp on this CPU: names and behaviour of `vaststreamx`, no card."""

# ruff: noqa: E402 - any Python can read this file, and so say what is wrong with it
import importlib.util
import sys

lacks = ["Python 3.10"] if sys.version_info < (3, 10) else []
lacks += [name for name in ("cv2", "numpy", "onnxruntime", "pydantic", "PIL") if not importlib.util.find_spec(name)]
if lacks:
    raise ImportError(
        f"the emulated vaststreamx needs {', '.join(lacks)}, and {sys.executable} is Python {sys.version.split()[0]} "
        "without: run the script with the Python that vcomp is installed in"
    )
del importlib, sys, lacks

from vcomp.emulator.recorder import start_from_environment
from vcomp.emulator.runtime.cards import Die, get_all_cards, get_all_cards_count
from vcomp.emulator.runtime.codecs import (
    CaptureMode,
    CodecType,
    FrameAttr,
    JpegDecoder,
    JpegEncoder,
    MediaSource,
    VideoCapture,
    VideoDecoder,
    VideoEncoder,
    VideoWriter,
)
from vcomp.emulator.runtime.codes import (
    AttrKey,
    ColorCvtCode,
    GraphOutputType,
    ImageColorSpace,
    ImageFlipType,
    ImageFormat,
    ImagePaddingType,
    ImageResizeType,
    ImageType,
    ImageWarpAffineMode,
    OpType,
    StreamBalanceMode,
    TypeFlag,
)
from vcomp.emulator.runtime.custom_operators import CustomOperator
from vcomp.emulator.runtime.devices import Context, set_device
from vcomp.emulator.runtime.graph import Graph, ModelOperator
from vcomp.emulator.runtime.image_functions import (
    batch_crop_resize,
    crop,
    cvtcolor,
    resize,
    resize_copy_make_border,
    scale,
    warpaffine,
    yuvflip,
)
from vcomp.emulator.runtime.images import Image, create_image
from vcomp.emulator.runtime.model import Model
from vcomp.emulator.runtime.operators import BuildInOperator, Operator
from vcomp.emulator.runtime.stream import Stream
from vcomp.emulator.runtime.tensors import Tensor, as_numpy, from_numpy

__all__ = [
    "AttrKey",
    "BuildInOperator",
    "CaptureMode",
    "CodecType",
    "ColorCvtCode",
    "Context",
    "CustomOperator",
    "Die",
    "FrameAttr",
    "Graph",
    "GraphOutputType",
    "Image",
    "ImageColorSpace",
    "ImageFlipType",
    "ImageFormat",
    "ImagePaddingType",
    "ImageResizeType",
    "ImageType",
    "ImageWarpAffineMode",
    "JpegDecoder",
    "JpegEncoder",
    "MediaSource",
    "Model",
    "ModelOperator",
    "OpType",
    "Operator",
    "Stream",
    "StreamBalanceMode",
    "Tensor",
    "TypeFlag",
    "VideoCapture",
    "VideoDecoder",
    "VideoEncoder",
    "VideoWriter",
    "as_numpy",
    "batch_crop_resize",
    "create_image",
    "crop",
    "cvtcolor",
    "from_numpy",
    "get_all_cards",
    "get_all_cards_count",
    "resize",
    "resize_copy_make_border",
    "scale",
    "set_device",
    "warpaffine",
    "yuvflip",
]

start_from_environment(__name__)
