"""A network to start from: it finds what is brighter than its surroundings. Put your own in its place."""

import torch
from torch import Tensor, nn


class BrightObjects(nn.Module):
    """Smooths the image, subtracts a wide average, and turns the difference into a probability. Nothing is learned."""

    def __init__(self, in_channels: int = 3, gain: float = 20.0, margin: float = 0.06) -> None:
        super().__init__()
        self.smooth = _average(in_channels, 3)
        self.surroundings = _average(in_channels, 31)
        self.gain, self.margin = gain, margin

    def forward(self, image: Tensor) -> Tensor:
        return torch.sigmoid(self.gain * (self.smooth(image) - self.surroundings(image) - self.margin))


def _average(in_channels: int, side: int) -> nn.Conv2d:
    """A convolution that averages all channels over a square."""
    average = nn.Conv2d(in_channels, 1, side, padding=side // 2, bias=False)
    nn.init.constant_(average.weight, 1 / (in_channels * side * side))
    return average
