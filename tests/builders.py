"""Small specs and networks for tests."""

from pathlib import Path
from typing import Any

import numpy as np

from vcomp.spec import (
    BinarySegmentation,
    Decode,
    Fp16,
    ImageFolder,
    Input,
    Int8,
    MaskPairs,
    ModelSpec,
    Normalize,
    OnnxNetwork,
    Resize,
    ToBGR,
    ToTensor,
)


def a_spec(**changes: Any) -> ModelSpec:
    """A sound spec with some fields replaced."""
    fields: dict[str, Any] = {
        "name": "tiny",
        "task": BinarySegmentation(),
        "network": OnnxNetwork(file="tiny.onnx"),
        "inputs": [Input(name="input", shape=(1, 3, 32, 32))],
        "preprocess": [
            Decode(),
            ToBGR(),
            Resize(height=32, width=32),
            Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
            ToTensor(),
        ],
        "calibration": ImageFolder(path="calibration/images", limit=8),
        "evaluation": MaskPairs(images="evaluation/images", masks="evaluation/masks"),
        "targets": [Fp16(), Int8()],
    }
    return ModelSpec(**{**fields, **changes})


def write_tiny_onnx(
    path: Path, *, side: int = 32, channels: int = 3, name: str = "input", open_sides: bool = False
) -> Path:
    """A network of two convolutions that finds what is bright: channels×side×side to 1×side×side probabilities."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    shape: list[int | str] = ["batch", channels, "h", "w"] if open_sides else [1, channels, side, side]
    mixed: list[int | str] = ["batch", 1, "h", "w"] if open_sides else [1, 1, side, side]
    first = np.full((4, channels, 3, 3), 1 / (9 * channels), np.float32)
    second = np.full((1, 4, 1, 1), 2.0, np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", [name, "w1"], ["a"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Conv", ["b", "w2", "bias"], ["c"]),
            helper.make_node("Sigmoid", ["c"], ["output"]),
        ],
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, mixed)],
        [
            numpy_helper.from_array(first, "w1"),
            numpy_helper.from_array(second, "w2"),
            numpy_helper.from_array(np.asarray([-1.0], np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    return path


TINY_SPEC = '''"""A small network for tests."""

from vcomp.spec import (
    BinarySegmentation, Decode, Fp16, ImageFolder, Input, Int8, MaskPairs, ModelSpec, Normalize, OnnxNetwork, Resize,
    ToTensor,
)

spec = ModelSpec(
    name="tiny",
    task=BinarySegmentation(threshold=0.5),
    network=OnnxNetwork(file="tiny.onnx"),
    inputs=[Input(name="input", shape=(1, 3, 32, 32))],
    preprocess=[
        Decode(),
        Resize(height=32, width=32),
        Normalize(mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)),
        ToTensor(),
    ],
    calibration=ImageFolder(path="calibration/images", limit=8),
    evaluation=MaskPairs(images="evaluation/images", masks="evaluation/masks"),
    targets=[Fp16(), Int8(calibrate="max")],
)
'''


def write_tiny_model(project: Path) -> Path:
    """`models/tiny` with a spec and its network; returns the folder."""
    folder = project / "models" / "tiny"
    write_tiny_onnx(folder / "tiny.onnx")
    (folder / "spec.py").write_text(TINY_SPEC)
    return folder
