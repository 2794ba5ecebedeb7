"""Train UNet++ on DSB2018 with deep supervision, and write its weights as fp16 safetensors.

    python models/unetpp/train.py --data DIR_WITH_dsb2018_256

DIR holds `dsb2018_256/{images,masks}`: 256×256 pairs, from `vcomp data get dsb2018`. A killed run continues from its
last epoch when started again with the same options. What is written is an average of the last weights, taken without
choosing among epochs; `--holdout N` keeps N pairs out and prints their IoU on the way, for those who want to choose.
The evaluation set is never read.
"""

import argparse
import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from network import FILTERS, NestedUNet
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SIZE = 96  # the network's input, as in spec.py
FOREGROUND = 125  # a resized mask counts as nucleus from here on, as in the published evaluation
HEAD_WEIGHTS = (0.1, 0.2, 0.3, 0.4)  # L1 to L4: all heads learn, the full depth counts most
CROPS = (176, 288)  # side of the random crop; beyond 256 means the whole image, which is what the evaluation sees

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Pairs:
    images: list[Image]  # H×W×3, BGR
    masks: list[Image]  # H×W

    def __len__(self) -> int:
        return len(self.images)

    def pick(self, indices: NDArray[np.int64]) -> "Pairs":
        return Pairs([self.images[i] for i in indices], [self.masks[i] for i in indices])


def read_pairs(folder: Path) -> Pairs:
    names = sorted(path.name for path in (folder / "images").glob("*.png"))
    if not names:
        sys.exit(f"no pairs under {folder}/images; get them with: vcomp data get dsb2018")
    images, masks = [], []
    for name in names:
        image = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        mask = cv2.imread(str(folder / "masks" / name), cv2.IMREAD_GRAYSCALE)
        if image is None or mask is None:
            sys.exit(f"{folder}: cannot read image and mask {name}")
        images.append(image)
        masks.append(mask)
    return Pairs(images, masks)


def augment(image: Image, mask: Image, random: np.random.Generator) -> tuple[Image, Image]:
    """A random square crop, turned and flipped, with contrast, brightness and colour shifted."""
    side = min(int(random.integers(*CROPS)), *image.shape[:2])
    top = random.integers(image.shape[0] - side + 1)
    left = random.integers(image.shape[1] - side + 1)
    image = image[top : top + side, left : left + side]
    mask = mask[top : top + side, left : left + side]
    turns = int(random.integers(4))
    image, mask = np.rot90(image, turns), np.rot90(mask, turns)
    if random.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    gain = random.uniform(0.8, 1.25) * random.uniform(0.95, 1.05, size=3)
    pivot = image.mean()
    shifted = (image - pivot) * gain + pivot + random.uniform(-15, 15)
    return np.clip(shifted, 0, 255).astype(np.uint8), np.ascontiguousarray(mask)


def to_tensors(pairs: Pairs) -> tuple[Tensor, Tensor]:
    """Resize and normalise as the deployed model does: N×3×96×96 in [-1, 1] and N×1×96×96 in {0, 1}."""
    images = np.stack([cv2.resize(image, (SIZE, SIZE)) for image in pairs.images])
    masks = np.stack([cv2.resize(mask, (SIZE, SIZE)) for mask in pairs.masks])
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x, torch.from_numpy(masks >= FOREGROUND).unsqueeze(1).float()


