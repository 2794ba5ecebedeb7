"""Integers as scripts give them, numpy's among them."""

from operator import index
from typing import Any

from vcomp.emulator.errors import EmulatorError


def integer_from(least: int, value: Any, otherwise: str) -> int:
    """The value as Python's own integer; EmulatorError, which says `otherwise`, if it is none or below `least`."""
    try:
        number = least - 1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise EmulatorError(otherwise, expected=f"an integer from {least}")
    return number
