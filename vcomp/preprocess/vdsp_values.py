"""The values in a vdsp_params JSON: words, integers and triples, each refused with its key."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from vcomp.errors import VcompError, shown, unknown
from vcomp.spec.ops import LARGEST_HALF

LARGEST_SIDE = 1 << 16
Config = Mapping[str, Any]
Word = TypeVar("Word", bound=Enum)


def word(kind: type[Word], config: Config, key: str, where: str, default: Word | None = None) -> Word:
    """One of the words of an enumeration; `default` if the key is absent, and an error if there is none."""
    value = config.get(key)
    if value is None and default is not None:
        return default
    if value is None:
        raise VcompError(f"{key} is missing", where=where, expected=f"one of {', '.join(k.value for k in kind)}")
    try:
        return kind(value)
    except ValueError:
        raise unknown(key, str(value), [known.value for known in kind], where=where) from None


def size(config: Config, prefix: str, where: str) -> tuple[int, int] | None:
    """Height and width, such as ResizeHeight and ResizeWidth; None if the file has neither."""
    return pair(config, f"{prefix}Height", f"{prefix}Width", where, least=1)


def pair(config: Config, first: str, second: str, where: str, *, least: int) -> tuple[int, int] | None:
    """Two integers that stand together; None if the file has neither: the model or the script says them then."""
    if first not in config and second not in config:
        return None
    return integer(config, first, where, least=least), integer(config, second, where, least=least)


def integer(config: Config, key: str, where: str, *, least: int, default: int | None = None) -> int:
    value = config.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= LARGEST_SIDE:
        raise VcompError(f"{key} is {shown(value)}", where=where, expected=f"an integer from {least} to {LARGEST_SIDE}")
    return value


def halves(config: Config, key: str, where: str, *, least: float = 0) -> tuple[float, ...]:
    """Three numbers that fp16 can hold, none nearer to zero than `least`."""
    values = _triple(config.get(key))
    if values is None or not all(least <= abs(value) <= LARGEST_HALF for value in values):
        raise VcompError(
            f"{key} is {shown(config.get(key))}",
            where=where,
            expected=f"three numbers up to {LARGEST_HALF}" + (" that are not zero in fp16" if least else ""),
        )
    return values


def pixel(config: Config, key: str, where: str) -> tuple[int, ...] | None:
    """Three integers of 8 bits; None if the file has none."""
    if key not in config:
        return None
    values = _triple(config[key])
    if values is None or not all(0 <= value <= 255 and value == int(value) for value in values):
        raise VcompError(f"{key} is {shown(config[key])}", where=where, expected="three integers from 0 to 255")
    return tuple(int(value) for value in values)


def _triple(values: Any) -> tuple[float, ...] | None:
    """A list of three numbers as a tuple; None for anything else."""
    fits = isinstance(values, list) and len(values) == 3 and all(type(value) in (int, float) for value in values)
    return tuple(values) if fits else None
