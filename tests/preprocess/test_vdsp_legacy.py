"""The two older forms of the vdsp_params JSON: each says the same as its current twin."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcomp.errors import VcompError
from vcomp.preprocess.vdsp import ColorCvtCode, ColorSpace, ImageFormat, NormaType, PaddingType, VdspOp
from vcomp.preprocess.vdsp_json import read_vdsp
from vcomp.spec import Kernel
from vcomp.spec.op_type import OpType


def bits(value: float) -> int:
    """The fp16 nearest to a value, as the integer that its bits are."""
    return int(np.float16(value).view(np.uint16))


FLAT: dict[str, Any] = {
    "vdsp_op_type": 302,
    "iimage_format": 5003,
    "iimage_width": 64,
    "iimage_height": 48,
    "oimage_width": 40,
    "oimage_height": 30,
    "resize_width": 50,
    "resize_height": 44,
    "resize_type": 6,
    "crop_x": 5,
    "crop_y": 7,
    "color_cvt_code": 3,
    "color_space": 1,
    "meanr": bits(0.485),
    "meang": bits(0.456),
    "meanb": bits(-0.5),
    "stdr": bits(0.229),
    "stdg": bits(0.224),
    "stdb": bits(1),
    "norma_type": 4,
}
CURRENT = {
    "OpType": "FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR",
    "OpConfig": {
        "IimageFormat": "BGR888",
        "OimageWidth": 40,
        "OimageHeight": 30,
        "ResizeWidth": 50,
        "ResizeHeight": 44,
        "ResizeType": "BILINEAR_CV",
        "CropX": 5,
        "CropY": 7,
        "ColorCvtCode": "BGR2RGB",
        "Mean": [0.485107421875, 0.4560546875, -0.5],
        "Std": [0.22900390625, 0.2239990234375, 1.0],
        "NormaType": "DIV255_MINUSMEAN_DIVSTD",
    },
}
LETTERBOX = {
    "oimage_width": 640,
    "oimage_height": 384,
    "iimage_format": "RGB_PLANAR",
    "resize_type": "BILINEAR_PILLOW",
    "color_cvt_code": "NO_CHANGE",
    "norma_type": "DIV255",
    "padding_value_r": 114,
    "padding_value_g": 115,
    "padding_value_b": 116,
    "edge_padding_type": 0,
}


def read(document: Any) -> VdspOp:
    return read_vdsp(document, where="here")


def flat(**changes: Any) -> VdspOp:
    return read({**FLAT, **changes})


def listed(name: str, **values: Any) -> dict[str, Any]:
    """The form with a list of properties."""
    return {
        "vdsp_op_type": name,
        "config": [
            {"Property": key, "DType": "INT", "ParamType": "ELEMENT", "Value": value} for key, value in values.items()
        ],
    }


def test_the_flat_form_says_what_its_twin_says() -> None:
    assert read(FLAT) == read(CURRENT)


def test_the_listed_form_says_what_its_twin_says() -> None:
    op = read(listed("RGB_LETTERBOX_CVTCOLOR_NORMALIZATION_TENSORIZATION_U8", **LETTERBOX))
    assert op.op_type is OpType.RGB_LETTERBOX_CVTCOLOR
    assert (op.output, op.padding, op.kernel) == ((384, 640), (114, 115, 116), Kernel.BILINEAR_PILLOW)


@pytest.mark.parametrize("kind", [kind for kind in OpType if not kind.name.endswith("EXT")])
def test_every_older_operator_has_its_older_name(kind: OpType) -> None:
    name = kind.value.removeprefix("FUSION_OP_").replace("NORM_TENSOR", "NORMALIZATION_TENSORIZATION_U8")
    values = {key: value for key, value in FLAT.items() if key != "vdsp_op_type"}
    assert read(listed(name, **{**values, "iimage_format": 0 if kind.takes_nv12 else 5000})).op_type is kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (300, OpType.RGB_CVTCOLOR),
        (301, OpType.RGB_RESIZE_CVTCOLOR),
        (302, OpType.RGB_RESIZE_CVTCOLOR_CROP),
        (303, OpType.RGB_CROP_RESIZE_CVTCOLOR),
        (304, OpType.RGB_LETTERBOX_CVTCOLOR),
    ],
)
def test_operators_go_by_number(number: int, kind: OpType) -> None:
    assert flat(vdsp_op_type=number).op_type is kind


@pytest.mark.parametrize(
    ("key", "numbers", "field"),
    [
        (
            "iimage_format",
            {
                5000: ImageFormat.RGB_PLANAR,
                5001: ImageFormat.BGR_PLANAR,
                5002: ImageFormat.RGB888,
                5003: ImageFormat.BGR888,
                5004: ImageFormat.GRAY,
            },
            "image_format",
        ),
        (
            "resize_type",
            {
                1: Kernel.BILINEAR,
                2: Kernel.NEAREST,
                3: Kernel.BICUBIC,
                4: Kernel.LANCZOS,
                5: Kernel.BILINEAR_PILLOW,
                6: Kernel.BILINEAR_CV,
                7: Kernel.LANCZOS_PILLOW,
                8: Kernel.LANCZOS_CV,
                9: Kernel.BOX_PILLOW,
                10: Kernel.HAMMING_PILLOW,
                11: Kernel.BICUBIC_PILLOW,
                12: Kernel.NEAREST_CV,
            },
            "kernel",
        ),
        (
            "color_cvt_code",
            {
                0: ColorCvtCode.YUV2RGB_NV12,
                2: ColorCvtCode.NO_CHANGE,
                3: ColorCvtCode.BGR2RGB,
                5: ColorCvtCode.RGB2BGR_INTERLEAVE2PLANAR,
                8: ColorCvtCode.YUV2GRAY_NV12,
                14: ColorCvtCode.BGR2YUV_NV12_PLANAR,
            },
            "color",
        ),
        (
            "norma_type",
            {
                0: NormaType.EQUAL,
                1: NormaType.EQUAL,
                2: NormaType.MINUSMEAN,
                3: NormaType.MINUSMEAN_DIVSTD,
                4: NormaType.DIV255_MINUSMEAN_DIVSTD,
                5: NormaType.DIV1275_MINUSONE,
                6: NormaType.DIV255,
            },
            "norma",
        ),
    ],
)
def test_words_go_by_number(key: str, numbers: dict[int, Any], field: str) -> None:
    for number, word in numbers.items():
        assert getattr(flat(**{key: number}), field) is word


def test_the_words_of_few_operators_go_by_number_too() -> None:
    resize = "YUV_NV12_CVTCOLOR_RESIZE_NORMALIZATION_TENSORIZATION_U8"
    values = {"resize_type": 1, "color_cvt_code": 0, "norma_type": 1}
    assert [read(listed(resize, color_space=number, **values)).space for number in (0, 1)] == [
        ColorSpace.BT709,
        ColorSpace.BT601,
    ]
    box = "RGB_LETTERBOX_CVTCOLOR_NORMALIZATION_TENSORIZATION_U8"
    for number, word in enumerate((PaddingType.CONSTANT, PaddingType.REPLICATE, PaddingType.REFLECT)):
        assert read(listed(box, **{**LETTERBOX, "edge_padding_type": number})).padding_type is word


@given(value=st.floats(-60000, 60000, width=16))
def test_constants_are_the_bits_of_fp16(value: float) -> None:
    mean = flat(meanr=bits(value), meang=bits(value), meanb=bits(value)).mean
    assert mean == (value,) * 3


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"vdsp_op_type": 299}, "vdsp_op_type is 299"),
        ({"vdsp_op_type": "YUV_NV12_2RGB_NOISE_NORMALIZATION_TENSORIZATION_U8"}, "unknown OpType"),
        ({"vdsp_op_type": None}, "unknown OpType"),
        ({"resize_type": 13}, "resize_type is 13"),
        ({"resize_type": 0}, "unknown ResizeType 'NO_RESIZE'"),
        ({"color_cvt_code": 99}, "expected one of 0 (YUV2RGB_NV12), 1"),
        ({"meanr": 1 << 16}, "Mean is [None, "),
        ({"meanr": 0.5}, "Mean is [None, "),
        ({"stdb": bits(0)}, "that are not zero in fp16"),
        ({"stdb": bits(float("inf"))}, "Std is [0.22900390625, 0.2239990234375, inf]"),
        ({"config": "iimage_format"}, "config is 'iimage_format'"),
        ({"config": {}}, "config is {}"),
        ({"config": [1]}, "config holds 1"),
        ({"config": [{"Property": "meanr"}]}, "config holds {'Property': 'meanr'}"),
        ({"config": [{"Property": 3, "Value": 3}]}, "config holds {'Property': 3, 'Value': 3}"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_file(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(VcompError) as caught:
        flat(**changes)
    assert str(caught.value).startswith("here  ")
    assert says in str(caught.value)


JUNK = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(), max_size=3)
)


@given(changes=st.dictionaries(st.sampled_from(sorted(FLAT)), JUNK))
def test_any_values_are_either_read_or_refused(changes: dict[str, Any]) -> None:
    for document in ({**FLAT, **changes}, listed("RGB_RESIZE_CVTCOLOR_NORM_TENSOR", **{**FLAT, **changes})):
        try:
            assert isinstance(read(document), VdspOp)
        except VcompError as error:
            assert str(error).startswith("here  ")
