"""What kind of value a key takes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Kind:
    """The values that a key takes: what they are called, and whether one is such a value.

    `words` are all that are known of a text; with `or_null` null is a value, too.
    """

    called: str
    fits: Callable[[Any], bool]
    words: tuple[str, ...] = ()
    or_null: bool = False

    def takes(self, value: Any) -> bool:
        return (value is None and self.or_null) or self.fits(value)


def optional(kind: Kind) -> Kind:
    return replace(kind, called=f"{kind.called} or null", or_null=True)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def word_of(words: Iterable[str]) -> Kind:
    listed = tuple(words)
    return Kind(f"one of {', '.join(listed)}", _is_text, listed)


ANY = Kind("any value", lambda _: True)
TEXT = Kind("a text", lambda value: _is_text(value) and bool(value.strip()))
VERSION = Kind("a version", lambda value: _is_text(value) or _is_number(value))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
WHOLE = Kind("an integer", _is_whole)
COUNT = Kind("an integer from 1", lambda value: _is_whole(value) and value >= 1)
AMOUNT = Kind("an integer from 0", lambda value: _is_whole(value) and value >= 0)
PIXEL_SIDE = Kind("an integer from 1 to 65536", lambda value: _is_whole(value) and 1 <= value <= 1 << 16)
NUMBER = Kind("a number", _is_number)
SHARE = Kind("a number above 0, at most 1", lambda value: _is_number(value) and 0 < value <= 1)
INDICES = Kind("a list of integers from 0", _list_of(lambda item: _is_whole(item) and item >= 0))
WHOLES = Kind("a list of integers", _list_of(_is_whole))
WHOLE_LISTS = Kind("a list of lists of integers", _list_of(_list_of(_is_whole)))
NUMBERS = Kind("a list of numbers", _list_of(_is_number))
TEXTS = Kind("a list of texts", _list_of(_is_text))
TRIPLE = Kind("three numbers", lambda value: _list_of(_is_number)(value) and len(value) == 3)
PIXEL = Kind(
    "three integers from 0 to 255",
    lambda value: _list_of(_is_number)(value) and len(value) == 3 and all(0 <= item <= 255 for item in value),
)
SIDES = Kind(
    "[height, width]",
    lambda value: (
        _list_of(_is_whole)(value) and len(value) == 2 and value[0] >= 1 and (value[1] >= 1 or value[1] == -1)
    ),
)
CUT = Kind("[height, width]", lambda value: _list_of(_is_whole)(value) and len(value) == 2 and min(value) >= 1)
