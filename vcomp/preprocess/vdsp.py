"""The fused operator of the vdsp_params JSON: how a sequence of ops becomes one, and its JSON form.

Names are the vendor's. The order of words in an OpType is the order of its steps.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from vcomp.errors import VcompError, shown, unknown
from vcomp.files import read_bounded
from vcomp.spec import CenterCrop, Decode, Kernel, Letterbox, Normalize, Op, Resize, ToBGR, ToTensor
from vcomp.spec.ops import LARGEST_HALF

MAX_JSON_BYTES = 1 << 20
DEFAULT_PADDING = (114, 114, 114)  # the files leave it out; the vendor's samples that state it say 114


class OpType(str, Enum):
    RESIZE = "FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR"
    CROP = "FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR"
    LETTERBOX = "FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR"


class NormaType(str, Enum):
    EQUAL = "EQUAL"
    DIV255 = "DIV255"
    DIV1275_MINUSONE = "DIV1275_MINUSONE"
    MINUSMEAN_DIVSTD = "MINUSMEAN_DIVSTD"
    DIV255_MINUSMEAN_DIVSTD = "DIV255_MINUSMEAN_DIVSTD"


class ColorCvtCode(str, Enum):
    NO_CHANGE = "NO_CHANGE"
    RGB2BGR = "RGB2BGR"  # either word swaps channels 0 and 2
    BGR2RGB = "BGR2RGB"


class ImageFormat(str, Enum):
    RGB_PLANAR = "RGB_PLANAR"
    BGR_PLANAR = "BGR_PLANAR"
    RGB888 = "RGB888"
    BGR888 = "BGR888"


USES_MEAN = (NormaType.MINUSMEAN_DIVSTD, NormaType.DIV255_MINUSMEAN_DIVSTD)


@dataclass(frozen=True)
class VdspOp:
    """One fused operator. Sizes are (height, width); `output` None means the model's own input size."""

    op_type: OpType
    output: tuple[int, int] | None
    norma: NormaType
    color: ColorCvtCode = ColorCvtCode.NO_CHANGE
    kernel: Kernel = Kernel.BILINEAR_CV
    image_format: ImageFormat = ImageFormat.RGB_PLANAR
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    resize: tuple[int, int] | None = None  # CROP only
    crop: tuple[int, int] | None = None  # CROP only: top, left
    padding: tuple[int, ...] | None = None  # LETTERBOX only


