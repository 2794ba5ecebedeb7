"""The rules that span several fields of a spec. Pure: they look at values, never at files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import assert_never

from vcomp.spec.data import ImageFolder
from vcomp.spec.network import Checkpoint, HuggingFace, OnnxNetwork, TorchNetwork, TorchScriptNetwork, leads_out
from vcomp.spec.ops import (
    CenterCrop,
    CustomFunc,
    Decode,
    Letterbox,
    Normalize,
    Op,
    OpaqueOp,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
    VendorOp,
)
from vcomp.spec.runtime import FusedOp

if TYPE_CHECKING:
    from vcomp.spec.model import ModelSpec


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit: where in the spec, what is wrong, what was expected, how to mend it."""

    at: tuple[str | int, ...]
    says: str
    expected: str
    mend: str


def faults(spec: ModelSpec) -> list[Fault]:
    """All faults of a spec, those that explain others first."""
    found = [*_needed(spec)] or [*_inputs(spec), *_order(spec)]
    if not found and not any(isinstance(op, OpaqueOp) for op in spec.preprocess):
        found += [*_channels(spec), *_size(spec)]  # they can be followed only through a sound sequence
    return [*found, *_targets(spec), *_paths(spec)]


def _needed(spec: ModelSpec) -> Iterator[Fault]:
    """What a spec lacks: a network of one's own needs it all, one that stands alone is compiled without images too."""
    fused = isinstance(spec.runtime, FusedOp)
    lacking = {
        "network": spec.network is None and (bool(spec.targets) or (fused and not spec.preprocess)),
        "inputs": spec.network is not None and not spec.inputs,
        "preprocess": not spec.stands_alone and not spec.preprocess,
        "targets": spec.network is not None and not spec.targets,
        "evaluation": spec.task is not None and spec.evaluation is None,
        "task": spec.evaluation is not None and spec.task is None,
    }
    for field, missing in lacking.items():
        if missing:
            yield Fault((field,), f"ModelSpec lacks {field!r}", f"{field}=…", f"add {field}=…")


def _inputs(spec: ModelSpec) -> Iterator[Fault]:
    shape = spec.inputs[0].shape if spec.inputs else ()
    if not spec.stands_alone and (len(shape) != 4 or shape[0] != 1 or shape[1] not in (1, 3)):
        yield Fault(
            ("inputs", 0, "shape"),
            f"the image input has shape {shape}",
            "(1, 1 or 3, height, width)",
            "the batch size is chosen when the model runs; write 1 here",
        )
    names = [item.name for item in spec.inputs]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault(
                ("inputs", index, "name"), f"two inputs are called {name!r}", "distinct names", "rename one of them"
            )


def _order(spec: ModelSpec) -> Iterator[Fault]:
    ops = spec.preprocess
    if not ops or any(isinstance(op, OpaqueOp) for op in ops):
        return
    for index, op in enumerate(ops):
        if isinstance(op, Decode) != (index == 0):
            yield Fault(
                ("preprocess", index),
                "Decode() is the first op, and only that",
                "Decode() once, at the start",
                "move it" if isinstance(op, Decode) else "write Decode() first",
            )
            return
    if not isinstance(ops[-1], ToTensor) or any(isinstance(op, ToTensor) for op in ops[:-1]):
        yield Fault(
            ("preprocess", len(ops) - 1), "ToTensor() is the last op, and only that", "ToTensor() once, at the end",
            "move it there",
        )  # fmt: skip
    for index, op in enumerate(ops[:-2]):
        if isinstance(op, Normalize):
            yield Fault(
                ("preprocess", index),
                "Normalize() stands before ops that work on pixels",
                "Normalize() right before ToTensor()",
                "the chip normalises after all other steps: move it there",
            )


def channels_after(ops: tuple[Op, ...]) -> int:
    """How many channels an image has after these ops; the first must be Decode."""
    count = 0
    for op in ops:
        match op:
            case Decode():
                count = 1 if op.gray else 3
            case PickChannel():
                count = 1
            case ToBGR() | ToYCrCb() | Resize() | ResizeToFit() | Letterbox() | CenterCrop() | Normalize() | ToTensor():
                pass
            case CustomFunc() | VendorOp():
                pass
            case _:
                assert_never(op)
    return count


def _channels(spec: ModelSpec) -> Iterator[Fault]:
    ops, image = spec.preprocess, spec.image
    for index, op in enumerate(ops):
        before = channels_after(ops[:index])
        if isinstance(op, (ToBGR, ToYCrCb, PickChannel)) and before != 3:
            yield Fault(
                ("preprocess", index), f"{type(op).__name__}() needs three channels, here there is {before}",
                "it after Decode() without gray", "remove one of the two",
            )  # fmt: skip
        if isinstance(op, Normalize):
            for field in ("mean", "std"):
                values = getattr(op, field)
                if values is not None and len(values) != before:
                    yield Fault(
                        ("preprocess", index, field),
                        f"{field} has {_count(len(values), 'value')}, the image has {_count(before, 'channel')} here",
                        f'one value per channel: input "{image.name}" is {"×".join(map(str, image.shape))}'
                        if image
                        else "one value per channel",
                        f"write {field}=({', '.join([repr(values[0])] * before)}{',' * (before == 1)})"
                        if values
                        else f"write {before} values, or leave {field} out",
                    )
    if ops and image and channels_after(ops) != (wanted := image.shape[1]) and not _reads_first(spec, wanted):
        yield Fault(
            ("preprocess",),
            f"preprocessing ends with {_count(channels_after(ops), 'channel')}, input {image.name!r} has {wanted}",
            f"{_count(wanted, 'channel')}",
            "use Decode(gray=True) for one channel, Decode() for three, or correct the input's shape",
        )


