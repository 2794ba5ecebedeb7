"""The two older forms of a vdsp_params JSON, translated to the current one.

Flat:   {"vdsp_op_type": 301, "iimage_format": 5000, "meanr": 14336, …}
Listed: {"vdsp_op_type": "RGB_…_NORMALIZATION_TENSORIZATION_U8", "config": [{"Property": "meanr", "Value": 14336}, …]}
Keys are in snake case, words may be the vendor's integers, and mean and std are the bits of fp16.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from vcomp.errors import VcompError, shown

# Words by number. Those of the formats and the operators are observed; the others count in the vendor's order.
_WORDS: Final[Mapping[str, Mapping[int, str]]] = {
    "iimage_format": {
        0: "YUV_NV12",
        5000: "RGB_PLANAR",
        5001: "BGR_PLANAR",
        5002: "RGB888",
        5003: "BGR888",
        5004: "GRAY",
    },
    "resize_type": dict(
        enumerate(
            "NO_RESIZE BILINEAR NEAREST BICUBIC LANCZOS BILINEAR_PILLOW BILINEAR_CV LANCZOS_PILLOW LANCZOS_CV "
            "BOX_PILLOW HAMMING_PILLOW BICUBIC_PILLOW NEAREST_CV".split()
        )
    ),
    "color_cvt_code": dict(
        enumerate(
            "YUV2RGB_NV12 YUV2BGR_NV12 NO_CHANGE BGR2RGB BGR2RGB_INTERLEAVE2PLANAR RGB2BGR_INTERLEAVE2PLANAR "
            "BGR2BGR_INTERLEAVE2PLANAR RGB2RGB_INTERLEAVE2PLANAR YUV2GRAY_NV12 BGR2GRAY_INTERLEAVE BGR2GRAY_PLANAR "
            "RGB2GRAY_INTERLEAVE RGB2GRAY_PLANAR RGB2YUV_NV12_PLANAR BGR2YUV_NV12_PLANAR".split()
        )
    ),
    "color_space": {0: "BT709", 1: "BT601"},
    "edge_padding_type": {0: "CONSTANT", 1: "REPLICATE", 2: "REFLECT"},
    "norma_type": dict(  # the first is NONE in the vendor's list, which leaves pixels as they are, as EQUAL does
        enumerate("EQUAL EQUAL MINUSMEAN MINUSMEAN_DIVSTD DIV255_MINUSMEAN_DIVSTD DIV1275_MINUSONE DIV255".split())
    ),
}
_OPERATORS: Final = {
    300 + number: f"RGB_{steps}_NORM_TENSOR"
    for number, steps in enumerate(
        "CVTCOLOR RESIZE_CVTCOLOR RESIZE_CVTCOLOR_CROP CROP_RESIZE_CVTCOLOR LETTERBOX_CVTCOLOR".split()
    )
}
_TRIPLES: Final = {
    "Mean": ("meanr", "meang", "meanb"),
    "Std": ("stdr", "stdg", "stdb"),
    "Padding": ("padding_value_r", "padding_value_g", "padding_value_b"),
}


def is_legacy(document: Any) -> bool:
    return isinstance(document, Mapping) and "vdsp_op_type" in document


def in_current_form(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """{"OpType": …, "OpConfig": {…}} with the same meaning; VcompError if the document is of neither form."""
    values = _listed(document["config"], where) if "config" in document else dict(document)
    apart = {"vdsp_op_type", *(part for triple in _TRIPLES.values() for part in triple)}
    config = {_camel(key): _word(key, value, where) for key, value in values.items() if key not in apart}
    for key, parts in _TRIPLES.items():
        if any(part in values for part in parts):
            triple = [values.get(part) for part in parts]
            config[key] = triple if key == "Padding" else [_half(value) for value in triple]
    return {"OpType": _op_type(document["vdsp_op_type"], where), "OpConfig": config}


def places(document: Mapping[str, Any]) -> dict[str, tuple[str | int, ...]]:
    """Where each key of the current form came from: a key of the flat form, an entry of the listed one."""
    entries = document.get("config")
    found: dict[str, tuple[str | int, ...]]
    if isinstance(entries, Sequence):
        found = {entry["Property"]: ("config", index) for index, entry in enumerate(entries)}
    else:
        found = {str(key): (str(key),) for key in document}
    triples = {key: found[part] for key, parts in _TRIPLES.items() for part in reversed(parts) if part in found}
    return {_camel(key): place for key, place in found.items()} | triples


def _listed(entries: Any, where: str) -> dict[str, Any]:
    """The values of the listed form by name."""
    expected = 'a list of {"Property": name, "Value": value, …}'
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise VcompError(f"config is {shown(entries)}", where=where, expected=expected)
    for entry in entries:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("Property"), str) or "Value" not in entry:
            raise VcompError(f"config holds {shown(entry)}", where=where, expected=expected)
    return {entry["Property"]: entry["Value"] for entry in entries}


def _op_type(value: Any, where: str) -> str:
    name = _number(value, _OPERATORS, "vdsp_op_type", where)
    name = str(name).removeprefix("FUSION_OP_")
    return "FUSION_OP_" + re.sub("NORMALIZATION_TENSORIZATION_U8$", "NORM_TENSOR", name)


def _word(key: str, value: Any, where: str) -> Any:
    return _number(value, _WORDS[key], key, where) if key in _WORDS else value


def _number(value: Any, words: Mapping[int, str], key: str, where: str) -> Any:
    """The word that an integer stands for; anything else as it is."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if value not in words:
        listed = ", ".join(f"{number} ({word})" for number, word in words.items())
        raise VcompError(f"{key} is {value}", where=where, expected=f"one of {listed}")
    return words[value]


def _half(value: Any) -> Any:
    """The number whose fp16 has these bits; None for what are no 16 bits, which the reader will refuse."""
    if not isinstance(value, int) or not 0 <= value < 1 << 16:
        return None
    return float(np.uint16(value).view(np.float16))


def _camel(key: str) -> str:
    return "".join(part.capitalize() for part in str(key).split("_"))
