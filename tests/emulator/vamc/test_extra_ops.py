"""On-chip post-processing: read from the file, fitted to the network, and part of what the compiled model returns."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from tests.builders import write_tiny_onnx
from tests.emulator import networks
from tests.emulator.vamc.builds import compiled, document, refusal
from vcomp.emulator.artifact import Artifact, read_artifact
from vcomp.emulator.postprocess import apply
from vcomp.emulator.runtime.session import Session

SIDE, CLASSES = 32, 3
YOLO = {
    "type": "yolov8_nms",
    "params": {
        "num_classes": CLASSES,
        "confidence_threshold": 0.25,
        "nms_threshold": 0.45,
        "strides": [8, 16, 32],
    },
}


def write_yolo(path: Path, side: int | str = SIDE) -> None:
    """Three heads of 64 + 3 channels, each a convolution as wide as its stride."""
    generator = np.random.default_rng(0)
    channels, strides = 64 + CLASSES, (8, 16, 32)
    constants = {f"w{s}": generator.normal(0, 0.1, (channels, 3, s, s)).astype(np.float32) for s in strides}
    nodes = [helper.make_node("Conv", ["input", f"w{s}"], [f"head{s}"], strides=[s, s]) for s in strides]
    outputs = [networks.port(f"head{s}", (1, channels, f"h{s}", f"w{s}")) for s in strides]
    networks.write_network(path, nodes, [networks.port("input", (1, 3, side, side))], outputs, constants)


def detecting(shape: Any, dtype: str = "fp16") -> dict[str, Any]:
    data = document(dtype) | {"graph": {"extra_ops": YOLO}}
    data["frontend"]["shape"] = {"input": shape}
    if dtype == "int8":
        data["dataset"]["process_ops"][2] = {"type": "Resize", "size": [SIDE, SIDE]}
    return data


def image(side: int = SIDE) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).uniform(-1, 1, (1, 3, side, side)).astype(np.float32)


def raw(artifact: Artifact) -> Session:
    """The same network without its post-processing."""
    return Session(Artifact(artifact.manifest.model_copy(update={"extra_op": None}), artifact.network))


def test_a_softmax_turns_scores_into_probabilities(world: Path) -> None:
    networks.write_mean(world / "net.onnx", size=16)
    data = document() | {"graph": {"extra_ops": {"type": "softmax"}}}

    path, log = compiled(world, data)

    assert "extra op   softmax" in log
    artifact = read_artifact(path)
    assert artifact.manifest.outputs[0].name == "output"
    given = np.float32([1, 2, 3]).reshape(1, 3, 1, 1) * np.ones((1, 3, 16, 16), np.float32)
    [output] = Session(artifact).run([given])
    expected = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    assert output.dtype == np.float16
    np.testing.assert_allclose(output.ravel(), expected, atol=1e-3)


@pytest.mark.parametrize("dtype", ["fp16", "int8"])
def test_detections_come_out_of_a_compiled_detector(world: Path, dtype: str) -> None:
    write_yolo(world / "net.onnx")

    artifact = read_artifact(compiled(world, detecting([1, 3, SIDE, SIDE], dtype))[0])

    outputs = Session(artifact).run([image()])
    assert [port.shape for port in artifact.manifest.outputs] == [output.shape for output in outputs]
    assert [output.shape[2] for output in outputs] == [1, 1, 4]
    assert artifact.manifest.extra_op
    heads = raw(artifact).run([image()])
    expected = apply(artifact.manifest.extra_op, heads, (SIDE, SIDE))
    assert (outputs[0] != -1).any(), "a test without a detection would show nothing"
    for output, wanted in zip(outputs, expected, strict=True):
        np.testing.assert_array_equal(output, wanted.astype(np.float16))


def test_a_dynamic_detector_detects_at_every_size(world: Path) -> None:
    write_yolo(world / "net.onnx", side="side")
    artifact = read_artifact(compiled(world, detecting([[1, 3, 32, 32], [1, 3, 128, 128]]))[0])

    outputs = Session(artifact).run([image(64)])

    assert artifact.manifest.extra_op
    expected = apply(artifact.manifest.extra_op, raw(artifact).run([image(64)]), (64, 64))
    np.testing.assert_array_equal(outputs[2], expected[2].astype(np.float16))


@pytest.mark.parametrize("extra_ops", [{"type": None, "params": {"num_classes": 3}}, {"type": "insert_odma"}, None])
def test_what_does_nothing_is_left_out(world: Path, extra_ops: Any) -> None:
    path, _ = compiled(world, document() | {"graph": {"extra_ops": extra_ops}})
    assert read_artifact(path).manifest.extra_op is None


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "at", "says"),
    [
        (lambda op: op.update(type="yolo8_nms"), "type: yolo8_nms", "did you mean 'yolov8_nms'?"),
        (lambda op: op.update(type="pointpillar_nms"), "type: pointpillar_nms", "point clouds"),
        (lambda op: op.update(type=3), "type: 3", "graph.extra_ops.type is 3"),
        (lambda op: op.update(params=[1]), "params:", "graph.extra_ops.params is [1]"),
        (lambda op: op["params"].update(num_classes=0), "num_classes: 0", "num_classes is 0"),
        (lambda op: op["params"].update(num_class=3), "num_class: 3", "did you mean 'num_classes'?"),
        (lambda op: op["params"].pop("strides"), "type: yolov8_nms", "params.strides is missing"),
        (lambda op: op["params"].update(num_classes=80), "type: yolov8_nms", "num_classes: 3"),
    ],
)
def test_a_fault_is_named_with_its_line(world: Path, change: Change, at: str, says: str) -> None:
    write_yolo(world / "net.onnx")
    data = copy.deepcopy(detecting([1, 3, SIDE, SIDE]))
    change(data["graph"]["extra_ops"])

    fault = refusal(world, data)

    assert says in fault
    found = re.search(r"net\.yaml:(\d+)  ", fault)
    assert found
    assert (world / "net.yaml").read_text().splitlines()[int(found[1]) - 1].strip() == at


def test_a_detector_needs_an_image(world: Path) -> None:
    networks.write_tokens(world / "net.onnx")
    data = detecting([1, 3, SIDE, SIDE])
    data["frontend"]["shape"] = {"ids": [1, 4], "scale": [1, 1]}
    says = refusal(world, data)
    assert "yolov8_nms cannot follow a network of ids [1, 4], scale [1, 1]" in says
    assert "expected one image" in says


def test_a_network_without_heads_is_refused(world: Path) -> None:
    write_tiny_onnx(world / "net.onnx", side=SIDE)
    assert "cannot be the heads" in refusal(world, detecting([1, 3, SIDE, SIDE]))
