"""How a sequence of ops becomes the one fused operator that does the same, and back."""

from collections.abc import Sequence
from typing import Any

from vcomp.errors import VcompError
from vcomp.preprocess.vdsp import ColorCvtCode, NormaType, VdspOp
from vcomp.spec import (
    CenterCrop,
    ColorSpace,
    Decode,
    FusedOp,
    ImageFormat,
    Kernel,
    Letterbox,
    Normalize,
    Op,
    PaddingType,
    Resize,
    ToBGR,
    ToTensor,
)
from vcomp.spec.op_type import OpType, Step

_SWAPS = (
    ColorCvtCode.RGB2BGR,
    ColorCvtCode.BGR2RGB,
    ColorCvtCode.RGB2BGR_INTERLEAVE2PLANAR,
    ColorCvtCode.BGR2RGB_INTERLEAVE2PLANAR,
    ColorCvtCode.YUV2BGR_NV12,
)


def fuse(ops: Sequence[Op], how: FusedOp | None = None) -> VdspOp:
    """The one fused operator that does what the ops do, in the way that `how` says; VcompError if the chip has none."""
    how = how or FusedOp()
    steps = [op for op in how.ops or ops if not isinstance(op, (Decode, ToBGR, ToTensor))]
    swaps = sum(isinstance(op, ToBGR) for op in how.ops or ops)
    last = steps[-1] if steps else None
    normal = last if isinstance(last, Normalize) else Normalize(div255=False)  # without one, x stays as it is
    if normal is last:
        steps.pop()
    sizes = _sizes(steps, how.op_type)
    kind: OpType = sizes["op_type"]
    formats = ImageFormat.YUV_NV12 if kind.takes_nv12 else ImageFormat.RGB_PLANAR
    sizes["kernel"] = how.kernel or sizes.get("kernel", Kernel.BILINEAR_CV)
    return VdspOp(
        norma=_norma_type(normal),
        color=how.color or _color(kind, swapped=swaps % 2 == 1),
        space=how.color_space or ColorSpace.BT601,
        mean=_three(normal.mean),
        std=_three(normal.std),
        image_format=how.image_format or formats,
        padding_type=how.padding_type or PaddingType.CONSTANT,
        **sizes,
    )


