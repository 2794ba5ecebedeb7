"""The networks that quantize.py measures: UNet++ as vcomp ships it, and a small ResNet with fixed random weights."""

import itertools
from pathlib import Path

from vcomp.project import Model
from vcomp.spec import Input, RunnableSpec, TorchNetwork

OPSET = 13  # the first at which onnxruntime.quantization writes a valid per-channel model


def unetpp_spec() -> RunnableSpec:
    return _unetpp()[1]


def export_unetpp(folder: Path) -> RunnableSpec:
    """`unetpp-96.onnx` and `unetpp-512.onnx`."""
    from vcomp.networks.export import export

    model, spec = _unetpp()
    assert isinstance(spec.network, TorchNetwork)
    for size in (96, 512):
        changes = {
            "name": f"unetpp-{size}",
            "inputs": (Input(name="input", shape=(1, 3, size, size)),),
            "network": spec.network.model_copy(update={"opset": OPSET}),
        }
        export(model, spec.model_copy(update=changes), folder)
    return spec


def export_resnet(folder: Path) -> None:
    """`resnet-96.onnx`: residual sums, strides, a global pooling and a matrix product."""
    import torch
    from torch import Tensor, nn

    class Block(nn.Module):
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(),
                nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after),
            )  # fmt: skip
            self.shortcut = nn.Conv2d(before, after, 1, stride)

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.body(x) + self.shortcut(x))

    torch.manual_seed(0)
    widths = (64, 64, 128, 256, 512)
    stages = [
        block
        for index, (before, after) in enumerate(itertools.pairwise(widths))
        for block in (Block(before, after, 2 if index else 1), Block(after, after, 1))
    ]
    network = nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *stages,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 100),
    )  # fmt: skip
    with torch.no_grad():
        for _ in range(3):  # batch norms see something
            network.train()(torch.rand(8, 3, 96, 96) * 2 - 1)
    torch.onnx.export(
        network.eval(), (torch.zeros(1, 3, 96, 96),), str(folder / "resnet-96.onnx"),
        input_names=["input"], output_names=["output"], opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def _unetpp() -> tuple[Model, RunnableSpec]:
    from vcomp.project import find_project
    from vcomp.project.runnable import runnable

    model, spec = find_project(Path(__file__).parent).select_one("unetpp")
    return model, runnable(spec)
