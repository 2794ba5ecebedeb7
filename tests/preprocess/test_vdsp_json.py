"""The vdsp_params JSON: what is written is read back, and what cannot be an operator is refused by key."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.preprocess.strategies import fusible
from vcomp.errors import VcompError
from vcomp.preprocess.fuse import fuse
from vcomp.preprocess.vdsp import (
    BertEmbedding,
    ColorCvtCode,
    ColorSpace,
    ImageFormat,
    NormaType,
    PaddingType,
    VdspOp,
)
from vcomp.preprocess.vdsp_json import MAX_JSON_BYTES, load_document, load_vdsp, read_vdsp, write_vdsp
from vcomp.spec import Decode, Kernel, Normalize, Op, Resize, ToBGR, ToTensor
from vcomp.spec.op_type import OpType, Step

RESIZE, RESIZE_CROP = OpType.RGB_RESIZE_CVTCOLOR, OpType.RGB_RESIZE_CVTCOLOR_CROP
CROP_RESIZE, CVTCOLOR = OpType.RGB_CROP_RESIZE_CVTCOLOR, OpType.RGB_CVTCOLOR
LETTERBOX, EXT = OpType.RGB_LETTERBOX_CVTCOLOR, OpType.RGB_LETTERBOX_CVTCOLOR_EXT
NV12, TO_RGB = OpType.YUV_NV12_CVTCOLOR_RESIZE, OpType.YUV_NV12_RESIZE_2RGB
LETTERBOX_2RGB = OpType.YUV_NV12_LETTERBOX_2RGB

SIDE, PIXELS = st.integers(1, 1 << 16), st.integers(0, 1 << 16)
SIZE = st.tuples(SIDE, SIDE)
HALF = st.floats(-65504, 65504)
NONZERO = st.one_of(st.floats(-65504, -(2**-24)), st.floats(2**-24, 65504))
RGB_FORMATS = [image_format for image_format in ImageFormat if image_format is not ImageFormat.YUV_NV12]


@st.composite
def operators(draw: st.DrawFn) -> VdspOp:
    """Any operator with any values of the attributes that it has."""
    kind, norma = draw(st.sampled_from(OpType)), draw(st.sampled_from(NormaType))
    geometry, inner, ext = kind.geometry, kind.geometry[:-1], kind is OpType.RGB_LETTERBOX_CVTCOLOR_EXT
    fields: dict[str, Any] = {"color": draw(st.sampled_from(ColorCvtCode)), "output": None}
    if kind is OpType.YUV_NV12_RESIZE_2RGB:
        fields["color"] = ColorCvtCode.YUV2RGB_NV12
    if kind.takes_nv12:
        fields |= {"image_format": ImageFormat.YUV_NV12, "space": draw(st.sampled_from(ColorSpace))}
    else:
        fields["image_format"] = draw(st.sampled_from(RGB_FORMATS))
    if geometry:
        fields["kernel"] = draw(st.sampled_from(Kernel))
    if geometry and not ext:
        fields["output"] = draw(SIZE)
    if Step.RESIZE in inner:
        fields["resize"] = draw(SIZE)
    if Step.CROP in geometry:
        fields["crop"] = draw(st.tuples(PIXELS, PIXELS))
    if Step.CROP in inner:
        fields["crop_size"] = draw(SIZE)
    if Step.PAD in geometry:
        fields["padding"] = draw(st.none() | st.tuples(*[st.integers(0, 255)] * 3))
        fields["padding_type"] = draw(st.sampled_from(PaddingType))
    if ext:
        fields["edges"] = draw(st.tuples(*[PIXELS] * 4))
    if norma.uses_mean:
        fields["mean"] = draw(st.tuples(HALF, HALF, HALF))
    if norma.uses_std:
        fields["std"] = draw(st.tuples(NONZERO, NONZERO, NONZERO))
    return VdspOp(op_type=kind, norma=norma, **fields)


@settings(max_examples=300)
@given(op=operators())
def test_what_is_written_is_read_back(op: VdspOp) -> None:
    assert read_vdsp(json.loads(json.dumps(write_vdsp(op))), where="here") == op


@given(ops=fusible())
def test_what_fuse_makes_of_a_spec_is_read_back(ops: list[Op]) -> None:
    assert read_vdsp(json.loads(json.dumps(write_vdsp(fuse(ops)))), where="here") == fuse(ops)


def test_the_operator_of_unetpp_is_written_as_the_zoo_writes_it() -> None:
    ops = [
        Decode(),
        ToBGR(),
        Resize(height=96, width=96),
        Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
        ToTensor(),
    ]
    assert write_vdsp(fuse(ops)) == {
        "OpType": "FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR",
        "OpConfig": {
            "IimageFormat": "RGB_PLANAR",
            "IimageWidth": 96,
            "IimageHeight": 96,
            "OimageWidth": 96,
            "OimageHeight": 96,
            "IimageWidthPitch": 96,
            "IimageHeightPitch": 96,
            "Mean": [0.5, 0.5, 0.5],
            "Std": [0.5, 0.5, 0.5],
            "NormaType": "DIV255_MINUSMEAN_DIVSTD",
            "ColorCvtCode": "RGB2BGR",
            "ResizeType": "BILINEAR_CV",
        },
    }


def test_an_operator_without_a_size_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="without a size"):
        write_vdsp(VdspOp(OpType.RGB_RESIZE_CVTCOLOR, None, NormaType.EQUAL))


def document(kind: OpType = RESIZE, **changes: Any) -> dict[str, Any]:
    """A small sound document with some keys of OpConfig replaced; those that are ... are left out."""
    config = {
        "IimageFormat": "YUV_NV12" if kind.takes_nv12 else "RGB_PLANAR",
        "NormaType": "EQUAL",
        "ColorCvtCode": "YUV2RGB_NV12" if kind.takes_nv12 else "NO_CHANGE",
        "ResizeType": "BILINEAR_CV",
        "OimageWidth": 8,
        "OimageHeight": 4,
        **changes,
    }
    return {"OpType": kind.value, "OpConfig": {key: value for key, value in config.items() if value is not ...}}


def test_keys_that_are_not_needed_are_tolerated() -> None:
    unused = {"Scale": [127, 127, 127], "TensorType0": "FP16", "EdgePaddingType": "CONSTANT", "Padding": "none"}
    assert read_vdsp(document(**unused), where="") == read_vdsp(document(), where="")


def test_mean_and_std_that_are_not_used_may_be_anything() -> None:
    assert read_vdsp(document(NormaType="DIV255", Mean=[1], Std=[0, 0, 0]), where="").mean is None


def test_a_standard_deviation_of_zero_may_stand_where_it_is_not_used() -> None:
    unused = {"NormaType": "DIV255", "Mean": [0.485, 0.456, 0.406], "Std": [0, 0, 0], "Scale": [127, 127, 127]}
    assert read_vdsp(document(LETTERBOX, **unused), where="").std is None


@pytest.mark.parametrize("kind", OpType)
def test_sizes_may_be_left_to_the_model_and_the_script(kind: OpType) -> None:
    op = read_vdsp(document(kind, OimageWidth=..., OimageHeight=...), where="")
    assert (op.output, op.resize, op.crop, op.crop_size) == (None, None, None, None)


def test_the_borders_of_ext_may_be_left_to_the_script() -> None:
    assert read_vdsp(document(EXT), where="").edges == (0, 0, 0, 0)
    assert read_vdsp(document(EXT, PaddingLeft=3, PaddingTop=1), where="").edges == (1, 0, 3, 0)


@pytest.mark.parametrize("kind", [kind for kind in OpType if kind.takes_nv12])
def test_an_operator_of_nv12_takes_nv12_whether_it_says_so_or_not(kind: OpType) -> None:
    for stated in ("YUV_NV12", ...):
        assert read_vdsp(document(kind, IimageFormat=stated), where="").image_format is ImageFormat.YUV_NV12


def test_cvtcolor_alone_needs_neither_a_format_nor_a_kernel() -> None:
    op = read_vdsp(document(CVTCOLOR, IimageFormat=..., ResizeType=...), where="")
    assert op.image_format is ImageFormat.RGB_PLANAR


def test_an_operator_to_rgb_needs_no_colour_code() -> None:
    for kind in (TO_RGB, LETTERBOX_2RGB):
        assert read_vdsp(document(kind, ColorCvtCode=...), where="").color is ColorCvtCode.YUV2RGB_NV12


def test_a_resize_to_rgb_has_no_colour_code_so_any_is_tolerated() -> None:
    assert read_vdsp(document(TO_RGB, ColorCvtCode="NONE"), where="").color is ColorCvtCode.YUV2RGB_NV12


@pytest.mark.parametrize("padding", [[0, 127, 255], [0.0, 127.0, 255.0]])
def test_padding_is_read_as_integers(padding: list[float]) -> None:
    assert read_vdsp(document(LETTERBOX, Padding=padding), where="").padding == (0, 127, 255)


MEANS = {"NormaType": "MINUSMEAN_DIVSTD", "Mean": [1, 2, 3], "Std": [1, 2, 3]}
CROP = {"ResizeWidth": 9, "ResizeHeight": 9, "CropX": 0, "CropY": 0}


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (RESIZE, {"IimageFormat": ...}, "IimageFormat is missing"),
        (RESIZE, {"NormaType": ...}, "NormaType is missing"),
        (RESIZE, {"ColorCvtCode": None}, "ColorCvtCode is missing"),
        (RESIZE, {"ResizeType": ...}, "ResizeType is missing"),
        (RESIZE, {"ColorCvtCode": "RGB2GBR"}, "did you mean 'RGB2BGR'?"),
        (RESIZE, {"ResizeType": "NO_RESIZE"}, "unknown ResizeType 'NO_RESIZE'"),
        (RESIZE, {"ResizeType": 1}, "unknown ResizeType '1'"),
        (RESIZE, {"IimageFormat": "YUV_NV12"}, "expected a format of RGB, BGR or grey"),
        (NV12, {"IimageFormat": "RGB_PLANAR"}, "expected YUV_NV12, or none at all"),
        (NV12, {"ColorSpace": "BT2020"}, "unknown ColorSpace 'BT2020'"),
        (NV12, {"ColorCvtCode": ...}, "ColorCvtCode is missing"),
        (LETTERBOX, {"EdgePaddingType": "WRAP"}, "unknown EdgePaddingType 'WRAP'"),
        (CROP_RESIZE, {"CropWidth": 8}, "CropHeight is None"),
        (CROP_RESIZE, {"CropWidth": 8, "CropHeight": 0}, "CropHeight is 0"),
        (EXT, {"PaddingTop": -1}, "PaddingTop is -1"),
        (EXT, {"ResizeWidth": 8}, "ResizeHeight is None"),
        (RESIZE, {"NormaType": ["EQUAL"]}, "unknown NormaType"),
        (RESIZE, {"OimageWidth": ...}, "OimageWidth is None"),
        (RESIZE, {"OimageHeight": ...}, "OimageHeight is None"),
        (RESIZE, {"OimageWidth": 0}, "OimageWidth is 0"),
        (RESIZE, {"OimageWidth": 1 << 17}, "OimageWidth is 131072"),
        (RESIZE, {"OimageWidth": True}, "OimageWidth is True"),
        (RESIZE, {"OimageWidth": 8.0}, "OimageWidth is 8.0"),
        (RESIZE, {"OimageWidth": "8"}, "OimageWidth is '8'"),
        (RESIZE, {**MEANS, "Mean": ...}, "Mean is None"),
        (RESIZE, {**MEANS, "NormaType": "MINUSMEAN", "Mean": ...}, "Mean is None"),
        (RESIZE, {**MEANS, "Mean": [1, 2]}, "Mean is [1, 2]"),
        (RESIZE, {**MEANS, "Mean": [1, 2, "3"]}, "Mean is [1, 2, '3']"),
        (RESIZE, {**MEANS, "Mean": [1, 2, True]}, "Mean is [1, 2, True]"),
        (RESIZE, {**MEANS, "Mean": [1, 2, float("nan")]}, "Mean is [1, 2, nan]"),
        (RESIZE, {**MEANS, "Mean": [1, 2, 70000]}, "expected three numbers up to 65504"),
        (RESIZE, {**MEANS, "Mean": [1, 2, 10**400]}, "Mean is [1, 2, 1000"),
        (RESIZE, {**MEANS, "Std": [1, 0, 1]}, "that are not zero in fp16"),
        (RESIZE, {**MEANS, "Std": [1, 1e-9, 1]}, "that are not zero in fp16"),
        (RESIZE_CROP, {**CROP, "ResizeHeight": ...}, "ResizeHeight is None"),
        (RESIZE_CROP, {**CROP, "CropX": -1}, "CropX is -1"),
        (LETTERBOX, {"Padding": [0, 0]}, "Padding is [0, 0]"),
        (LETTERBOX, {"Padding": [0, 0, 256]}, "Padding is [0, 0, 256]"),
        (LETTERBOX, {"Padding": [0, 0, -1]}, "expected three integers from 0 to 255"),
        (LETTERBOX, {"Padding": [0, 0, 0.5]}, "expected three integers from 0 to 255"),
        (LETTERBOX, {"Padding": [0, 0, float("inf")]}, "Padding is [0, 0, inf]"),
        (LETTERBOX, {"Padding": None}, "Padding is None"),
    ],
)
def test_a_key_that_is_missing_or_wrong_is_named_with_the_file(
    kind: OpType, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(VcompError) as caught:
        read_vdsp(document(kind, **changes), where="x-vdsp_params.json")
    assert str(caught.value).startswith("x-vdsp_params.json  ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "not an operator"),
        (None, "not an operator"),
        ({"OpType": RESIZE.value, "OpConfig": None}, "not an operator"),
        ({}, "OpType is missing"),
        ({"OpType": 301}, "OpType is 301"),
        ({"OpType": "FUSION_OP"}, "unknown OpType 'FUSION_OP'"),
        ({"OpType": "SINGLE_OP_RESIZE"}, "unknown OpType 'SINGLE_OP_RESIZE'"),
        ({"OpType": "BERT_EMBEDDING_OP"}, "BERT_EMBEDDING_OP takes tensors of a text"),
        ({"OpType": RESIZE.value}, "NormaType is missing"),
    ],
)
def test_a_document_of_another_kind_is_refused(content: Any, says: str) -> None:
    with pytest.raises(VcompError) as caught:
        read_vdsp(content, where="here")
    assert says in str(caught.value)


ENUMERATIONS = (OpType, NormaType, ColorCvtCode, ColorSpace, ImageFormat, PaddingType, Kernel)
WORDS = st.sampled_from([word for words in ENUMERATIONS for word in words]).map(lambda word: str(word.value))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=5,
)
KEYS = st.sampled_from(
    "IimageFormat NormaType ColorCvtCode ColorSpace ResizeType OimageWidth OimageHeight ResizeWidth ResizeHeight CropX "
    "CropY CropWidth CropHeight Mean Std Padding EdgePaddingType PaddingTop PaddingLeft".split()
)


@given(kind=st.sampled_from(OpType), changes=st.dictionaries(KEYS, JUNK))
def test_any_values_are_either_read_or_refused(kind: OpType, changes: dict[str, Any]) -> None:
    try:
        assert read_vdsp(document(kind, **changes), where="here").op_type is kind
    except VcompError as error:
        assert str(error).startswith("here  ")


def test_a_file_is_read_as_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "vdsp.json"
    path.write_text(json.dumps(document()))
    assert load_vdsp(path) == read_vdsp(document(), where="")


@pytest.mark.parametrize("content", [{}, {"OpConfig": {}}, {"OpConfig": {"Scale": [1]}}])
def test_the_operator_of_a_text_is_its_name_alone(tmp_path: Path, content: dict[str, Any]) -> None:
    path = tmp_path / "vdsp.json"
    path.write_text(json.dumps({"OpType": "BERT_EMBEDDING_OP", **content}))
    assert load_vdsp(path) == BertEmbedding()


def test_a_document_of_any_operator_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "vdsp.json"
    path.write_text('{"OpType": "SINGLE_OP_FLIP", "Comment": "of no concern"}')
    assert load_document(path) == {"OpType": "SINGLE_OP_FLIP", "OpConfig": {}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"{'OpType': 1}", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 10_000, "not JSON"),
        (b" " * (MAX_JSON_BYTES + 1), "expected at most 1,048,576"),
    ],
    ids=["empty", "python", "no text", "nested", "digits", "oversized"],
)
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "vdsp.json"
    path.write_bytes(content)
    with pytest.raises(VcompError) as caught:
        load_vdsp(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(VcompError, match="there is no file"):
        load_vdsp(tmp_path / "vdsp.json")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VcompError, match="cannot be read"):
        load_vdsp(tmp_path)
