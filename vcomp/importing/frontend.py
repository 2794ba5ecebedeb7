"""The section `frontend` of a compile YAML: the network's file and its inputs, as parts of a spec."""

from collections.abc import Mapping
from typing import Any

from vcomp.documents import Document
from vcomp.errors import VcompError, shown
from vcomp.importing.values import attempted, fault_at, section_of, typed
from vcomp.spec import Checkpoint, HuggingFace, Input, TokenInput, WeightQuantize


def read_frontend(document: Document) -> tuple[Checkpoint | HuggingFace, list[Any]]:
    frontend = section_of(document.data, "frontend")
    path = frontend.get("checkpoint")
    if not isinstance(path, str) or not path.strip() or len(path) > 1000:
        raise fault_at(document, ("frontend", "checkpoint"), "the network's file, or folder")
    shapes = section_of(frontend, "shape")
    if not shapes:
        raise fault_at(document, ("frontend", "shape"), "each input of the network with its shape")
    if frontend.get("type") == "huggingface":
        options = section_of(frontend, "model_kwargs")
        network: Checkpoint | HuggingFace = typed(HuggingFace, {**options, "quantize": _weights(frontend)}, path=path)
    else:
        kind = frontend.get("type")
        usual = Checkpoint(path=path).frontend
        network = typed(
            Checkpoint, {"framework": kind if kind != usual else None}, path=path, dtype=_input_dtype(frontend)
        )
    return network, [_input(document, str(name), shapes[name], isinstance(network, HuggingFace)) for name in shapes]


def _input_dtype(frontend: Mapping[str, Any]) -> Any:
    dtype = frontend.get("dtype")
    return dtype if attempted(lambda: Checkpoint(path="x", dtype=dtype)) else None


def _weights(frontend: Mapping[str, Any]) -> WeightQuantize | None:
    section = section_of(frontend, "quantize")
    calibration = section_of(section, "calib_args")
    values = {**section, "true_sequential": calibration.get("true_sequential")}
    return attempted(lambda: typed(WeightQuantize, values)) if section else None


def _input(document: Document, name: str, shape: Any, language_model: bool) -> Input | TokenInput:
    """An input by its shape: one list, a pair of smallest and largest, or prefill and total length."""

    def make() -> Input | TokenInput:
        if not any(isinstance(item, list) for item in shape):
            return Input(name=name, shape=_sides(shape))
        smallest, largest = shape
        if language_model and len(smallest) == 1 and len(largest) <= 1:
            return TokenInput(name=name, prefill=smallest[0], total=largest[0] if largest else None)
        return Input(name=name, shape=_sides(largest), smallest=_sides(smallest))

    made: Input | TokenInput | None = attempted(make) if isinstance(shape, list) else None
    if made is None:
        raise VcompError(
            f"frontend.shape.{name} is {shown(shape)}",
            where=document.where("frontend", "shape", name),
            expected="a list of integers from 1; two such lists, the smallest and the largest; or [[prefill], [total]]",
        )
    return made


def _sides(shape: list[Any]) -> list[int]:
    if not all(type(side) is int for side in shape):
        raise ValueError("a side is no integer")
    return shape
