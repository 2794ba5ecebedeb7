"""Small ONNX files, and the files around them, for the tests of the emulator."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper, save

OPSET = 11
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64

Side = int | str


def port(name: str, shape: Sequence[Side], dtype: int = FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, dtype, list(shape))


def write_network(
    path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, Any]
) -> Path:
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, tensors)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8), path)
    return path


def write_mean(path: Path, channels: int = 3, size: Side = 8) -> Path:
    """The mean of each channel: the value of an image of one colour comes back exactly."""
    shape = (1, channels, size, size)
    node = helper.make_node("GlobalAveragePool", ["input"], ["output"])
    return write_network(path, [node], [port("input", shape)], [port("output", (1, channels, 1, 1))], {})


def write_segmentation(path: Path) -> Path:
    """Two convolutions and a sigmoid with weights from a fixed seed: 1×3×16×16 to a map of 1×1×16×16."""
    generator = np.random.default_rng(0)
    constants = {
        "w1": generator.normal(0, 0.3, (8, 3, 3, 3)).astype(np.float32),
        "w2": generator.normal(0, 0.3, (1, 8, 1, 1)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["input", "w1"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "w2"], ["c"]),
        helper.make_node("Sigmoid", ["c"], ["output"]),
    ]
    return write_network(path, nodes, [port("input", (1, 3, 16, 16))], [port("output", (1, 1, 16, 16))], constants)


def write_picky(path: Path) -> Path:
    """Looks the brightest value up in a table of 100: brighter images make it fail while it runs."""
    nodes = [
        helper.make_node("ReduceMax", ["input"], ["brightest"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Cast", ["brightest"], ["index"], to=INT64),
        helper.make_node("Gather", ["table", "index"], ["output"]),
    ]
    table = np.arange(100, dtype=np.float32)
    return write_network(path, nodes, [port("input", (1, 3, 8, 8))], [port("output", (1,))], {"table": table})


def write_tokens(path: Path) -> Path:
    """Two inputs and two outputs: int64 ids looked up and scaled by a float; and the sum of the ids."""
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("Mul", ["rows", "scale"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "weight"], ["output"]),
        helper.make_node("ReduceSum", ["ids"], ["count"], axes=[1], keepdims=1),
    ]
    constants = {
        "table": np.arange(20, dtype=np.float32).reshape(10, 2) / 16,
        "weight": np.eye(2, 3, dtype=np.float32),
    }
    inputs = [port("ids", (1, 4), INT64), port("scale", (1, 1))]
    return write_network(path, nodes, inputs, [port("output", (1, 4, 3)), port("count", (1, 1), INT64)], constants)


def write_text(path: Path) -> Path:
    """A network with the three inputs of a text, in the order of compile files: it sums each up."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    nodes = [helper.make_node("ReduceSum", [name], [f"{name}_sum"], axes=[1], keepdims=1) for name in names]
    inputs = [port(name, (1, 4), INT64) for name in names]
    outputs = [port(f"{name}_sum", (1, 1), INT64) for name in names]
    return write_network(path, nodes, inputs, outputs, {})


PROCESS_OPS: list[dict[str, Any]] = [
    {"type": "DecodeImage"},
    {"type": "CvtColor", "code": "COLOR_RGB2BGR"},
    {"type": "Resize", "size": [16, 16]},
    {"type": "Normalize", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
    {"type": "ToTensor"},
]


def compile_document(name: str, checkpoint: str, shapes: dict[str, list[int]], dtype: str = "fp16") -> dict[str, Any]:
    """A compile file as data; int8 calibrates on the images of `images/`."""
    document: dict[str, Any] = {
        "name": name,
        "frontend": {"type": "onnx", "checkpoint": checkpoint, "shape": shapes, "dtype": "fp32"},
        "backend": {"type": "tvm_vacc", "dtype": dtype, "compile": {"data_transport_mode": 1}},
        "workspace": {"path": "./deploy_weights/"},
    }
    if dtype == "int8":
        document["backend"]["quantize"] = {"calibrate_mode": "kl_divergence", "quantize_per_channel": True}
        document["dataset"] = {
            "type": "tvm",
            "path": "images",
            "sampler": {"suffix": "png", "get_data_num": 50},
            "process_ops": PROCESS_OPS,
        }
    return document


def write_yaml(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def write_operator(
    path: Path, op_type: str = "RESIZE_CVTCOLOR", group: str = "RGB_", suffix: str = "", **config: Any
) -> Path:
    """A vdsp_params JSON; as it stands, pixels reach the network as they are."""
    plain = {
        "IimageFormat": "RGB_PLANAR",
        "NormaType": "EQUAL",
        "ColorCvtCode": "NO_CHANGE",
        "ResizeType": "BILINEAR_CV",
    }
    document = {"OpType": f"FUSION_OP_{group}{op_type}_NORM_TENSOR{suffix}", "OpConfig": plain | config}
    path.write_text(json.dumps(document))
    return path