def fuse(ops: Sequence[Op]) -> VdspOp:
    """The one fused operator that does what the ops do; VcompError if the chip has none."""
    steps = [op for op in ops if not isinstance(op, (Decode, ToBGR, ToTensor))]
    swaps = sum(isinstance(op, ToBGR) for op in ops)
    last = steps[-1] if steps else None
    normal = last if isinstance(last, Normalize) else Normalize(div255=False)  # without one, x stays as it is
    if normal is last:
        steps.pop()
    common: dict[str, Any] = {
        "norma": _norma_type(normal),
        "color": ColorCvtCode.RGB2BGR if swaps % 2 else ColorCvtCode.NO_CHANGE,
        "mean": _three(normal.mean),
        "std": _three(normal.std),
    }
    match steps:
        case [Resize() as size]:
            return VdspOp(OpType.RESIZE, (size.height, size.width), kernel=size.kernel, **common)
        case [Resize() as size, CenterCrop() as cut]:
            offset = ((size.height - cut.height) // 2, (size.width - cut.width) // 2)
            return VdspOp(
                OpType.CROP,
                (cut.height, cut.width),
                kernel=size.kernel,
                resize=(size.height, size.width),
                crop=offset,
                **common,
            )
        case [Letterbox() as box]:
            return VdspOp(
                OpType.LETTERBOX, (box.height, box.width), kernel=box.kernel, padding=(box.fill,) * 3, **common
            )
        case _:
            raise _no_operator(steps)


def _no_operator(steps: Sequence[Op]) -> VcompError:
    return VcompError(
        f"the chip has no fused operator for {', '.join(type(step).__name__ for step in steps) or 'no resize at all'}",
        where="preprocess",
        expected="Resize, or Resize and CenterCrop, or Letterbox, with ToBGR and Normalize as needed",
        mend="rewrite the steps, or do the rest on the host",
    )


def _norma_type(op: Normalize) -> NormaType:
    if op.mean is None:
        return NormaType.DIV255 if op.div255 else NormaType.EQUAL
    return NormaType.DIV255_MINUSMEAN_DIVSTD if op.div255 else NormaType.MINUSMEAN_DIVSTD


def _three(values: Sequence[float] | None) -> tuple[float, ...] | None:
    """One value per channel of the operator, which always works on three; a grey network reads the first."""
    return tuple(values) * (3 // len(values)) if values else None


def write_vdsp(op: VdspOp) -> dict[str, Any]:
    """The operator as the JSON's object. Pitch equals size: images are packed without padding."""
    if op.output is None:
        raise ValueError("an operator without a size cannot be written")
    inner = op.resize or op.output  # what the zoo's files give as input size; the runtime takes the image's own
    config: dict[str, Any] = {
        "IimageFormat": op.image_format.value,
        "IimageWidth": inner[1],
        "IimageHeight": inner[0],
        "OimageWidth": op.output[1],
        "OimageHeight": op.output[0],
        "IimageWidthPitch": inner[1],
        "IimageHeightPitch": inner[0],
    }
    if op.resize and op.crop:
        config |= {"ResizeWidth": op.resize[1], "ResizeHeight": op.resize[0]}
        config |= {"CropX": op.crop[1], "CropY": op.crop[0]}
    if op.mean and op.std:
        config |= {"Mean": list(op.mean), "Std": list(op.std)}
    config |= {"NormaType": op.norma.value, "ColorCvtCode": op.color.value, "ResizeType": op.kernel.value}
    if op.padding:
        config["Padding"] = list(op.padding)
    return {"OpType": op.op_type.value, "OpConfig": config}


def load_vdsp(path: Path) -> VdspOp:
    """Read a vdsp_params JSON; VcompError if it is no JSON, or not an operator that is known."""
    try:
        document = json.loads(read_bounded(path, MAX_JSON_BYTES))
    except FileNotFoundError:
        raise VcompError(f"there is no file {path}", expected="a vdsp_params JSON") from None
    except OSError as error:
        raise VcompError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise VcompError(f"not JSON: {error}", where=str(path)) from None
    return read_vdsp(document, where=str(path))


def read_vdsp(document: Any, *, where: str) -> VdspOp:
    """A JSON object as an operator. Keys that are not needed are tolerated, as the vendor's loader does."""
    if not isinstance(document, Mapping) or not isinstance(document.get("OpConfig", {}), Mapping):
        raise VcompError("not an operator", where=where, expected='{"OpType": …, "OpConfig": {…}}')
    config = document.get("OpConfig", {})
    op_type = _word(OpType, document, "OpType", where)
    norma = _word(NormaType, config, "NormaType", where)
    uses_mean = norma in USES_MEAN
    crops = op_type is OpType.CROP
    return VdspOp(
        op_type=op_type,
        output=_size(config, "Oimage", where),
        norma=norma,
        color=_word(ColorCvtCode, config, "ColorCvtCode", where),
        kernel=_word(Kernel, config, "ResizeType", where),
        image_format=_word(ImageFormat, config, "IimageFormat", where),
        mean=_halves(config, "Mean", where) if uses_mean else None,
        std=_halves(config, "Std", where, least=2**-24) if uses_mean else None,
        resize=_size(config, "Resize", where) if crops else None,
        crop=_pair(config, "CropY", "CropX", where, 0) if crops else None,
        padding=_padding(config, where) if op_type is OpType.LETTERBOX else None,
    )


Word = TypeVar("Word", bound=Enum)


def _word(kind: type[Word], config: Mapping[str, Any], key: str, where: str) -> Word:
    value = config.get(key)
    if value is None:
        raise VcompError(f"{key} is missing", where=where, expected=f"one of {', '.join(k.value for k in kind)}")
    if key == "ResizeType" and value == "BILINEAR":
        value = Kernel.BILINEAR_CV.value  # the plain filter is unpublished; OpenCV's is the nearest known
    try:
        return kind(value)
    except ValueError:
        raise unknown(key, str(value), [word.value for word in kind], where=where) from None


def _size(config: Mapping[str, Any], prefix: str, where: str) -> tuple[int, int] | None:
    return _pair(config, f"{prefix}Height", f"{prefix}Width", where, 1)


def _pair(config: Mapping[str, Any], first: str, second: str, where: str, least: int) -> tuple[int, int] | None:
    """Two integers that stand together; None if the file has neither: the model or the script says them then."""
    if first not in config and second not in config:
        return None
    return _integer(config, first, where, least), _integer(config, second, where, least)


def _integer(config: Mapping[str, Any], key: str, where: str, least: int) -> int:
    value = config.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 1 << 16:
        raise VcompError(f"{key} is {shown(value)}", where=where, expected=f"an integer from {least} to {1 << 16}")
    return value


def _halves(config: Mapping[str, Any], key: str, where: str, least: float = 0) -> tuple[float, ...]:
    """Three numbers that fp16 can hold, none nearer to zero than `least`."""
    values = _triple(config.get(key))
    if values is None or not all(least <= abs(value) <= LARGEST_HALF for value in values):
        raise VcompError(
            f"{key} is {shown(config.get(key))}",
            where=where,
            expected=f"three numbers up to {LARGEST_HALF}" + (" that are not zero in fp16" if least else ""),
        )
    return values


def _padding(config: Mapping[str, Any], where: str) -> tuple[int, ...] | None:
    if "Padding" not in config:
        return None
    values = _triple(config["Padding"])
    if values is None or not all(0 <= value <= 255 and value == int(value) for value in values):
        raise VcompError(f"Padding is {shown(config['Padding'])}", where=where, expected="three integers from 0 to 255")
    return tuple(int(value) for value in values)


def _triple(values: Any) -> tuple[float, ...] | None:
    """A list of three numbers as a tuple; None for anything else."""
    fits = isinstance(values, list) and len(values) == 3 and all(type(value) in (int, float) for value in values)
    return tuple(values) if fits else None
