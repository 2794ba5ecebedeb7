"""The verdict on a file that was imported and rendered again: the same, the same in other words, or different."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vcomp.documents import KeyPath


class Normalisation(str, Enum):
    """A way in which two files may be written differently and mean the same. There are no others."""

    DEFAULT = "a default is written out in one of them"
    EMPTY = "a key without a value is left out"
    NONE_WORD = 'the word "None" is null'
    NULL_FLAG = "a flag of null is false"
    SWAP_WORD = "either colour word swaps red and blue"
    SQUARE = "a square to fit into is written as [N, -1] or [N, N]"
    OLD_KEY = "a key of the older format has its present name"
    NAME = "the name of an input is a text"
    HALF = "mean and std are rounded to fp16 in one of them"
    AFFINE = "normalisation is the same map of pixels, by other numbers"
    DEAD = "mean and std that the NormaType does not use are left out"
    PITCH = "the pitch is the size"


class Status(str, Enum):
    EQUAL = "equal"
    NORMALISED = "normalised"
    DIFFERENT = "different"
    NONE = "none"


@dataclass(frozen=True)
class Difference:
    """One value that is not the same; MISSING stands for a key that one of the two has not."""

    at: KeyPath
    original: Any
    rendered: Any


MISSING = object()
Applied = set[tuple[KeyPath, Normalisation]]


@dataclass(frozen=True)
class Comparison:
    """What was made alike before the rest was compared, and what still differs."""

    applied: tuple[tuple[KeyPath, Normalisation], ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def status(self) -> Status:
        if self.differences:
            return Status.DIFFERENT
        return Status.NORMALISED if self.applied else Status.EQUAL

    @property
    def normalisations(self) -> tuple[Normalisation, ...]:
        used = {normalisation for _, normalisation in self.applied}
        return tuple(normalisation for normalisation in Normalisation if normalisation in used)


def differences(original: Any, rendered: Any, at: KeyPath = ()) -> Iterator[Difference]:
    """Where two values are not the same: key by key in mappings, in whatever order; a number equals its float."""
    if isinstance(original, Mapping) and isinstance(rendered, Mapping):
        for key in [*original, *(key for key in rendered if key not in original)]:
            yield from differences(original.get(key, MISSING), rendered.get(key, MISSING), (*at, key))
    elif isinstance(original, list) and isinstance(rendered, list) and len(original) == len(rendered):
        for index, (mine, theirs) in enumerate(zip(original, rendered, strict=True)):
            yield from differences(mine, theirs, (*at, index))
    elif isinstance(original, bool) != isinstance(rendered, bool) or original != rendered:
        yield Difference(at, original, rendered)
