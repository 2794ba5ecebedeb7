"""How much a result depends on choices that the emulator had to make, or that it approximates.

    python benchmarks/fidelity.py [--data DIR]

On the evaluation images, drawn ones without --data. Each line is one alternative to what the emulator does: first how
far it moves a pixel, in steps of 8 bits; then, through UNet++, the mean and the largest change of a probability, the
mask pixels that flip, and what the mIoU does.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vcomp.datasets.images import read_rgb
from vcomp.datasets.pairs import list_pairs, read_mask
from vcomp.emulator.artifact import read_artifact
from vcomp.emulator.runtime.session import Session
from vcomp.networks.session import GraphOptimization
from vcomp.preprocess.color import Order, convert
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.geometry import resize
from vcomp.preprocess.pictures import Nv12, Pixels
from vcomp.preprocess.vdsp import ColorSpace, VdspOp
from vcomp.preprocess.vdsp_json import load_vdsp
from vcomp.project import find_project
from vcomp.project.runnable import runnable
from vcomp.spec import Kernel
from vcomp.tasks.binary_segmentation import score, summarize, to_mask, truth_mask

MODEL = Path(__file__).resolve().parent.parent / "models" / "unetpp"
JSON = MODEL / "build_in" / "vdsp_params" / "unetpp-vdsp_params.json"
SIZE = (96, 96)
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

Prepared = NDArray[np.float16]
Prepare = Callable[[Pixels], Prepared]
Maps = list[NDArray[np.float32]]


def alternatives(op: VdspOp) -> dict[str, Prepare]:
    """Other ways to prepare an image, by what they are."""
    return {
        "resize by BILINEAR_PILLOW, not BILINEAR_CV": lambda image: run_vdsp(
            with_kernel(op, "BILINEAR_PILLOW"), image, SIZE
        ),
        "resize by NEAREST, not BILINEAR_CV": lambda image: run_vdsp(with_kernel(op, "NEAREST"), image, SIZE),
        "no rounding to 8 bits after the resize": unrounded,
        "the picture through NV12 as BT.601": lambda image: run_vdsp(op, through_nv12(image, ColorSpace.BT601), SIZE),
        "the same, read back as BT.709": lambda image: run_vdsp(
            op, through_nv12(image, ColorSpace.BT601, ColorSpace.BT709), SIZE
        ),
    }


def pixels(image: Pixels) -> dict[str, NDArray[np.float64]]:
    """How far each alternative moves the values of one image, in steps of 8 bits."""
    small = resize(image, *SIZE, Kernel.BILINEAR_CV)
    exact = np.asarray(IMAGENET_MEAN), np.asarray(IMAGENET_STD)
    rounded = (value.astype(np.float16).astype(np.float64) for value in exact)
    normal, on_chip = ((small / 255 - mean) / std for mean, std in (exact, rounded))
    return {
        "resize by BILINEAR_PILLOW, not BILINEAR_CV": steps(small, resize(image, *SIZE, Kernel.BILINEAR_PILLOW)),
        "no rounding to 8 bits after the resize": steps(small, resized_exactly(image)),
        "NV12 read as BT.709, not BT.601": steps(
            through_nv12(image, ColorSpace.BT601), through_nv12(image, ColorSpace.BT601, ColorSpace.BT709)
        ),
        "ImageNet's mean and std in full, not in fp16": np.abs(normal - on_chip) * exact[1] * 255,
    }


def steps(one: Pixels, other: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.abs(np.asarray(one, np.float64) - np.asarray(other, np.float64))


def report_pixels(images: Sequence[Pixels]) -> None:
    per_image = [pixels(image) for image in images]
    print(f"pixels of {len(images)} images, 256 steps\n  {'instead':50}{'mean':>8}{'99 %':>9}{'largest':>10}")
    for name in per_image[0]:
        moved = np.concatenate([found[name].ravel() for found in per_image])
        print(f"  {name:50}{moved.mean():8.4f}{np.quantile(moved, 0.99):9.3f}{moved.max():10.3f}")


def resized_exactly(image: Pixels) -> NDArray[np.float32]:
    """Resized in floating point."""
    import cv2

    return np.asarray(cv2.resize(image.astype(np.float32), SIZE[::-1], interpolation=cv2.INTER_LINEAR))


def with_kernel(op: VdspOp, kernel: str) -> VdspOp:
    return replace(op, kernel=Kernel(kernel))


def unrounded(image: Pixels) -> Prepared:
    normal = (resized_exactly(image)[..., ::-1] / np.float32(255) - np.float32(0.5)) / np.float32(0.5)
    return np.ascontiguousarray(normal.transpose(2, 0, 1), np.float16)


def through_nv12(image: Pixels, written: ColorSpace, read: ColorSpace | None = None) -> Pixels:
    stored = convert(image, Order.RGB, Order.YUV, written)
    assert isinstance(stored, Nv12)
    back = convert(stored, Order.YUV, Order.RGB, read or written)
    assert not isinstance(back, Nv12)
    return back


def main() -> None:
    arguments = [word if word.startswith("-") else str(Path(word).resolve()) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vcomp.cli.main", "run", "unetpp", "--dtype", "all", "--workspace", folder]
        subprocess.run([*command, *arguments], check=True, cwd=MODEL, stdout=subprocess.DEVNULL)
        spec = runnable(find_project(MODEL).select_one("unetpp")[1])
        pairs = list_pairs(spec.evaluation, Path(folder, "data"))
        images = [read_rgb(pair.image) for pair in pairs]
        truths = [truth_mask(read_mask(pair.mask), SIZE, spec.evaluation.foreground) for pair in pairs]
        report_pixels(images)
        operator = load_vdsp(JSON)
        assert isinstance(operator, VdspOp)
        for dtype in ("fp16", "int8"):
            compare(dtype, Path(folder, "deploy_weights", f"unetpp_{dtype}", "mod"), operator, images, truths)


def compare(
    dtype: str, prefix: Path, op: VdspOp, images: Sequence[Pixels], truths: Sequence[NDArray[np.bool_]]
) -> None:
    plain = [run_vdsp(op, image, SIZE) for image in images]
    session = Session(read_artifact(str(prefix)))
    base = inferred(session, plain)
    print(f"{dtype}: mIoU {miou(base, truths):.3f} on {len(images)} images")
    print(f"  {'instead':50}{'mean':>9}{'largest':>9}{'flipped':>10}{'mIoU':>8}")
    for name, prepare in alternatives(op).items():
        report(name, base, inferred(session, [prepare(image) for image in images]), truths)
    for level in ("disabled", "basic"):
        other = inferred(with_level(prefix, level), plain)
        report(f"ONNX Runtime's graph optimisation {level}, not all", base, other, truths)


def with_level(prefix: Path, level: GraphOptimization) -> Session:
    artifact = read_artifact(str(prefix))
    return Session(replace(artifact, manifest=artifact.manifest.model_copy(update={"graph_optimization": level})))


def inferred(session: Session, prepared: Sequence[Prepared]) -> Maps:
    return [session.run([item])[0].astype(np.float32) for item in prepared]


def miou(maps: Maps, truths: Sequence[NDArray[np.bool_]]) -> float:
    scores = [score("", to_mask(item, 0.5), truth) for item, truth in zip(maps, truths, strict=True)]
    return float(summarize(scores)["miou"] or 0)


def report(name: str, base: Maps, other: Maps, truths: Sequence[NDArray[np.bool_]]) -> None:
    changes = np.abs(np.stack(base) - np.stack(other))
    flipped = np.mean([to_mask(a, 0.5) != to_mask(b, 0.5) for a, b in zip(base, other, strict=True)])
    moved = miou(other, truths) - miou(base, truths)
    print(f"  {name:50}{changes.mean():9.5f}{changes.max():9.4f}{100 * flipped:9.4f}%{moved:+8.3f}")


if __name__ == "__main__":
    main()
