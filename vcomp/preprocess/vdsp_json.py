"""The vdsp_params JSON: read, whichever of its forms, and written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vcomp.errors import VcompError, shown
from vcomp.files import read_bounded
from vcomp.preprocess.pictures import Edges
from vcomp.preprocess.vdsp import (
    BertEmbedding,
    ColorCvtCode,
    ColorSpace,
    ImageFormat,
    NormaType,
    PaddingType,
    VdspOp,
)
from vcomp.preprocess.vdsp_legacy import in_current_form, is_legacy
from vcomp.preprocess.vdsp_values import Config, halves, integer, pair, pixel, size, word
from vcomp.spec import Kernel
from vcomp.spec.op_type import OpType, Step

MAX_JSON_BYTES = 1 << 20
BERT_EMBEDDING = "BERT_EMBEDDING_OP"
BT601, CONSTANT = ColorSpace.BT601, PaddingType.CONSTANT  # where a file says nothing
_EDGES = ("PaddingTop", "PaddingBottom", "PaddingLeft", "PaddingRight")


def load_vdsp(path: Path) -> VdspOp | BertEmbedding:
    """Read a vdsp_params JSON; VcompError if it is no JSON, or not an operator that is known."""
    document = load_document(path)
    return BertEmbedding() if document["OpType"] == BERT_EMBEDDING else read_vdsp(document, where=str(path))


def load_document(path: Path) -> dict[str, Any]:
    """What a vdsp_params JSON says of any operator, single ones too: its OpType, and its OpConfig as it stands.

    The legacy forms are translated, an absent OpConfig is empty. VcompError if it is no JSON, or no operator.
    """
    try:
        document = json.loads(read_bounded(path, MAX_JSON_BYTES))
    except FileNotFoundError:
        raise VcompError(f"there is no file {path}", expected="a vdsp_params JSON") from None
    except OSError as error:
        raise VcompError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise VcompError(f"not JSON: {error}", where=str(path)) from None
    return _current(document, str(path))


def _current(document: Any, where: str) -> dict[str, Any]:
    if is_legacy(document):
        document = in_current_form(document, where)
    if not isinstance(document, Mapping) or not isinstance(document.get("OpConfig", {}), Mapping):
        raise VcompError("not an operator", where=where, expected='{"OpType": …, "OpConfig": {…}}')
    op_type = document.get("OpType")
    if not isinstance(op_type, str):
        what = "OpType is missing" if op_type is None else f"OpType is {shown(op_type)}"
        raise VcompError(what, where=where, expected=f"one of {', '.join(kind.value for kind in OpType)}")
    return {"OpType": op_type, "OpConfig": document.get("OpConfig", {})}


def read_vdsp(document: Any, *, where: str) -> VdspOp:
    """A JSON object as an operator on images. Keys that it does not need are tolerated, as the vendor's loader does."""
    document = _current(document, where)
    if document["OpType"] == BERT_EMBEDDING:
        raise VcompError(f"{BERT_EMBEDDING} takes tensors of a text", where=where, expected="an operator on images")
    config: Config = document["OpConfig"]
    kind = word(OpType, document, "OpType", where)
    norma = word(NormaType, config, "NormaType", where)
    geometry, inner = kind.geometry, kind.geometry[:-1]
    pads = Step.PAD in geometry
    return VdspOp(
        op_type=kind,
        output=size(config, "Oimage", where) if geometry else None,
        norma=norma,
        color=_color(kind, config, where),
        space=word(ColorSpace, config, "ColorSpace", where, BT601) if kind.takes_nv12 else BT601,
        kernel=word(Kernel, config, "ResizeType", where) if geometry else Kernel.BILINEAR_CV,
        image_format=_image_format(kind, config, where),
        mean=halves(config, "Mean", where) if norma.uses_mean else None,
        std=halves(config, "Std", where, least=2**-24) if norma.uses_std else None,
        resize=size(config, "Resize", where) if Step.RESIZE in inner else None,
        crop=pair(config, "CropY", "CropX", where, least=0) if Step.CROP in geometry else None,
        crop_size=size(config, "Crop", where) if Step.CROP in inner else None,
        padding=pixel(config, "Padding", where) if pads else None,
        padding_type=word(PaddingType, config, "EdgePaddingType", where, CONSTANT) if pads else CONSTANT,
        edges=_edges(config, where) if kind is OpType.RGB_LETTERBOX_CVTCOLOR_EXT else None,
    )


