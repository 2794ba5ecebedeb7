"""The section `graph.extra_ops`: the post-processing that follows the network, read, and fitted to its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcomp.documents import Document, KeyPath
from vcomp.emulator.artifact import Manifest
from vcomp.emulator.postprocess import ExtraOp, fit_heads, read_extra_op
from vcomp.emulator.postprocess.params import Softmax
from vcomp.emulator.runtime.session import image_size
from vcomp.emulator.vamc.section import Section
from vcomp.errors import VcompError

if TYPE_CHECKING:
    from onnx import ModelProto

KEYS: KeyPath = ("graph", "extra_ops")


def read_extra_ops(section: Section) -> ExtraOp | None:
    """The op; None where the section has none, or one that leaves the outputs as they are."""
    if section.data.get("type") is None:
        return None
    kind, params = section.text("type"), section.section("params")
    try:
        return read_extra_op(kind, params.data)
    except VcompError as error:
        named = [key for key in params.data if f"'{key}'" in error.what or f"params.{key}" in error.what]
        where = params.where(named[0]) if named else section.where("type")
        raise _placed(error, where) from error


def fit_extra_op(op: ExtraOp, network: ModelProto, manifest: Manifest, document: Document) -> ExtraOp:
    """The op, told what the network's outputs are; VcompError if it cannot follow this network."""
    where = document.where(*KEYS, "type")
    size = image_size([port.shape for port in manifest.inputs])
    if size is None and not isinstance(op, Softmax):
        inputs = ", ".join(f"{port.name} {port.sizes}" for port in manifest.inputs)
        raise VcompError(f"{op.type} cannot follow a network of {inputs}", where=where, expected="one image, 1×C×H×W")
    try:
        return fit_heads(op, network, size or (1, 1), [port.shape for port in manifest.outputs])
    except VcompError as error:
        raise _placed(error, where) from error


def _placed(error: VcompError, where: str) -> VcompError:
    return VcompError(error.what, where=where, quote=error.quote, expected=error.expected, mend=error.mend)
