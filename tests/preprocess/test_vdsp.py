"""The vdsp_params JSON: what is written is read back, and what cannot be an operator is refused by key."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.preprocess.strategies import fusible
from vcomp.errors import VcompError
from vcomp.preprocess.vdsp import (
    MAX_JSON_BYTES,
    USES_MEAN,
    ColorCvtCode,
    ImageFormat,
    NormaType,
    OpType,
    VdspOp,
    fuse,
    load_vdsp,
    read_vdsp,
    write_vdsp,
)
from vcomp.spec import Decode, Kernel, Normalize, Op, Resize, ToBGR, ToTensor

SIZE = st.tuples(st.integers(1, 1 << 16), st.integers(1, 1 << 16))
HALF = st.floats(-65504, 65504)
NONZERO = st.one_of(st.floats(-65504, -(2**-24)), st.floats(2**-24, 65504))


@st.composite
def operators(draw: st.DrawFn) -> VdspOp:
    op_type, norma = draw(st.sampled_from(OpType)), draw(st.sampled_from(NormaType))
    return VdspOp(
        op_type=op_type,
        output=draw(SIZE),
        norma=norma,
        color=draw(st.sampled_from(ColorCvtCode)),
        kernel=draw(st.sampled_from(Kernel)),
        image_format=draw(st.sampled_from(ImageFormat)),
        mean=draw(st.tuples(HALF, HALF, HALF)) if norma in USES_MEAN else None,
        std=draw(st.tuples(NONZERO, NONZERO, NONZERO)) if norma in USES_MEAN else None,
        resize=draw(SIZE) if op_type is OpType.CROP else None,
        crop=draw(st.tuples(*[st.integers(0, 1 << 16)] * 2)) if op_type is OpType.CROP else None,
        padding=draw(st.none() | st.tuples(*[st.integers(0, 255)] * 3)) if op_type is OpType.LETTERBOX else None,
    )


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
        write_vdsp(VdspOp(OpType.RESIZE, None, NormaType.EQUAL))


def document(kind: OpType = OpType.RESIZE, **changes: Any) -> dict[str, Any]:
    """A small sound document with some keys of OpConfig replaced; those that are ... are left out."""
    config = {
        "IimageFormat": "RGB_PLANAR",
        "NormaType": "EQUAL",
        "ColorCvtCode": "NO_CHANGE",
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


def test_the_plain_bilinear_word_is_read_as_opencvs() -> None:
    assert read_vdsp(document(ResizeType="BILINEAR"), where="").kernel is Kernel.BILINEAR_CV


@pytest.mark.parametrize("kind", OpType)
def test_sizes_may_be_left_to_the_model_and_the_script(kind: OpType) -> None:
    op = read_vdsp(document(kind, OimageWidth=..., OimageHeight=...), where="")
    assert (op.output, op.resize, op.crop) == (None, None, None)


@pytest.mark.parametrize("padding", [[0, 127, 255], [0.0, 127.0, 255.0]])
def test_padding_is_read_as_integers(padding: list[float]) -> None:
    assert read_vdsp(document(OpType.LETTERBOX, Padding=padding), where="").padding == (0, 127, 255)


MEANS = {"NormaType": "MINUSMEAN_DIVSTD", "Mean": [1, 2, 3], "Std": [1, 2, 3]}
CROP = {"ResizeWidth": 9, "ResizeHeight": 9, "CropX": 0, "CropY": 0}


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (OpType.RESIZE, {"IimageFormat": ...}, "IimageFormat is missing"),
        (OpType.RESIZE, {"NormaType": ...}, "NormaType is missing"),
        (OpType.RESIZE, {"ColorCvtCode": None}, "ColorCvtCode is missing"),
        (OpType.RESIZE, {"ResizeType": ...}, "ResizeType is missing"),
        (OpType.RESIZE, {"ColorCvtCode": "RGB2GBR"}, "did you mean 'RGB2BGR'?"),
        (OpType.RESIZE, {"ResizeType": "NEAREST"}, "unknown ResizeType 'NEAREST'"),
        (OpType.RESIZE, {"NormaType": ["EQUAL"]}, "unknown NormaType"),
        (OpType.RESIZE, {"OimageWidth": ...}, "OimageWidth is None"),
        (OpType.RESIZE, {"OimageHeight": ...}, "OimageHeight is None"),
        (OpType.RESIZE, {"OimageWidth": 0}, "OimageWidth is 0"),
        (OpType.RESIZE, {"OimageWidth": 1 << 17}, "OimageWidth is 131072"),
        (OpType.RESIZE, {"OimageWidth": True}, "OimageWidth is True"),
        (OpType.RESIZE, {"OimageWidth": 8.0}, "OimageWidth is 8.0"),
        (OpType.RESIZE, {"OimageWidth": "8"}, "OimageWidth is '8'"),
        (OpType.RESIZE, {**MEANS, "Mean": ...}, "Mean is None"),
        (OpType.RESIZE, {**MEANS, "Mean": [1, 2]}, "Mean is [1, 2]"),
        (OpType.RESIZE, {**MEANS, "Mean": [1, 2, "3"]}, "Mean is [1, 2, '3']"),
        (OpType.RESIZE, {**MEANS, "Mean": [1, 2, True]}, "Mean is [1, 2, True]"),
        (OpType.RESIZE, {**MEANS, "Mean": [1, 2, float("nan")]}, "Mean is [1, 2, nan]"),
        (OpType.RESIZE, {**MEANS, "Mean": [1, 2, 70000]}, "expected three numbers up to 65504"),
        (OpType.RESIZE, {**MEANS, "Mean": [1, 2, 10**400]}, "Mean is [1, 2, 1000"),
        (OpType.RESIZE, {**MEANS, "Std": [1, 0, 1]}, "that are not zero in fp16"),
        (OpType.RESIZE, {**MEANS, "Std": [1, 1e-9, 1]}, "that are not zero in fp16"),
        (OpType.CROP, {**CROP, "ResizeHeight": ...}, "ResizeHeight is None"),
        (OpType.CROP, {**CROP, "CropX": -1}, "CropX is -1"),
        (OpType.LETTERBOX, {"Padding": [0, 0]}, "Padding is [0, 0]"),
        (OpType.LETTERBOX, {"Padding": [0, 0, 256]}, "Padding is [0, 0, 256]"),
        (OpType.LETTERBOX, {"Padding": [0, 0, -1]}, "expected three integers from 0 to 255"),
        (OpType.LETTERBOX, {"Padding": [0, 0, 0.5]}, "expected three integers from 0 to 255"),
        (OpType.LETTERBOX, {"Padding": [0, 0, float("inf")]}, "Padding is [0, 0, inf]"),
        (OpType.LETTERBOX, {"Padding": None}, "Padding is None"),
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
        ({"OpType": OpType.RESIZE.value, "OpConfig": None}, "not an operator"),
        ({}, "OpType is missing"),
        ({"OpType": "BERT_EMBEDDING_OP"}, "unknown OpType 'BERT_EMBEDDING_OP'"),
        ({"vdsp_op_type": 301}, "OpType is missing"),
        ({"OpType": OpType.RESIZE.value}, "NormaType is missing"),
    ],
)
def test_a_document_of_another_kind_is_refused(content: Any, says: str) -> None:
    with pytest.raises(VcompError) as caught:
        read_vdsp(content, where="here")
    assert says in str(caught.value)


WORDS = st.sampled_from([*OpType, *NormaType, *ColorCvtCode, *ImageFormat, *Kernel]).map(lambda word: str(word.value))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=5,
)
KEYS = st.sampled_from(
    "IimageFormat NormaType ColorCvtCode ResizeType OimageWidth OimageHeight ResizeWidth ResizeHeight CropX CropY Mean "
    "Std Padding".split()
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