def loss_of(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy plus soft IoU per image: the latter is the metric itself, made smooth."""
    probability = torch.sigmoid(logits)
    overlap = (probability * truth).sum(dim=(1, 2, 3))
    union = (probability + truth).sum(dim=(1, 2, 3)) - overlap
    soft_iou = (overlap + 1) / (union + 1)
    return functional.binary_cross_entropy_with_logits(logits, truth) + (1 - soft_iou).mean()


def one_cycle(progress: float, peak: float) -> float:
    """The learning rate at `progress` (0 to 1): a short rise to the peak, then a cosine down to nearly nothing."""
    rise = 0.15
    if progress < rise:
        return peak * (0.04 + 0.96 * progress / rise)
    return peak * (1e-4 + 0.5 * (1 + math.cos(math.pi * (progress - rise) / (1 - rise))))


@torch.no_grad()
def mean_iou(model: torch.nn.Module, pairs: Pairs, device: torch.device) -> float:
    """Per-image foreground IoU of the deepest head, averaged over images, in percent."""
    x, truth = to_tensors(pairs)
    scores = []
    for image, mask in zip(x.split(8), truth.bool().split(8), strict=True):
        predicted = model(image.to(device))[-1].cpu() >= 0.5
        union = (predicted | mask).sum(dim=(1, 2, 3))
        scores.append(((predicted & mask).sum(dim=(1, 2, 3)) / union)[union > 0])
    return 100 * torch.cat(scores).mean().item()


class Trainer:
    """The model, its running average and its optimiser, at a given epoch; saved and restored as one file."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = NestedUNet(filters=options.filters).to(self.device, memory_format=torch.channels_last)
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(options.decay), use_buffers=True)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=options.rate, weight_decay=0.01)
        self.epoch = 0

    def train_epoch(self, pairs: Pairs) -> float:
        """One pass in an order and with augmentations that depend on seed and epoch alone; returns the mean loss."""
        random = np.random.default_rng((self.options.seed, self.epoch))
        batches = np.array_split(random.permutation(len(pairs)), math.ceil(len(pairs) / self.options.batch))
        self.model.train()
        total = 0.0
        for step, indices in enumerate(batches):
            progress = (self.epoch + step / len(batches)) / self.options.epochs
            for group in self.optimizer.param_groups:
                group["lr"] = one_cycle(progress, self.options.rate)
            batch = pairs.pick(indices)
            augmented = [augment(*pair, random) for pair in zip(batch.images, batch.masks, strict=True)]
            total += self.step(*to_tensors(Pairs([i for i, _ in augmented], [m for _, m in augmented])))
        self.epoch += 1
        return total / len(batches)

    def step(self, x: Tensor, truth: Tensor) -> float:
        x = x.to(self.device, memory_format=torch.channels_last)
        truth = truth.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.options.precision == "bf16"):
            heads = self.model.logits(x)
        loss = sum(
            (w * loss_of(head.float(), truth) for w, head in zip(HEAD_WEIGHTS, heads, strict=True)), x.new_zeros(())
        )
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.average.update_parameters(self.model)
        return loss.item()

    def recipe(self) -> dict[str, object]:
        """The options that decide what is learned; where files lie does not."""
        places = ("data", "weights", "checkpoint")
        return {name: value for name, value in vars(self.options).items() if name not in places}

    def save(self, path: Path) -> None:
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "options": self.recipe(),
        }
        temporary = path.with_suffix(".tmp")
        torch.save(state, temporary)
        temporary.replace(path)

    def restore(self, path: Path) -> None:
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["options"] != self.recipe():
            sys.exit(f"{path} belongs to other options: {state['options']}; repeat them, or remove the file")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch = state["epoch"]

    def write_weights(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        weights = {
            name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
            for name, value in self.average.module.state_dict().items()
        }
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(save(weights))
        temporary.replace(path)


def parse_options() -> argparse.Namespace:
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("VCOMP_DATA", "."), help="folder that holds dsb2018_256")
    parser.add_argument("--weights", default=str(here / "weights" / "unetpp-96.safetensors"))
    parser.add_argument("--checkpoint", default="unetpp-checkpoint.pt", help="where to continue from")
    parser.add_argument("--epochs", type=int, default=72)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=0.99, help="of the running average of the weights, per step")
    parser.add_argument("--holdout", type=int, default=0, help="pairs to keep out of training and score on the way")
    parser.add_argument("--filters", type=int, nargs=len(FILTERS), default=list(FILTERS), help="width of each depth")
    parser.add_argument("--precision", choices=("bf16", "fp32"), default="bf16")
    parser.add_argument("--seed", type=int, default=2018)
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    pairs = read_pairs(Path(options.data) / "dsb2018_256")
    order = np.random.default_rng(options.seed).permutation(len(pairs))
    held_out, training = pairs.pick(order[: options.holdout]), pairs.pick(order[options.holdout :])
    trainer, checkpoint = Trainer(options), Path(options.checkpoint)
    if checkpoint.exists():
        trainer.restore(checkpoint)
    while trainer.epoch < options.epochs:
        start = time.monotonic()
        loss = trainer.train_epoch(training)
        trainer.save(checkpoint)
        line = f"epoch {trainer.epoch}/{options.epochs}  loss {loss:.4f}  {time.monotonic() - start:.0f} s"
        if options.holdout:
            line += f"  held-out IoU {mean_iou(trainer.average.module.eval(), held_out, trainer.device):.2f}"
        print(line, file=sys.stderr, flush=True)
    trainer.write_weights(Path(options.weights))
    print(options.weights)


if __name__ == "__main__":
    main()