def _reads_first(spec: ModelSpec, wanted: int) -> bool:
    """Whether a network of one channel reads the first of the three that an operator gives: the zoo does so."""
    return spec.stands_alone and wanted == 1


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _size(spec: ModelSpec) -> Iterator[Fault]:
    last: tuple[int, int] | None = None
    at = -1
    for index, op in enumerate(spec.preprocess):
        match op:
            case Resize() | Letterbox():
                last, at = (op.height, op.width), index
            case CenterCrop():
                if at >= 0 and last is None:
                    yield Fault(
                        ("preprocess", index), "CenterCrop() follows ResizeToFit(), whose result may be smaller",
                        "a crop after Resize or Letterbox", "use one of these before the crop",
                    )  # fmt: skip
                if last and (op.height > last[0] or op.width > last[1]):
                    yield Fault(
                        ("preprocess", index), f"a crop of {op.height}×{op.width} does not fit in {last[0]}×{last[1]}",
                        "a crop no larger than the image", "enlarge the resize before it, or crop less",
                    )  # fmt: skip
                last, at = (op.height, op.width), index
            case ResizeToFit():
                last, at = None, index
            case _:
                pass
    image = spec.image
    if image is None or image.smallest or not spec.preprocess:
        return
    height, width = spec.size
    if last is None and spec.stands_alone:
        return  # published files hold such steps; `vcomp check` tells of them
    if last is None:
        yield Fault(
            ("preprocess", max(at, 0)),
            "the size of the preprocessed image depends on the picture",
            f"exactly {height}×{width}, as input {image.name!r} has it",
            f"use Resize(height={height}, width={width}), or Letterbox to keep the aspect ratio",
        )
    elif last != (height, width):
        yield Fault(
            ("preprocess", at, "height" if last[0] != height else "width"),
            f"preprocessing ends at {last[0]}×{last[1]}, input {image.name!r} is {height}×{width}",
            "the same height and width",
            f"write height={height}, width={width}, or correct the input's shape",
        )


def _targets(spec: ModelSpec) -> Iterator[Fault]:
    dtypes = _dtypes(spec)
    for index, dtype in enumerate(dtypes):
        if dtype in dtypes[:index]:
            yield Fault(
                ("targets", index), f"two targets are {dtype}: they would overwrite each other", "one of each dtype",
                "make the second one a variant with its own name",
            )  # fmt: skip
    artifacts = [spec.artifact(target) for target in spec.targets]
    for index, artifact in enumerate(artifacts):
        if artifact in artifacts[:index] and dtypes[index] not in dtypes[:index]:
            yield Fault(
                ("targets", index, "artifact"), f"two targets build {artifact!r}: they would overwrite each other",
                "one artifact of each name", "leave artifact out, or make it another",
            )  # fmt: skip
    said = any(key.partition(".")[0] == "dataset" for key in spec.extra)
    if "int8" in dtypes and spec.calibration is None and not said and not isinstance(spec.network, HuggingFace):
        yield Fault(
            ("targets", dtypes.index("int8")), "an int8 target needs images to calibrate on",
            "calibration=ImageFolder(…)", "add a calibration set, or drop the int8 target",
        )  # fmt: skip


def _dtypes(spec: ModelSpec) -> list[str]:
    return [target.dtype for target in spec.targets]


def _paths(spec: ModelSpec) -> Iterator[Fault]:
    paths: list[tuple[tuple[str | int, ...], str | None]] = []
    match spec.network:
        case TorchNetwork():
            paths.append((("network", "weights"), spec.network.weights))
        case OnnxNetwork() | TorchScriptNetwork():
            paths.append((("network", "file"), spec.network.file))
        case Checkpoint() | HuggingFace() | None:
            pass
        case _:
            assert_never(spec.network)
    if isinstance(spec.calibration, ImageFolder) and not spec.calibration.path and "int8" in _dtypes(spec):
        yield Fault(("calibration", "path"), "the folder of the calibration images is empty", "a path", "write it")
    if spec.calibration is not None and not spec.stands_alone:
        paths.append((("calibration", "path"), spec.calibration.path))
    if spec.evaluation is not None:
        paths.append((("evaluation", "images"), spec.evaluation.images))
        paths.append((("evaluation", "masks"), spec.evaluation.masks))
    for at, path in paths:
        if path is not None and leads_out(path):
            base = "the model's folder" if at[0] == "network" else "the data folder (--data, VCOMP_DATA)"
            yield Fault(at, f"path {path!r} leads out of its folder", f"a path relative to {base}", "write it so")