def _sizes(steps: Sequence[Op], asked: OpType | None) -> dict[str, Any]:
    """The operator and its geometry, for the steps between decoding and normalising."""
    geometry = None if asked is None else asked.geometry
    match steps:
        case [] if geometry == ():
            return {"op_type": asked, "output": None}
        case [Resize() as size] if geometry in (None, (Step.RESIZE,)):
            return {
                "op_type": asked or OpType.RGB_RESIZE_CVTCOLOR,
                "output": (size.height, size.width),
                "kernel": size.kernel,
            }
        case [Resize() as size, CenterCrop() as cut] if geometry in (None, (Step.RESIZE, Step.CROP)):
            return {
                "op_type": asked or OpType.RGB_RESIZE_CVTCOLOR_CROP,
                "output": (cut.height, cut.width),
                "kernel": size.kernel,
                "resize": (size.height, size.width),
                "crop": ((size.height - cut.height) // 2, (size.width - cut.width) // 2),
            }
        case [Resize() as size] if geometry == (Step.RESIZE, Step.CROP):  # a crop of all there is
            whole = (size.height, size.width)
            return {"op_type": asked, "output": whole, "kernel": size.kernel, "resize": whole, "crop": (0, 0)}
        case [CenterCrop() as cut, Resize() as size] if geometry == (Step.CROP, Step.RESIZE):
            return {
                "op_type": asked,
                "output": (size.height, size.width),
                "kernel": size.kernel,
                "crop_size": (cut.height, cut.width),
            }
        case [Letterbox() as box] if geometry in (None, (Step.FIT, Step.PAD), (Step.RESIZE, Step.PAD)):
            return _box(box, asked or OpType.RGB_LETTERBOX_CVTCOLOR)
        case _:
            raise _no_operator(steps, asked)


def _box(box: Letterbox, kind: OpType) -> dict[str, Any]:
    """A letterbox; EXT is told its border for each image, and its file the largest size."""
    size = (box.height, box.width)
    place: dict[str, Any] = {"output": size}
    if kind is OpType.RGB_LETTERBOX_CVTCOLOR_EXT:
        place = {"output": None, "resize": size, "edges": (0, 0, 0, 0)}
    padding = None if box.fill is None else (box.fill,) * 3
    return {"op_type": kind, "kernel": box.kernel, "padding": padding, **place}


def _no_operator(steps: Sequence[Op], asked: OpType | None) -> VcompError:
    named = ", ".join(type(step).__name__ for step in steps) or "no resize at all"
    return VcompError(
        f"the chip has no fused operator for {named}" if asked is None else f"{asked.value} does not do {named}",
        where="preprocess",
        expected="Resize, or Resize and CenterCrop, or Letterbox, with ToBGR and Normalize as needed",
        mend="rewrite the steps, or do the rest on the host and say runtime=None",
    )


def _color(kind: OpType, *, swapped: bool) -> ColorCvtCode:
    if kind.takes_nv12:
        return ColorCvtCode.YUV2BGR_NV12 if swapped else ColorCvtCode.YUV2RGB_NV12
    return ColorCvtCode.RGB2BGR if swapped else ColorCvtCode.NO_CHANGE


def _norma_type(op: Normalize) -> NormaType:
    if op.mean is None:
        return NormaType.DIV255 if op.div255 else NormaType.EQUAL
    return NormaType.DIV255_MINUSMEAN_DIVSTD if op.div255 else NormaType.MINUSMEAN_DIVSTD


def _three(values: Sequence[float] | None) -> tuple[float, ...] | None:
    """One value per channel of the operator, which always works on three; a grey network reads the first."""
    return tuple(values) * (3 // len(values)) if values else None


def unfuse(op: VdspOp) -> tuple[tuple[Op, ...], FusedOp]:
    """The ops that an operator does on an RGB image, and what they leave unsaid of it."""
    swaps = op.color in _SWAPS
    ops = (
        Decode(),
        *([ToBGR()] if swaps else []),
        *_steps(op),
        *_normalize(op),
        ToTensor(),
    )
    usual = _color(op.op_type, swapped=swaps)
    usual_format = ImageFormat.YUV_NV12 if op.op_type.takes_nv12 else ImageFormat.RGB_PLANAR
    return ops, FusedOp(
        op_type=None if op.op_type in _PLAIN else op.op_type,
        image_format=None if op.image_format is usual_format else op.image_format,
        color=None if op.color in (usual, *_SWAPS[:2]) else op.color,
        color_space=None if op.space is ColorSpace.BT601 else op.space,
        padding_type=None if op.padding_type is PaddingType.CONSTANT else op.padding_type,
    )


_PLAIN = (OpType.RGB_RESIZE_CVTCOLOR, OpType.RGB_RESIZE_CVTCOLOR_CROP, OpType.RGB_LETTERBOX_CVTCOLOR)


def _steps(op: VdspOp) -> list[Op]:
    """The steps that change the size; VcompError if the operator does not say to what."""
    match op.op_type.geometry:
        case ():
            return []
        case (Step.RESIZE,):
            height, width = _said(op.output, "OimageHeight and OimageWidth")
            return [Resize(height=height, width=width, kernel=op.kernel)]
        case (Step.RESIZE, Step.CROP):
            height, width = _said(op.resize, "ResizeHeight and ResizeWidth")
            top, left = _said(op.output, "OimageHeight and OimageWidth")
            return [Resize(height=height, width=width, kernel=op.kernel), CenterCrop(height=top, width=left)]
        case (Step.CROP, Step.RESIZE):
            top, left = _said(op.crop_size, "CropHeight and CropWidth")
            height, width = _said(op.output, "OimageHeight and OimageWidth")
            return [CenterCrop(height=top, width=left), Resize(height=height, width=width, kernel=op.kernel)]
        case _:
            height, width = _said(op.resize or op.output, "a size")
            fill = None if op.padding is None else op.padding[0]
            return [Letterbox(height=height, width=width, fill=fill, kernel=op.kernel)]


def _said(size: tuple[int, int] | None, keys: str) -> tuple[int, int]:
    if size is None:
        raise VcompError(f"{keys} are missing", expected="a size: no other file says one")
    return size


def _normalize(op: VdspOp) -> list[Op]:
    ones, mean, std = (1.0,) * 3, op.mean, op.std
    match op.norma:
        case NormaType.EQUAL:
            return []
        case NormaType.DIV255:
            return [Normalize()]
        case NormaType.DIV1275_MINUSONE:
            return [Normalize(mean=(127.5,) * 3, std=(127.5,) * 3, div255=False)]
        case NormaType.MINUSMEAN:
            return [Normalize(mean=mean, std=ones, div255=False)]
        case _:
            return [Normalize(mean=mean, std=std, div255=op.norma is NormaType.DIV255_MINUSMEAN_DIVSTD)]
