"""Numbers that fp16 has rounded, as a person would write them."""

import math
from collections.abc import Sequence

import numpy as np

from vcomp.spec import Normalize

KNOWN = (  # what networks are trained with; fp16 keeps three digits of it
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
    (123.675, 116.28, 103.53),
    (58.395, 57.12, 57.375),
    (0.48145466, 0.4578275, 0.40821073),
    (0.26862954, 0.26130258, 0.27577711),
    (103.939, 116.779, 123.68),
)


def plain_triple(values: Sequence[float]) -> tuple[float, ...]:
    """The values themselves if they were not rounded; else well-known ones, or the shortest, that round to them."""
    if any(_half(value) != value for value in values):
        return tuple(values)
    for known in (*KNOWN, *(triple[::-1] for triple in KNOWN)):
        if tuple(map(_half, known)) == tuple(values):
            return known
    return tuple(_shortest(value) for value in values)


def same_halves(one: Normalize, other: Normalize) -> bool:
    """Whether two normalisations are the same once fp16 has rounded them."""
    numbers = [tuple(map(_half, (*(op.mean or ()), *(op.std or ())))) for op in (one, other)]
    return one.div255 == other.div255 and numbers[0] == numbers[1]


def _half(value: float) -> float:
    return float(np.float16(value))


def _shortest(value: float) -> float:
    """The decimal of fewest digits that fp16 rounds to this value."""
    if value == 0 or not math.isfinite(value):
        return value
    for digits in range(1, 12):
        short = float(f"{value:.{digits}g}")
        if _half(short) == value:
            return short
    return value
