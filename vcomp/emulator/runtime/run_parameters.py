"""What a script may say about each item of one call: the dict beside the inputs of run_sync and run_async."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vcomp.emulator.errors import EmulatorError
from vcomp.errors import unknown

Shape = tuple[int, ...]

KEYS = ("rgb_letterbox_ext", "crop_resize_ext", "dynamic_model_input_shapes")


@dataclass(frozen=True)
class ItemParameters:
    """What was said about one item.

    `letterbox`: the width and height to resize to, then the border's top, bottom, left and right. `crop_resize`: x and
    y of the crop, then the width and height to resize to before it. `shapes`: one per input of a dynamic network.
    """

    letterbox: Shape | None = None
    crop_resize: Shape | None = None
    shapes: tuple[Shape, ...] | None = None


def read_run_parameters(params: Any, count: int) -> list[ItemParameters]:
    """One per item of the call; EmulatorError for a key that is not known, or a list of another length."""
    if not params:
        return [ItemParameters()] * count
    if not isinstance(params, Mapping):
        raise EmulatorError(f"the run-time parameters are a {type(params).__name__}", expected="a dict")
    for key in params:
        if key not in KEYS:
            raise EmulatorError.of(unknown("run-time parameter", str(key), KEYS, where="the second argument"))
    letterbox = _per_item(params, "rgb_letterbox_ext", count)
    crop_resize = _per_item(params, "crop_resize_ext", count)
    shapes = _per_item(params, "dynamic_model_input_shapes", count)
    return [
        ItemParameters(
            letterbox=_integers("rgb_letterbox_ext", letterbox[index], "resize_w, resize_h, top, bottom, left, right"),
            crop_resize=_integers("crop_resize_ext", crop_resize[index], "crop_x, crop_y, resize_w, resize_h"),
            shapes=_shapes(shapes[index]),
        )
        for index in range(count)
    ]


def _per_item(params: Mapping[str, Any], key: str, count: int) -> Sequence[Any]:
    value = params.get(key)
    if value is None:
        return [None] * count
    if not isinstance(value, (list, tuple)) or len(value) != count:
        given = f"{len(value)} entries" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"
        raise EmulatorError(f"{key} has {given} for {count} inputs", expected="a list with one entry per input")
    return value


def _integers(key: str, value: Any, expected: str) -> Shape | None:
    if value is None:
        return None
    numbers = _whole(value)
    if numbers is None or len(numbers) != len(expected.split(", ")) or min(numbers) < 0:
        raise EmulatorError(f"{key} holds {value!r}", expected=f"({expected}): integers from 0")
    return numbers


def _shapes(value: Any) -> tuple[Shape, ...] | None:
    if value is None:
        return None
    shapes = [_whole(shape) for shape in value] if isinstance(value, (list, tuple)) else []
    if not shapes or not all(shapes):
        raise EmulatorError(
            f"dynamic_model_input_shapes holds {value!r} for an input",
            expected="a list with one shape per input of the network, such as [[1, 3, 640, 640]]",
        )
    return tuple(shape for shape in shapes if shape)


def _whole(value: Any) -> Shape | None:
    """A sequence of whole numbers, of whatever numeric type, as integers."""
    try:
        numbers = tuple(int(number) for number in value)
        return numbers if all(whole == given for whole, given in zip(numbers, value, strict=True)) else None
    except (TypeError, ValueError):
        return None
