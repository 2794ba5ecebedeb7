"""UNet++ (arXiv:1912.05074): a U-Net whose skip connections are themselves small nested decoders.

Node x[i][j] sits at depth i (resolution 1/2^i) and step j of the skip pathway. Column 0 is the encoder; every other
node sees all nodes before it in its row, and the up-sampled node below. Each node of row 0 carries a mask head, so
one set of weights holds four networks: cut at depth L, the nodes with i + j <= L and head L remain.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

FILTERS = (32, 64, 128, 256, 512)


class ConvBlock(nn.Sequential):
    """Two 3×3 convolutions, each with batch norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class NestedUNet(nn.Module):
    """UNet++ with deep supervision, cut at `depth` (1 to 4).

    Takes N×in_channels×H×W with H and W multiples of 2^depth; returns one N×classes×H×W map of probabilities per
    head, shallowest first. The full network for 3→1 channels has 9,163,428 parameters.
    """

    def __init__(
        self, in_channels: int = 3, classes: int = 1, depth: int = 4, filters: Sequence[int] = FILTERS
    ) -> None:
        super().__init__()
        if not 1 <= depth < len(filters):
            raise ValueError(f"depth is {depth}, expected 1 to {len(filters) - 1}")
        self.depth = depth
        self.pool = nn.MaxPool2d(2)
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        self.nodes = nn.ModuleDict()
        for i in range(depth + 1):
            self.nodes[f"x{i}_0"] = ConvBlock(filters[i - 1] if i else in_channels, filters[i])
        for j in range(1, depth + 1):
            for i in range(depth - j + 1):
                self.nodes[f"x{i}_{j}"] = ConvBlock(filters[i] * j + filters[i + 1], filters[i])
        self.heads = nn.ModuleList(nn.Conv2d(filters[0], classes, 1) for _ in range(depth))

    def logits(self, image: Tensor) -> list[Tensor]:
        """The heads before the sigmoid, shallowest first: what the training losses want."""
        rows: list[list[Tensor]] = []
        for i in range(self.depth + 1):
            below = image if i == 0 else self.pool(rows[i - 1][0])
            rows.append([self.nodes[f"x{i}_0"](below)])
            for j in range(1, i + 1):
                row = rows[i - j]
                joined = torch.cat([*row, self.up(rows[i - j + 1][j - 1])], dim=1)
                row.append(self.nodes[f"x{i - j}_{j}"](joined))
        return [head(x) for head, x in zip(self.heads, rows[0][1:], strict=True)]

    def forward(self, image: Tensor) -> list[Tensor]:
        return [torch.sigmoid(logits) for logits in self.logits(image)]
