"""The ops as `dataset.process_ops` of the compile YAML: written by the renderer, read by the emulated compiler."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from typing_extensions import assert_never

from vcomp.errors import VcompError, shown, unknown
from vcomp.spec import (
    CenterCrop,
    CustomFunc,
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
    VendorOp,
)

Entry = dict[str, Any]

_KERNEL_KEYS: dict[Kernel, Entry] = {
    Kernel.BILINEAR_CV: {},
    Kernel.BILINEAR: {},  # the same pixels, so far as is known
    Kernel.BILINEAR_PILLOW: {"backend": "pillow"},
    Kernel.BICUBIC: {"interpolation": "bicubic"},
    Kernel.BICUBIC_PILLOW: {"backend": "pillow", "interpolation": "bicubic"},
}


def write_process_ops(ops: Sequence[Op]) -> list[Entry]:
    """The ops as the YAML's list of mappings. A letterbox's fill is lost: the vendor's Pad has no argument for it."""
    return [entry for op in ops for entry in _write(op)]


def _write(op: Op) -> list[Entry]:
    match op:
        case Decode():
            return [{"type": "DecodeImage", **_decode_keys(op)}]
        case ToBGR():
            return [{"type": "CvtColor", "code": "COLOR_RGB2BGR"}]
        case ToYCrCb():
            return [{"type": "CvtColor", "code": "COLOR_RGB2YCrCb"}]
        case PickChannel():
            return [{"type": "ChannelSplit", "index": op.index}]
        case Resize():
            return [{"type": "Resize", "size": [op.height, op.width], **_kernel_keys(op.kernel)}]
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
            backend = {} if op.backend is None else {"backend": op.backend}
            return [{"type": "CenterCrop", "crop_size": [op.height, op.width], **backend}]
        case Normalize():
            scale = {} if op.div255 else {"div255": False}
            if op.mean is None or op.std is None:
                return [{"type": "Normalize", "norm_type": None, **scale}]
            return [{"type": "Normalize", "mean": list(op.mean), "std": list(op.std), **scale}]
        case ToTensor():
            return [{"type": "ToTensor"}]
        case CustomFunc():
            shape = {} if op.input_shape is None else {"input_shape": list(op.input_shape)}
            return [{"type": "CustomFunc", "module_path": op.module_path, "func_name": op.func_name, **shape}]
        case VendorOp():
            return [{"type": op.name, **op.arguments}]
        case _:
            assert_never(op)


def _decode_keys(op: Decode) -> Entry:
    keys: Entry = {"cv2_flags": 0 if op.gray else 1} if op.gray or op.cv2_flags is not None else {}
    return keys if op.backend is None else {**keys, "backend": op.backend}


def _write_fit(op: ResizeToFit | Letterbox) -> Entry:
    size = [op.height, -1] if op.height == op.width else [op.height, op.width]
    return {"type": "Resize", "size": size, "adaptive_side": "long", **_kernel_keys(op.kernel)}


def _kernel_keys(kernel: Kernel) -> Entry:
    if kernel not in _KERNEL_KEYS:
        raise VcompError(
            f"a resize by {kernel.value} cannot be calibrated: the compiler's Resize has no word for it",
            expected=f"one of {', '.join(known.value for known in _KERNEL_KEYS)}",
            mend="resize by one of these, or leave the int8 target out",
        )
    return _KERNEL_KEYS[kernel]


Otherwise = Callable[[int, Mapping[str, Any], VcompError], Op]
"""What to take for an entry, by its index, that cannot be read."""


def read_process_ops(entries: Any, otherwise: Otherwise | None = None) -> tuple[Op, ...]:
    """The YAML's list as ops; VcompError for a type, an argument or a value that is not known.

    With `otherwise` such an entry, if it is a mapping with a type, is what that returns.
    """
    if not isinstance(entries, list) or not entries:
        raise VcompError("dataset.process_ops is not a list", expected="a list of {type: …} mappings")
    ops: list[Op] = []
    for index, entry in enumerate(entries):
        where = f"dataset.process_ops[{index}]"
        if not isinstance(entry, Mapping) or "type" not in entry:
            raise VcompError(f"{shown(entry)} is not an op", where=where, expected="a mapping with a type")
        try:
            _append(ops, entry, where)
        except VcompError as error:
            if otherwise is None:
                raise
            ops.append(otherwise(index, entry, error))
    return tuple(ops)


def _append(ops: list[Op], entry: Mapping[str, Any], where: str) -> None:
    """Put the op of one entry behind those before it; a Pad becomes one with the resize that it follows."""
    kind = str(entry["type"])
    if kind not in _ARGUMENTS:
        raise unknown("op", kind, _ARGUMENTS, where=where)
    arguments = {str(key): value for key, value in entry.items() if key != "type"}
    for key in arguments:
        if key not in _ARGUMENTS[kind]:
            raise unknown(f"argument of {kind}", key, _ARGUMENTS[kind], where=where)
    ops.append(_read_pad(ops, arguments, where) if kind == "Pad" else _read(kind, arguments, where))


