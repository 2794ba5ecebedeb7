"""Networks that return heads with known objects in them, exported by torch as real ones are."""

import io
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch

from vcomp.emulator.postprocess import apply, fit_heads, read_extra_op

SIZE = (64, 96)
STRIDES = (8, 16, 32)
LEVELS = [(8, 12), (4, 6), (2, 3)]
NUM_CLASSES = 3
NOTHING = -9.0  # the logit of what is not there

Maps = list[torch.Tensor]
Tail = Callable[[Maps], Any]


@dataclass(frozen=True)
class Planted:
    """An object: the head, anchor and cell that find it, its class and score, and its centre, width and height."""

    level: int
    anchor: int
    row: int
    column: int
    label: int
    score: float
    box: tuple[float, float, float, float]

    @property
    def corners(self) -> tuple[float, float, float, float]:
        x, y, width, height = self.box
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2


# In falling order of score; no two of one class overlap.
OBJECTS = [
    Planted(0, 1, 2, 3, 0, 0.9, (27.0, 21.5, 14.0, 22.0)),
    Planted(1, 0, 1, 4, 2, 0.8, (70.0, 25.0, 31.0, 40.0)),
    Planted(2, 2, 1, 1, 1, 0.7, (49.5, 44.0, 80.0, 33.0)),
    Planted(0, 0, 7, 0, 0, 0.6, (4.5, 60.0, 7.0, 6.5)),
    Planted(1, 1, 3, 5, 0, 0.5, (88.0, 57.0, 12.0, 11.0)),
]


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


class Network(torch.nn.Module):
    """Convolutions of zeros plus the planted maps, and then what an exported network does with its heads."""

    def __init__(self, maps: Sequence[np.ndarray], strides: Sequence[int], tail: Tail) -> None:
        super().__init__()
        self.tail = tail
        self.heads = torch.nn.ModuleList()
        for index, (array, stride) in enumerate(zip(maps, strides, strict=True)):
            head = torch.nn.Conv2d(3, array.shape[1], 1, stride)
            torch.nn.init.zeros_(head.weight)
            torch.nn.init.zeros_(head.bias)
            self.heads.append(head)
            self.register_buffer(f"planted{index}", torch.from_numpy(array.astype(np.float32)))

    def forward(self, image: torch.Tensor) -> Any:
        maps = [head(image) + getattr(self, f"planted{index}") for index, head in enumerate(self.heads)]
        return self.tail(maps)


def export(network: torch.nn.Module, *, opset: int = 11, open_sides: bool = False) -> onnx.ModelProto:
    file = io.BytesIO()
    sides = {"image": {0: "batch", 2: "height", 3: "width"}} if open_sides else None
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        image = torch.zeros(1, 3, *SIZE)
        options = {"opset_version": opset, "input_names": ["image"], "dynamic_axes": sides}
        torch.onnx.export(network.eval(), image, file, dynamo=False, **options)
    return onnx.load_model_from_string(file.getvalue())


def outputs_of(network: onnx.ModelProto, size: tuple[int, int] = SIZE) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(network.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: np.zeros((1, 3, *size), np.float32)})


def fitted(kind: str, params: dict[str, Any], network: onnx.ModelProto, size: tuple[int, int] = SIZE) -> Any:
    """The op of a compile file, told about the network."""
    op = read_extra_op(kind, params)
    assert op
    return fit_heads(op, network, size, [array.shape for array in outputs_of(network, size)])


def detect(
    kind: str,
    params: dict[str, Any],
    maps: Sequence[np.ndarray],
    tail: Tail,
    *,
    strides: Sequence[int] = STRIDES,
    **options: Any,
) -> list[np.ndarray]:
    """From planted maps to what the emulated chip returns, by way of an exported network."""
    network = export(Network(maps, strides, tail), **options)
    return apply(fitted(kind, params, network), outputs_of(network), SIZE)


def assert_found(returned: Sequence[np.ndarray], objects: Sequence[Planted] = OBJECTS) -> None:
    """These objects, in this order, and nothing else."""
    classes, scores, boxes = (array[0] for array in returned[:3])
    count = len(objects)
    assert classes[:count, 0].tolist() == [item.label for item in objects]
    assert (classes[count:] == -1).all() and (scores[count:] == -1).all() and (boxes[count:] == -1).all()
    np.testing.assert_allclose(scores[:count, 0], [item.score for item in objects], rtol=1e-4)
    np.testing.assert_allclose(boxes[:count], [item.corners for item in objects], rtol=1e-4, atol=1e-3)
