"""Draw docs/unetpp.png: images of the evaluation set beside what UNet++ finds in them, in fp32 and in emulated int8.

    vcomp run unetpp --dtype int8 --data DIR
    python docs/draw_unetpp.py DIR

The images are those at fixed ranks of the int8 score, not picked by eye.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import read_rgb, write_png
from vcomp.datasets.pairs import Pair, list_pairs, read_mask
from vcomp.project import load_model
from vcomp.tasks.binary_segmentation import overlay, score, truth_mask

ROOT = Path(__file__).resolve().parent.parent
MODEL = load_model(ROOT / "models" / "unetpp")
MASKS = MODEL.folder / "workspace" / "runstream_output"
RANKS = (0.15, 0.4, 0.65, 0.9)
SIDE = 288
GAP = 8
SPEC = MODEL.spec


def mask(pair: Pair, dtype: str) -> NDArray[np.bool_]:
    return read_mask(MASKS / f"unetpp_{dtype}" / f"{pair.name}.png") > 0


def truth(pair: Pair) -> NDArray[np.bool_]:
    return truth_mask(read_mask(pair.mask), SPEC.size, SPEC.evaluation.foreground)


def column(pair: Pair) -> NDArray[np.uint8]:
    image = read_rgb(pair.image)
    pictures = [cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)]
    pictures += [overlay(image, mask(pair, dtype), truth(pair)) for dtype in ("fp32", "int8")]
    gap = np.full((GAP, SIDE, 3), 255, np.uint8)
    return np.vstack([part for picture in pictures for part in (picture, gap)][:-1])


def main() -> None:
    pairs = list_pairs(SPEC.evaluation, Path(sys.argv[1]))
    ranked = sorted(pairs, key=lambda pair: score(pair.name, mask(pair, "int8"), truth(pair)).iou or 0)
    columns = [column(ranked[int(rank * len(ranked))]) for rank in RANKS]
    gap = np.full((columns[0].shape[0], GAP, 3), 255, np.uint8)
    write_png(ROOT / "docs" / "unetpp.png", np.hstack([part for item in columns for part in (item, gap)][:-1]))


if __name__ == "__main__":
    main()