def _color(kind: OpType, config: Config, where: str) -> ColorCvtCode:
    """The colour code, which …2RGB need not state."""
    match kind:
        case OpType.YUV_NV12_RESIZE_2RGB:  # it has no such attribute: any is tolerated
            return ColorCvtCode.YUV2RGB_NV12
        case OpType.YUV_NV12_LETTERBOX_2RGB:
            return word(ColorCvtCode, config, "ColorCvtCode", where, ColorCvtCode.YUV2RGB_NV12)
        case _:
            return word(ColorCvtCode, config, "ColorCvtCode", where)


def _image_format(kind: OpType, config: Config, where: str) -> ImageFormat:
    stated = word(ImageFormat, config, "IimageFormat", where, usual_format(kind))
    if (stated is ImageFormat.YUV_NV12) != kind.takes_nv12:
        raise VcompError(
            f"IimageFormat is {stated.value}",
            where=where,
            expected="YUV_NV12, or none at all" if kind.takes_nv12 else "a format of RGB, BGR or grey",
            mend=f"the operator is {kind.value}",
        )
    return stated


def usual_format(kind: OpType) -> ImageFormat | None:
    """What a file means that does not say its format; None if it must."""
    if kind.takes_nv12:
        return ImageFormat.YUV_NV12
    return ImageFormat.RGB_PLANAR if kind is OpType.RGB_CVTCOLOR else None


def _edges(config: Config, where: str) -> Edges:
    top, bottom, left, right = (integer(config, key, where, least=0, default=0) for key in _EDGES)
    return top, bottom, left, right


def write_vdsp(op: VdspOp) -> dict[str, Any]:
    """The operator as the JSON's object. Pitch equals size: images are packed without padding."""
    config: dict[str, Any] = {}
    if op.image_format is not usual_format(op.op_type):
        config["IimageFormat"] = op.image_format.value
    config |= _written_sizes(op)
    if op.mean:
        config["Mean"] = list(op.mean)
    if op.std:
        config["Std"] = list(op.std)
    config |= {"NormaType": op.norma.value, "ColorCvtCode": op.color.value}
    if op.op_type.takes_nv12:
        config["ColorSpace"] = op.space.value
    if op.op_type.geometry:
        config["ResizeType"] = op.kernel.value
    if op.padding:
        config["Padding"] = list(op.padding)
    if op.padding_type is not CONSTANT:
        config["EdgePaddingType"] = op.padding_type.value
    return {"OpType": op.op_type.value, "OpConfig": config}


def _written_sizes(op: VdspOp) -> dict[str, int]:
    sizes: dict[str, int] = {}
    if op.op_type.geometry and op.edges is None:
        if op.output is None:
            raise ValueError("an operator without a size cannot be written")
        inner = op.resize or op.output  # what the zoo's files give as input size; the runtime takes the image's own
        sizes |= {"IimageWidth": inner[1], "IimageHeight": inner[0]}
        sizes |= {"OimageWidth": op.output[1], "OimageHeight": op.output[0]}
        sizes |= {"IimageWidthPitch": inner[1], "IimageHeightPitch": inner[0]}
    if op.resize:
        sizes |= {"ResizeWidth": op.resize[1], "ResizeHeight": op.resize[0]}
    if op.crop:
        sizes |= {"CropX": op.crop[1], "CropY": op.crop[0]}
    if op.crop_size:
        sizes |= {"CropWidth": op.crop_size[1], "CropHeight": op.crop_size[0]}
    return sizes | dict(zip(_EDGES, op.edges or (), strict=False))
