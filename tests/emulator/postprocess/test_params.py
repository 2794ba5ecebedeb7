"""`graph.extra_ops` of a compile file: what is read, and how what cannot be is refused."""

import pytest
import yaml

from tests.conftest import SHARED
from vcomp.emulator.postprocess import ExtraOp, read_extra_op
from vcomp.errors import VcompError

THRESHOLDS = {"num_classes": 80, "nms_threshold": 0.65, "confidence_threshold": 0.001}
ANCHORS = {"anchor": list(range(1, 19)), "strides": [8, 16, 32]}
SOUND = {
    "yolov4_nms": THRESHOLDS | ANCHORS,
    "yolov5_nms": THRESHOLDS | ANCHORS,
    "yolov8_nms": THRESHOLDS | {"strides": [8, 16, 32], "seg_enable": True},
    "yolov10_nms": THRESHOLDS | {"strides": [8, 16, 32]},
    "yolov11_nms": THRESHOLDS | {"strides": [8, 16, 32], "seg_enable": False},
    "yolov12_nms": THRESHOLDS | {"strides": [8, 16, 32, 64]},
    "yolox_nms": THRESHOLDS,
    "retinaface_nms": THRESHOLDS | {"num_classes": 2, "anchor": [16, 32, 64, 128, 256, 512]},
    "softmax": {},
}


def refused(kind, params):
    with pytest.raises(VcompError) as caught:
        read_extra_op(kind, params)
    return str(caught.value)


@pytest.mark.parametrize("kind", SOUND)
def test_every_family_is_read_with_its_params(kind):
    op = read_extra_op(kind, SOUND[kind])

    assert op.type == kind
    assert {name: getattr(op, name) for name in SOUND[kind]} == {
        name: tuple(value) if isinstance(value, list) else value for name, value in SOUND[kind].items()
    }


@pytest.mark.parametrize("kind", SOUND)
def test_every_family_survives_json(kind):
    from pydantic import TypeAdapter

    op, adapter = read_extra_op(kind, SOUND[kind]), TypeAdapter(ExtraOp)

    assert adapter.validate_json(adapter.dump_json(op)) == op


@pytest.mark.parametrize(("kind", "params"), [(None, None), (None, {"num_classes": 80}), ("insert_odma", None)])
def test_what_does_nothing_to_the_outputs_is_none(kind, params):
    assert read_extra_op(kind, params) is None


@pytest.mark.parametrize("kind", ["centerpoint_nms", "pointpillar_nms"])
def test_detection_in_3d_is_refused(kind):
    assert f"{kind} is not emulated" in refused(kind, {"score_thresh": 0.1})


def test_an_unknown_type_is_named_with_the_nearest():
    assert "did you mean 'yolov8_nms'?" in refused("yolov8_nsm", None)
    assert "unknown type of extra_ops '8'" in refused(8, None)
    assert "unknown type of extra_ops '[]'" in refused([], None)


@pytest.mark.parametrize("kind", [kind for kind in SOUND if kind != "softmax"])
def test_an_unknown_parameter_is_named_with_the_nearest(kind):
    message = refused(kind, SOUND[kind] | {"confidence_treshold": 0.1})

    assert f"unknown parameter of {kind} 'confidence_treshold'" in message
    assert "did you mean 'confidence_threshold'?" in message


def test_what_the_compiler_finds_out_itself_is_no_parameter():
    assert "unknown parameter of yolox_nms 'heads'" in refused("yolox_nms", THRESHOLDS | {"heads": None})


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in SOUND for name in SOUND[kind] if name != "seg_enable"]
)
def test_a_missing_parameter_is_named(kind, name):
    message = refused(kind, {key: value for key, value in SOUND[kind].items() if key != name})

    assert f"{kind}: params.{name} is missing" in message
    assert f"add {name} to params" in message


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("num_classes", 0, "params.num_classes is 0\n    expected an integer from 1 to 10000"),
        ("num_classes", "80", "params.num_classes is '80'\n    expected an integer"),
        ("num_classes", True, "params.num_classes is True\n    expected an integer"),
        ("nms_threshold", 1.5, "params.nms_threshold is 1.5\n    expected a number from 0 to 1"),
        ("confidence_threshold", float("nan"), "params.confidence_threshold is nan\n    expected a number from 0 to 1"),
        ("confidence_threshold", None, "params.confidence_threshold is None\n    expected a number from 0 to 1"),
        ("strides", [], "params.strides is []\n    expected 1 to 8 different integers"),
        ("strides", [8, 0, 32], "params.strides.1 is 0\n    expected 1 to 8 different integers"),
        ("strides", 8, "params.strides is 8\n    expected 1 to 8 different integers"),
        ("strides", [8, 8, 16], "strides [8, 8, 16] holds one twice"),
        ("anchor", [10, 13], "anchor holds 2 numbers, not 6 for each of the 3 strides"),
        ("anchor", [-1] * 18, "params.anchor.0 is -1\n    expected a list of numbers from 0"),
        ("anchor", "10", "params.anchor is '10'\n    expected a list of numbers from 0"),
    ],
)
def test_a_value_out_of_range_is_refused(name, value, says):
    assert f"yolov5_nms: {says}" in refused("yolov5_nms", SOUND["yolov5_nms"] | {name: value})


@pytest.mark.parametrize("value", [[16, 32], [1] * 7])
def test_retinaface_has_two_anchors_per_stride(value):
    assert "6 numbers from 0" in refused("retinaface_nms", SOUND["retinaface_nms"] | {"anchor": value})


def test_yolov10_does_not_segment():
    assert "YOLOv10 has no segmentation" in refused("yolov10_nms", SOUND["yolov10_nms"] | {"seg_enable": True})


def test_seg_enable_is_true_or_false():
    assert "expected true or false" in refused("yolov8_nms", SOUND["yolov8_nms"] | {"seg_enable": "yes"})


def test_params_must_be_a_mapping():
    assert "params is [80]" in refused("yolox_nms", [80])


def test_all_public_compile_files_are_read():
    folder = SHARED / "corpus" / "vastmodelzoo"
    if not folder.is_dir():
        pytest.skip(f"no corpus in {folder}")
    seen = []
    for path in sorted(folder.rglob("*.yaml")):
        document = yaml.safe_load(path.read_text())
        extra_ops = (document.get("graph") or {}).get("extra_ops") if isinstance(document, dict) else None
        if not extra_ops or extra_ops.get("type") in ("centerpoint_nms", "pointpillar_nms"):
            continue
        op = read_extra_op(extra_ops.get("type"), extra_ops.get("params"))
        seen.append(op.type if op else None)
    assert {"softmax", "yolov5_nms", "yolov8_nms", "yolov11_nms", "yolov12_nms", "yolox_nms"} <= set(seen)
