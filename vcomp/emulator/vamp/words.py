"""What stands behind an option of `vamp`, read from text: numbers, ranges, lists, shapes."""

import json
import math
from argparse import ArgumentTypeError
from collections.abc import Sequence
from typing import Any

Shape = tuple[int, ...]

MAX_INSTANCES = 64
MAX_DEVICES = 64
MAX_ELEMENTS = 1 << 28


def positive(text: str) -> int:
    return whole(text, 1)


def whole(text: str, least: int = 0) -> int:
    if not text.strip().isdecimal() or not least <= int(text) <= 1 << 30:
        raise ArgumentTypeError(f"{text!r} is no integer from {least}")
    return int(text)


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise ArgumentTypeError(f"{text!r} is no number of seconds")
    return number


def switch(text: str) -> bool:
    """Whether a number, or a word of YAML, means on."""
    word = text.strip().lower()
    if word in ("true", "yes", "on") or (word.isdecimal() and int(word) > 0):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    raise ArgumentTypeError(f"{text!r} is neither 0 nor 1")


def counts(text: str) -> range:
    """`2`, or a range, `1:4`, both ends included."""
    first, _, last = text.partition(":")
    found = range(positive(first), positive(last or first) + 1)
    if not found or found[-1] > MAX_INSTANCES:
        raise ArgumentTypeError(f"{text!r} is no count up to {MAX_INSTANCES}, nor a range such as 1:4")
    return found


def devices(text: str) -> tuple[int, ...]:
    """`0`, `0:3`, `[0,2]` or `0,2`: each number once."""
    first, colon, last = text.partition(":")
    found = range(whole(first), whole(last) + 1) if colon else _integers(text)
    if not 0 < len(found) <= MAX_DEVICES or len(set(found)) < len(found):
        raise ArgumentTypeError(f"{text!r} is no device, nor a range such as 0:3, nor a list such as [0,2]")
    return tuple(found)


def percentiles(text: str) -> tuple[int, ...]:
    shares = _integers(text)
    if max(shares) > 100:
        raise ArgumentTypeError(f"{text!r} holds more than 100 percent")
    return shares


def shapes(text: str) -> tuple[Shape, ...]:
    """`[3,224,224]` or `3,224,224` for one input, `[[1,384],[1,384]]` for several."""
    try:
        found = json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        found = []
    while len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    several = found if found and isinstance(found[0], list) else [found]
    if not all(_is_shape(shape) for shape in several):
        raise ArgumentTypeError(
            f"{text!r} is no shape: expected [3,H,W], or [[1,L],[1,L]] for several inputs, without spaces or in quotes"
        )
    return tuple(tuple(shape) for shape in several)


def listed(values: Sequence[Any]) -> str:
    """Numbers, or lists of them, without spaces: `[3,224,224]`."""
    return f"[{','.join(listed(value) if isinstance(value, (list, tuple)) else str(value) for value in values)}]"


def typed(several: Sequence[Shape]) -> str:
    """Shapes as they are typed: one alone, or a list of them."""
    return listed(several[0] if len(several) == 1 else several)


def _integers(text: str) -> tuple[int, ...]:
    return tuple(whole(word) for word in text.strip("[]() ").split(","))


def _is_shape(shape: Any) -> bool:
    return (
        isinstance(shape, list)
        and bool(shape)
        and all(type(side) is int and side > 0 for side in shape)
        and math.prod(shape) <= MAX_ELEMENTS
    )
