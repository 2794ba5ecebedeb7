"""Binary segmentation: probabilities to masks, masks to scores, and pictures of both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vcomp.errors import VcompError

Mask = NDArray[np.bool_]

DEFINITIONS = {
    "miou": "IoU of the foreground per image, averaged over images (what the published figures call mIoU); the mask is "
    "resized bilinearly to the network's size. An image whose prediction and truth are both empty is left out.",
    "dice": "Dice of the foreground per image, averaged over the same images.",
    "dataset_iou": "IoU of the foreground with all pixels of all images counted together.",
    "two_class_miou": "Mean of the foreground's and the background's IoU, each over all pixels of all images.",
    "images": "Images scored.",
    "empty": "Images left out because neither prediction nor truth holds foreground.",
}


@dataclass(frozen=True)
class ImageScore:
    """One image: its pixel counts, and its scores as fractions; None where the union is empty."""

    name: str
    overlap: int
    predicted: int
    true: int
    pixels: int

    @property
    def union(self) -> int:
        return self.predicted + self.true - self.overlap

    @property
    def iou(self) -> float | None:
        return self.overlap / self.union if self.union else None

    @property
    def dice(self) -> float | None:
        return 2 * self.overlap / (self.predicted + self.true) if self.union else None


def to_mask(output: NDArray[np.floating], threshold: float) -> Mask:
    """A network's output (…×H×W, leading sides 1) as an H×W mask: foreground where it is at least `threshold`."""
    if output.ndim < 2 or output.size != output.shape[-2] * output.shape[-1]:
        raise VcompError(
            f"the network's output is {'×'.join(map(str, output.shape))}",
            expected="one channel of height × width, for binary segmentation",
            mend="correct the task in the spec, or choose the output with TorchNetwork(output=…)",
        )
    mask: Mask = output.reshape(output.shape[-2:]).astype(np.float32) >= np.float32(threshold)
    return mask


def truth_mask(mask: NDArray[np.uint8], size: tuple[int, int], foreground: int) -> Mask:
    """A mask image as H×W booleans at the network's size: resized bilinearly, foreground from `foreground` on."""
    import cv2

    resized: NDArray[np.uint8] = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    truth: Mask = resized >= foreground
    return truth


def score(name: str, prediction: Mask, truth: Mask) -> ImageScore:
    """Compare two H×W masks of one image; VcompError if they differ in size."""
    if prediction.shape != truth.shape:
        raise VcompError(
            f"the mask of {name} is {'×'.join(map(str, prediction.shape))}",
            expected=f"{'×'.join(map(str, truth.shape))}, as its truth",
        )
    return ImageScore(
        name=name,
        overlap=int((prediction & truth).sum()),
        predicted=int(prediction.sum()),
        true=int(truth.sum()),
        pixels=truth.size,
    )


def summarize(scores: Sequence[ImageScore]) -> dict[str, float | int | None]:
    """The metrics of DEFINITIONS over images, in percent; None where nothing could be scored."""
    ious = [item.iou for item in scores if item.iou is not None]
    dices = [item.dice for item in scores if item.dice is not None]
    overlap, union = sum(item.overlap for item in scores), sum(item.union for item in scores)
    pixels = sum(item.pixels for item in scores)
    both_background = pixels - union
    foreground = overlap / union if union else None
    background = both_background / (pixels - overlap) if pixels > overlap else None
    classes = [value for value in (foreground, background) if value is not None]
    return {
        "miou": _percent(sum(ious) / len(ious) if ious else None),
        "dice": _percent(sum(dices) / len(dices) if dices else None),
        "dataset_iou": _percent(foreground),
        "two_class_miou": _percent(sum(classes) / len(classes) if classes else None),
        "images": len(scores),
        "empty": len(scores) - len(ious),
    }


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(100 * fraction, 4)


def overlay(image: NDArray[np.uint8], prediction: Mask, truth: Mask, *, scale: int = 3) -> NDArray[np.uint8]:
    """An H×W×3 RGB picture: agreement green, prediction alone red, truth alone blue, enlarged for the eye."""
    import cv2

    height, width = truth.shape
    picture = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    for where, colour in (
        (prediction & truth, (40, 200, 80)),
        (prediction & ~truth, (230, 60, 50)),
        (truth & ~prediction, (60, 110, 240)),
    ):
        picture[where] = 0.5 * picture[where] + 0.5 * np.asarray(colour, np.float32)
    enlarged = cv2.resize(picture.astype(np.uint8), (width * scale, height * scale), interpolation=cv2.INTER_NEAREST)
    return enlarged.astype(np.uint8, copy=False)
