"""The network files that compile YAMLs and specs name, where they are there."""

from collections.abc import Iterator
from pathlib import Path

from vcomp.checks.compile_file import CompileFile
from vcomp.checks.graph import Network
from vcomp.checks.models import ModelFiles
from vcomp.checks.where import found, is_open
from vcomp.errors import VcompError
from vcomp.networks.onnx_file import OnnxFile, describe_onnx
from vcomp.render import layout
from vcomp.spec import BinarySegmentation, ModelSpec, OnnxNetwork

WORKSPACE = "workspace"


def network_of(file: CompileFile) -> Iterator[Network]:
    """The ONNX file that a compile YAML takes, if it is there."""
    checkpoint = file.text("frontend", "checkpoint") or ""
    if not checkpoint.lower().endswith(".onnx") or is_open(checkpoint):
        return
    path = found(file.path, checkpoint)
    if path is not None:
        softmax = file.text("graph", "extra_ops", "type") == "softmax"
        yield Network(
            path=path,
            described=_described(path),
            inputs=file.shapes,
            all_names=tuple(map(str, file.mapping("frontend", "shape"))),
            at=lambda name: file.at("frontend", "shape", *([name] if name else []), spot=None),
            outputs=1 if softmax else None,
        )


def networks_of(files: ModelFiles) -> Iterator[Network]:
    """The ONNX files of a model's specs: their own, or what was exported into the workspace."""
    for spec in files.model.specs:
        path = _onnx_of(spec, files.model.folder)
        if path.is_file():
            size = spec.inputs[0].shape[2:]
            segments = isinstance(spec.task, BinarySegmentation)
            yield Network(
                path=path,
                described=_described(path),
                inputs={item.name: item.shape for item in spec.inputs},
                all_names=tuple(item.name for item in spec.inputs),
                at=lambda _: files.at("inputs=", "Input("),
                outputs=1 if segments else None,
                output=(1, 1, *size) if segments else None,
            )


def _onnx_of(spec: ModelSpec, folder: Path) -> Path:
    if isinstance(spec.network, OnnxNetwork):
        return folder / spec.network.file
    return folder / WORKSPACE / layout.checkpoint(spec)


def _described(path: Path) -> OnnxFile | VcompError:
    try:
        return describe_onnx(path)
    except VcompError as error:
        return error
