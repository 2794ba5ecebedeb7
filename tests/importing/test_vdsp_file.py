"""Every operator that public vdsp files hold finds its place in a spec, and comes back out of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importing.world import World, a_json, a_yaml, import_one
from vcomp.importing.comparison import Normalisation, Status
from vcomp.spec import (
    BertEmbedding,
    CenterCrop,
    Decode,
    FusedOp,
    Letterbox,
    Normalize,
    OpType,
    Resize,
    ToBGR,
    ToTensor,
    VendorOperator,
)

NAME = "timm-net-vdsp_params.json"
COMMON = {"NormaType": "DIV255", "ResizeType": "BILINEAR_CV", "ColorCvtCode": "NO_CHANGE", "IimageFormat": "RGB_PLANAR"}
SIZE = {"OimageWidth": 32, "OimageHeight": 16}
INNER = {"IimageWidth": 32, "IimageHeight": 16, "IimageWidthPitch": 32, "IimageHeightPitch": 16}


def operator(kind: OpType, **config: Any) -> str:
    color = {"ColorCvtCode": "YUV2RGB_NV12", "IimageFormat": "YUV_NV12"} if kind.takes_nv12 else {}
    return json.dumps({"OpType": kind.value, "OpConfig": {**COMMON, **color, **config}})


def sizes(kind: OpType) -> dict[str, int]:
    words = [step.name for step in kind.geometry]
    resize = {"ResizeWidth": 32, "ResizeHeight": 16}
    if words == ["RESIZE", "CROP"]:
        return {**SIZE, **resize, "CropX": 0, "CropY": 0}
    if words == ["CROP", "RESIZE"]:
        return {**SIZE, "CropX": 3, "CropY": 4, "CropWidth": 40, "CropHeight": 20}
    if kind is OpType.RGB_LETTERBOX_CVTCOLOR_EXT:
        return {**resize, "PaddingTop": 0, "PaddingBottom": 0, "PaddingLeft": 0, "PaddingRight": 0}
    return SIZE if words else {}


@pytest.mark.parametrize("kind", OpType)
def test_every_fused_operator_comes_back(tmp_path: Path, kind: OpType) -> None:
    file, spec = import_one(tmp_path, operator(kind, **sizes(kind)), NAME)
    assert spec is not None
    assert file.roundtrip in (Status.EQUAL, Status.NORMALISED), file.to_json()
    assert isinstance(spec.runtime, FusedOp)
    assert set(spec.runtime.extra) <= {"CropX", "CropY", *(["ResizeType"] if not kind.geometry else [])}


def one_step(text: str, tmp_path: Path) -> tuple[Any, Any]:
    file, spec = import_one(tmp_path, text, NAME)
    assert spec is not None
    assert file.comparison is not None
    return spec, file


def test_what_fp16_left_of_the_numbers_is_written_as_they_were(tmp_path: Path) -> None:
    spec, file = one_step(a_json(), tmp_path)
    assert spec.preprocess == (
        Decode(),
        Resize(height=224, width=224),
        Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
        ToTensor(),
    )
    assert Normalisation.HALF in file.comparison.normalisations


NORMALISED = {
    "the other word for a swap": ((("NO_CHANGE", "BGR2RGB"),), Normalisation.SWAP_WORD),
    "numbers that are not used": ((("DIV255_MINUSMEAN_DIVSTD", "DIV255"),), Normalisation.DEAD),
    "a std of zero that is not used": (
        (("DIV255_MINUSMEAN_DIVSTD", "DIV255"), ("0.22900390625", "5.960464477539063e-08")),
        Normalisation.DEAD,
    ),
    "x/127.5 - 1": ((("DIV255_MINUSMEAN_DIVSTD", "DIV1275_MINUSONE"),), Normalisation.AFFINE),
    "a pitch that is not the size": (
        (('"OimageWidth"', '"IimageHeight": 224, "IimageHeightPitch": 9, "OimageWidth"'),),
        Normalisation.PITCH,
    ),
}


@pytest.mark.parametrize("case", NORMALISED)
def test_other_words_for_the_same_are_listed(tmp_path: Path, case: str) -> None:
    edits, normalisation = NORMALISED[case]
    _, file = one_step(a_json(*edits), tmp_path)
    assert normalisation in file.comparison.normalisations
    assert file.roundtrip is Status.NORMALISED


@pytest.mark.parametrize(
    ("edit", "line", "says"),
    [
        (("0.22900390625", "5.960464477539063e-08"), 9, "vanishes in fp16"),
        (('"DIV255_MINUSMEAN_DIVSTD"', '"DIV_255"'), 1, "unknown NormaType 'DIV_255'"),
        (('"NormaType"', '"NormType"'), 1, "NormaType is missing"),
        (('"FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR"', "301"), 2, "OpType is 301"),
        (('"OpConfig": {', '"Other": 1, "OpConfig": {'), 3, "Other is 1"),
    ],
)
def test_an_operator_that_is_not_as_it_should_be_is_refused(
    tmp_path: Path, edit: tuple[str, str], line: int, says: str
) -> None:
    file, _ = import_one(tmp_path, a_json(edit), NAME)
    assert file.status == "refused"
    assert says in file.findings[0].message
    assert file.findings[0].line == line


def test_keys_that_are_not_known_are_kept_and_told(tmp_path: Path) -> None:
    edit = ('"IimageFormat": "RGB_PLANAR"', '"IimageFormat": "BGR888", "TensorType0": "FP16", "Scale": [127, 127, 127]')
    spec, file = one_step(a_json(edit), tmp_path)
    assert spec.runtime == FusedOp(image_format="BGR888", extra={"TensorType0": "FP16", "Scale": [127, 127, 127]})
    assert [item.rule for item in file.findings] == ["extra-key", "extra-key"]


def test_operators_without_steps_are_kept_as_they_stand(tmp_path: Path) -> None:
    spec, file = one_step('{"OpType": "BERT_EMBEDDING_OP", "OpConfig": {}}', tmp_path / "bert")
    assert spec.runtime == BertEmbedding()
    assert file.roundtrip is Status.NORMALISED
    spec, file = one_step('{"OpType": "SINGLE_OP_SCALE", "OpConfig": {"Flags": [1, 2]}}', tmp_path / "single")
    assert spec.runtime == VendorOperator(op_type="SINGLE_OP_SCALE", config={"Flags": [1, 2]})
    assert file.roundtrip is Status.EQUAL
    _, file = one_step('{"OpType": "FUSION_OP_RGB_RESISE_CVTCOLOR_NORM_TENSOR", "OpConfig": {}}', tmp_path / "wrong")
    assert "did you mean 'FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR'" in file.findings[0].mend


# -- beside a compile file ---------------------------------------------------------------------------------------------


def pair(tmp_path: Path, yaml: str, text: str) -> tuple[Any, Any]:
    """The one spec of a compile file and its vdsp file, and what became of the latter."""
    world = World(tmp_path)
    world.write("timm_net.yaml", yaml)
    world.write(NAME, text)
    report = world.run()
    assert all(file.roundtrip in (Status.EQUAL, Status.NORMALISED) for file in report.files)
    (spec,) = world.specs().values()
    return spec, next(file for file in report.files if file.path.suffix == ".json")


PIXELS = (
    ("[0.485, 0.456, 0.406]", "[123.675, 116.28, 103.53]"),
    ("[0.229, 0.224, 0.225]", "[58.395, 57.12, 57.375]"),
    ("      mean", "      div255: false\n      mean"),
)


@pytest.mark.parametrize("edits", [(), PIXELS])
def test_one_normalisation_is_written_once_whatever_the_numbers(tmp_path: Path, edits: Any) -> None:
    spec, file = pair(tmp_path, a_yaml(*edits), a_json())
    assert spec.runtime == FusedOp()
    assert not file.findings


def test_a_letterbox_takes_its_fill_from_the_operator(tmp_path: Path) -> None:
    resize = "    - type: Resize\n      size: [224, 224]\n"
    box = "    - {type: Resize, size: [224, -1], adaptive_side: long}\n    - {type: Pad, pad_to_square: true}\n"
    edits = (("_RESIZE_", "_LETTERBOX_"), ('"ResizeType"', '"Padding": [127, 127, 127], "ResizeType"'))
    spec, _ = pair(tmp_path, a_yaml((resize, box)), a_json(*edits))
    assert spec.runtime == FusedOp()
    assert spec.preprocess[1] == Letterbox(height=224, width=224, fill=127)


def test_another_kernel_is_said_alone(tmp_path: Path) -> None:
    spec, _ = pair(tmp_path, a_yaml(), a_json(("BILINEAR_CV", "BILINEAR_PILLOW")))
    assert spec.runtime == FusedOp(kernel="BILINEAR_PILLOW")


def test_other_steps_stand_beside_those_of_the_calibration_and_are_told(tmp_path: Path) -> None:
    spec, file = pair(tmp_path, a_yaml(), a_json(("NO_CHANGE", "RGB2BGR")))
    assert isinstance(spec.runtime, FusedOp)
    assert [type(op) for op in spec.runtime.ops] == [Decode, ToBGR, Resize, Normalize, ToTensor]
    assert spec.runtime.ops[3] == spec.preprocess[2]
    assert [item.rule for item in file.findings] == ["fed-otherwise"]


def test_an_operator_without_sizes_takes_those_of_the_calibration(tmp_path: Path) -> None:
    spec, _ = pair(tmp_path, a_yaml(), a_json(('"OimageWidth": 224,\n        "OimageHeight": 224,\n        ', "")))
    assert spec.runtime == FusedOp()


def test_a_crop_of_all_is_a_resize_of_the_other_operator(tmp_path: Path) -> None:
    crop = '"ResizeWidth": 224, "ResizeHeight": 224, "CropX": 0, "CropY": 0, "OimageWidth"'
    edits = (("CVTCOLOR_NORM", "CVTCOLOR_CROP_NORM"), ('"OimageWidth"', crop))
    spec, _ = pair(tmp_path, a_yaml(), a_json(*edits))
    assert spec.runtime == FusedOp(op_type=OpType.RGB_RESIZE_CVTCOLOR_CROP)
    assert not any(isinstance(op, CenterCrop) for op in spec.preprocess)


def test_an_operator_of_another_size_than_its_network_keeps_its_steps_to_itself(tmp_path: Path) -> None:
    quantizes, rest = a_yaml().index("  quantize"), a_yaml().index("workspace")
    half = (a_yaml()[:quantizes] + a_yaml()[rest:]).replace("int8", "fp16")
    spec, file = pair(tmp_path, half, a_json(('t": 224', 't": 192')))
    assert spec.preprocess == ()
    assert spec.runtime.ops[1] == Resize(height=192, width=224)
    assert file.status == "findings"


LISTED = {
    "vdsp_op_type": "RGB_LETTERBOX_CVTCOLOR_NORMALIZATION_TENSORIZATION_U8",
    "config": [
        {"Property": name, "DType": "int", "ParamType": "x", "Value": value}
        for name, value in {
            "iimage_format": 5000,
            "oimage_width": 640,
            "oimage_height": 640,
            "resize_type": 6,
            "color_cvt_code": 2,
            "norma_type": 6,
            "padding_value_r": 114,
            "padding_value_g": 114,
            "padding_value_b": 114,
        }.items()
    ],
}
FLAT = {
    "vdsp_op_type": 301,
    "iimage_format": 5000,
    "oimage_width": 100,
    "oimage_height": 32,
    "resize_type": 1,
    "color_cvt_code": 2,
    "norma_type": 4,
    **dict.fromkeys(("meanr", "meang", "meanb", "stdr", "stdg", "stdb"), 14336),
}


@pytest.mark.parametrize(("legacy", "kind"), [(LISTED, "listed"), (FLAT, "flat")])
def test_the_legacy_forms_are_read_too(tmp_path: Path, legacy: dict[str, Any], kind: str) -> None:
    spec, file = one_step(json.dumps(legacy), tmp_path)
    assert kind in file.kind
    assert isinstance(spec.runtime, FusedOp)
    assert not spec.runtime.extra
    assert file.roundtrip is Status.NORMALISED
    assert "older-form" in {item.rule for item in file.findings}