def _read(kind: str, arguments: Entry, where: str) -> Op:
    try:
        return _READERS[kind](arguments)
    except KeyError as error:
        raise VcompError(f"{kind} lacks {error}", where=where) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise VcompError(
            f"{kind}: {field} is {shown(first['input'])}" if field else kind,
            where=where,
            expected=str(first["msg"]).removeprefix("Value error, "),
        ) from None
    except ValueError as error:
        raise VcompError(f"{kind}: {error}", where=where) from None


def _read_pad(ops: list[Op], arguments: Entry, where: str) -> Op:
    if arguments != {"pad_to_square": True}:
        raise VcompError(f"Pad with {shown(arguments)} is not known", where=where, expected="pad_to_square: true")
    if not ops or not isinstance(ops[-1], ResizeToFit) or ops[-1].height != ops[-1].width:
        raise VcompError(
            "Pad does not follow a Resize with adaptive_side", where=where, expected="it right after such a Resize"
        )
    last = ops.pop()
    assert isinstance(last, ResizeToFit)
    return Letterbox(height=last.height, width=last.width, fill=None, kernel=last.kernel)


def _read_decode(arguments: Entry) -> Op:
    _word(arguments, "backend", ("cv2", "pillow"))  # both give the same RGB pixels
    flags = arguments.get("cv2_flags", 1)
    if flags not in (0, 1):
        raise ValueError(f"cv2_flags {shown(flags)} is not known; expected 1 (colour) or 0 (grey)")
    stated = 1 if arguments.get("cv2_flags") == 1 else None
    return Decode(gray=flags == 0, cv2_flags=stated, backend=arguments.get("backend"))


def _read_color(arguments: Entry) -> Op:
    code = arguments["code"]
    if code in ("COLOR_RGB2BGR", "COLOR_BGR2RGB"):
        return ToBGR()
    if code == "COLOR_RGB2YCrCb":
        return ToYCrCb()
    raise ValueError(f"code {shown(code)} is not known; expected COLOR_RGB2BGR, COLOR_BGR2RGB or COLOR_RGB2YCrCb")


def _read_resize(arguments: Entry) -> Op:
    height, width = _two(arguments, "size")
    kernel = _read_kernel(arguments)
    if _word(arguments, "adaptive_side", ("long",)) is None:
        return Resize(height=height, width=width, kernel=kernel)
    return ResizeToFit(height=height, width=height if width == -1 else width, kernel=kernel)


def _read_kernel(arguments: Entry) -> Kernel:
    backend = _word(arguments, "backend", ("cv2", "pillow"))
    interpolation = _word(arguments, "interpolation", ("bilinear", "bicubic"))
    if interpolation == "bicubic":
        return Kernel.BICUBIC_PILLOW if backend == "pillow" else Kernel.BICUBIC
    return Kernel.BILINEAR_PILLOW if backend == "pillow" else Kernel.BILINEAR_CV


def _read_crop(arguments: Entry) -> Op:
    _word(arguments, "backend", ("cv2", "pillow"))  # cutting out is the same in both
    height, width = _two(arguments, "crop_size")
    return CenterCrop(height=height, width=width, backend=arguments.get("backend"))


def _read_normalize(arguments: Entry) -> Op:
    div255 = arguments.get("div255", True)  # absent means true; null means false
    norm_type, mean = arguments.get("norm_type"), arguments.get("mean")
    if norm_type not in (None, "None"):
        raise ValueError(f"norm_type {shown(norm_type)} is not known; expected null")
    if "norm_type" in arguments and mean is not None:
        raise ValueError("norm_type says that there is no mean, and there is one; expected one of the two")
    return Normalize(mean=mean, std=arguments.get("std"), div255=False if div255 is None else div255)


def _word(arguments: Entry, key: str, known: Sequence[str]) -> str | None:
    value = arguments.get(key)
    if value is not None and value not in known:
        raise ValueError(f"{key} {shown(value)} is not known; expected {' or '.join(known)}")
    return value


def _two(arguments: Entry, key: str) -> tuple[Any, Any]:
    value = arguments[key]
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{key} is {shown(value)}; expected [height, width]")
    return value[0], value[1]


def _read_custom(arguments: Entry) -> Op:
    shape = arguments.get("input_shape", arguments.get("img_shape"))  # as it is called now, and as it was
    return CustomFunc(module_path=arguments["module_path"], func_name=arguments["func_name"], input_shape=shape)


_READERS: dict[str, Callable[[Entry], Op]] = {
    "DecodeImage": _read_decode,
    "CvtColor": _read_color,
    "ChannelSplit": lambda arguments: PickChannel(index=arguments["index"]),
    "Resize": _read_resize,
    "CenterCrop": _read_crop,
    "Normalize": _read_normalize,
    "ToTensor": lambda _: ToTensor(),
    "CustomFunc": _read_custom,
}
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "DecodeImage": ("cv2_flags", "backend"),
    "CvtColor": ("code",),
    "ChannelSplit": ("index",),
    "Resize": ("size", "adaptive_side", "backend", "interpolation"),
    "CenterCrop": ("crop_size", "backend"),
    "Normalize": ("mean", "std", "norm_type", "div255"),
    "ToTensor": (),
    "CustomFunc": ("module_path", "func_name", "input_shape", "img_shape"),
    "Pad": ("pad_to_square",),
}
