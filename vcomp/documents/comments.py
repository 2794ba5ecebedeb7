"""The comments of a YAML text: what follows a # that is not part of a value."""

import re
from bisect import bisect_right

Position = tuple[int, int]  # line and column, from 0
Spans = list[tuple[Position, Position]]

_MARK = re.compile(r"(?:^|(?<=\s))#")


def comments(text: str, values: Spans) -> dict[int, str]:
    """Each comment without its #, by its line from 1; `values` are the scalars of the text, in order."""
    found: dict[int, str] = {}
    if "#" not in text:
        return found
    starts = [start for start, _ in values]
    for number, line in enumerate(text.split("\n")):
        for mark in _MARK.finditer(line):
            at = (number, mark.start())
            before = bisect_right(starts, at) - 1
            if before < 0 or at >= values[before][1]:
                found[number + 1] = line[mark.end() :].strip()
                break
    return found
