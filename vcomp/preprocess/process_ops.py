"""The ops as `dataset.process_ops` of the compile YAML: written by the renderer, read by the emulated compiler."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from typing_extensions import assert_never

from vcomp.errors import VcompError, unknown
from vcomp.spec import (
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

Entry = dict[str, Any]

_KERNEL_KEYS: dict[Kernel, Entry] = {
    Kernel.BILINEAR_CV: {},
    Kernel.BILINEAR_PILLOW: {"backend": "pillow"},
    Kernel.BICUBIC_PILLOW: {"backend": "pillow", "interpolation": "bicubic"},
}


def write_process_ops(ops: Sequence[Op]) -> list[Entry]:
    """The ops as the YAML's list of mappings."""
    return [entry for op in ops for entry in _write(op)]


def _write(op: Op) -> list[Entry]:
    match op:
        case Decode():
            return [{"type": "DecodeImage", "cv2_flags": 0} if op.gray else {"type": "DecodeImage"}]
        case ToBGR():
            return [{"type": "CvtColor", "code": "COLOR_RGB2BGR"}]
        case ToYCrCb():
            return [{"type": "CvtColor", "code": "COLOR_RGB2YCrCb"}]
        case PickChannel():
            return [{"type": "ChannelSplit", "index": op.index}]
        case Resize():
            return [{"type": "Resize", "size": [op.height, op.width], **_KERNEL_KEYS[op.kernel]}]
        case ResizeToFit():
            return [_write_fit(op)]
        case Letterbox():
            if op.height != op.width:
                raise VcompError(
                    f"Letterbox({op.height}×{op.width}) cannot be calibrated",
                    expected="a square: the compiler's Pad knows only pad_to_square",
                    mend="use a square letterbox, or Resize",
                )
            return [_write_fit(op), {"type": "Pad", "pad_to_square": True}]
        case CenterCrop():
            return [{"type": "CenterCrop", "crop_size": [op.height, op.width]}]
        case Normalize():
            scale = {} if op.div255 else {"div255": False}
            if op.mean is None or op.std is None:
                return [{"type": "Normalize", "norm_type": None, **scale}]
            return [{"type": "Normalize", "mean": list(op.mean), "std": list(op.std), **scale}]
        case ToTensor():
            return [{"type": "ToTensor"}]
        case _:
            assert_never(op)


def _write_fit(op: ResizeToFit | Letterbox) -> Entry:
    size = [op.height, -1] if op.height == op.width else [op.height, op.width]
    return {"type": "Resize", "size": size, "adaptive_side": "long", **_KERNEL_KEYS[op.kernel]}


def read_process_ops(entries: Any) -> tuple[Op, ...]:
    """The YAML's list as ops; VcompError for a type, an argument or a value that is not known."""
    if not isinstance(entries, list) or not entries:
        raise VcompError("dataset.process_ops is not a list", expected="a list of {type: …} mappings")
    ops: list[Op] = []
    for index, entry in enumerate(entries):
        where = f"dataset.process_ops[{index}]"
        if not isinstance(entry, Mapping) or "type" not in entry:
            raise VcompError(f"{entry!r} is not an op", where=where, expected="a mapping with a type")
        arguments = {key: value for key, value in entry.items() if key != "type"}
        if entry["type"] == "Pad":
            ops.append(_read_pad(ops, arguments, where))
            continue
        reader = _READERS.get(str(entry["type"]))
        if reader is None:
            raise unknown("op", str(entry["type"]), [*_READERS, "Pad"], where=where)
        try:
            ops.append(reader(arguments))
        except KeyError as error:
            raise VcompError(f"{entry['type']} lacks {error}", where=where) from None
        except (TypeError, ValueError) as error:
            raise VcompError(f"{entry['type']}: {error}", where=where) from None
        if arguments:
            known = {"Resize": ("size", "adaptive_side", "backend", "interpolation")}.get(str(entry["type"]), ())
            raise unknown(f"argument of {entry['type']}", next(iter(arguments)), known, where=where)
    return tuple(ops)


def _read_pad(ops: list[Op], arguments: Entry, where: str) -> Op:
    if arguments != {"pad_to_square": True}:
        raise VcompError(f"Pad with {arguments} is not known", where=where, expected="pad_to_square: true")
    if not ops or not isinstance(ops[-1], ResizeToFit) or ops[-1].height != ops[-1].width:
        raise VcompError(
            "Pad does not follow a Resize with adaptive_side", where=where, expected="it right after such a Resize"
        )
    last = ops.pop()
    assert isinstance(last, ResizeToFit)
    return Letterbox(height=last.height, width=last.width, kernel=last.kernel)


def _read_decode(arguments: Entry) -> Op:
    arguments.pop("backend", None)  # both decoders give the same RGB pixels
    return Decode(gray=arguments.pop("cv2_flags", 1) == 0)


def _read_color(arguments: Entry) -> Op:
    code = arguments.pop("code")
    if code in ("COLOR_RGB2BGR", "COLOR_BGR2RGB"):
        return ToBGR()
    if code == "COLOR_RGB2YCrCb":
        return ToYCrCb()
    raise ValueError(f"code {code!r} is not known; expected COLOR_RGB2BGR, COLOR_BGR2RGB or COLOR_RGB2YCrCb")


def _read_resize(arguments: Entry) -> Op:
    height, width = arguments.pop("size")
    pillow, bicubic = arguments.pop("backend", "cv2") == "pillow", arguments.pop("interpolation", "") == "bicubic"
    kernel = Kernel.BICUBIC_PILLOW if bicubic else Kernel.BILINEAR_PILLOW if pillow else Kernel.BILINEAR_CV
    side = arguments.pop("adaptive_side", None)
    if side is None:
        return Resize(height=height, width=width, kernel=kernel)
    if side != "long":
        raise ValueError(f"adaptive_side {side!r} is not known; expected long")
    return ResizeToFit(height=height, width=height if width == -1 else width, kernel=kernel)


def _read_crop(arguments: Entry) -> Op:
    arguments.pop("backend", None)  # cutting out is the same in every library
    height, width = arguments.pop("crop_size")
    return CenterCrop(height=height, width=width)


def _read_normalize(arguments: Entry) -> Op:
    div255 = bool(arguments.pop("div255", True))  # absent means true; null means false
    norm_type = arguments.pop("norm_type", None)
    if norm_type not in (None, "None"):
        raise ValueError(f"norm_type {norm_type!r} is not known; expected null")
    return Normalize(mean=arguments.pop("mean", None), std=arguments.pop("std", None), div255=div255)


_READERS: dict[str, Callable[[Entry], Op]] = {
    "DecodeImage": _read_decode,
    "CvtColor": _read_color,
    "ChannelSplit": lambda arguments: PickChannel(index=arguments.pop("index")),
    "Resize": _read_resize,
    "CenterCrop": _read_crop,
    "Normalize": _read_normalize,
    "ToTensor": lambda _: ToTensor(),
}
