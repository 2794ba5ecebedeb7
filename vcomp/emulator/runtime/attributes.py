"""The attributes of an operator: words and numbers in the JSON, integers and lists of them in a script."""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.codes import (
    AttrKey,
    Code,
    ColorCvtCode,
    ImageColorSpace,
    ImageFlipType,
    ImagePaddingType,
    ImageResizeType,
    ImageType,
    ImageWarpAffineMode,
    NormaType,
)

Config = Mapping[str, Any]

# The JSON's keys whose value is a word: the codes it stands for, and what their names have in front of the word.
_WORDS: Final[Mapping[str, tuple[type[Code], str]]] = {
    "IimageFormat": (ImageType, ""),
    "OimageFormat": (ImageType, ""),
    "ResizeType": (ImageResizeType, ""),
    "ColorCvtCode": (ColorCvtCode, ""),
    "NormaType": (NormaType, ""),
    "ColorSpace": (ImageColorSpace, "COLOR_SPACE_"),
    "EdgePaddingType": (ImagePaddingType, "PADDING_TYPE_"),
    "Direction": (ImageFlipType, "FLIP_TYPE_"),
    "Flags": (ImageWarpAffineMode, "WARP_AFFINE_MODE_"),
    "BorderMode": (ImagePaddingType, "PADDING_TYPE_"),
}


def json_key(key: Any) -> str:
    """`AttrKey.RESIZE_WIDTH` as the JSON's `ResizeWidth`."""
    if not isinstance(key, AttrKey):
        raise EmulatorError(f"{key!r} is no attribute", expected="a member of AttrKey, such as AttrKey.RESIZE_WIDTH")
    return "".join(word.capitalize() for word in key.name.split("_"))


def attribute_name(key: str) -> str:
    """`ResizeWidth` as `RESIZE_WIDTH`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).upper()


def as_code(key: str, value: Any) -> Any:
    """A value of the JSON as a script sees it: the integer for a word, anything else as it is."""
    if key not in _WORDS or not isinstance(value, str):
        return value
    codes, prefix = _WORDS[key]
    code = codes.__members__.get(prefix + value)
    return value if code is None else int(code)


def as_word(key: str, value: Any) -> Any:
    """What a script sets, as the JSON says it: words for codes, plain numbers and lists for numpy's and tuples."""
    if isinstance(value, np.ndarray):
        return as_word(key, value.tolist())
    if isinstance(value, (list, tuple)):
        return [as_word(key, item) for item in value]
    if key not in _WORDS or isinstance(value, str):
        return value.item() if hasattr(value, "item") else value
    codes, prefix = _WORDS[key]
    return codes(value).name.removeprefix(prefix)
