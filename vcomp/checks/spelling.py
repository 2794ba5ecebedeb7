"""When one word is taken for a misspelling of another."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

_CLOSE = 0.8  # from here on a key is taken for a misspelling that may be mended unasked


def similar(key: str, known: str) -> bool:
    return SequenceMatcher(None, key.lower(), known.lower()).ratio() >= _CLOSE


def rename(key: str, close: str | None, section: Mapping[str, Any]) -> str | None:
    """What a misspelt key is renamed to, unless it is not near enough, or the right one is there, too."""
    return close if close and close not in section and similar(key, close) else None
