"""Scores of what a network said: masks that the script saved, or npz outputs that `vamp` wrote."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vcomp.datasets.images import BadImage
from vcomp.datasets.npz import read_npz
from vcomp.datasets.pairs import Pair, list_pairs, mask_file, read_mask, write_mask
from vcomp.errors import VcompError
from vcomp.results import Metrics
from vcomp.spec import RunnableSpec
from vcomp.tasks.binary_segmentation import ImageScore, Mask, score, summarize, to_mask, truth_mask


def masks_of_folder(pairs: Sequence[Pair], folder: Path) -> Iterator[tuple[Pair, Mask]]:
    """The masks `<folder>/<name>.png`, one per pair."""
    for pair in pairs:
        path = mask_file(folder, pair)
        try:
            yield pair, read_mask(path) > 0
        except BadImage as error:
            raise VcompError(
                f"there is no usable mask for {pair.image.name}: {error.what}",
                where=str(path),
                expected="one mask per image",
                mend="run the inference step again",
            ) from None


def masks_of_outputs(spec: RunnableSpec, pairs: Sequence[Pair], folder: Path) -> Iterator[tuple[Pair, Mask]]:
    """The masks in `output_%06d.npz`, the n-th being that of the n-th pair by name, as in the datalist."""
    files = sorted(folder.glob("*.npz"))
    if len(files) != len(pairs):
        raise VcompError(
            f"{folder} holds {len(files)} outputs, the evaluation set {len(pairs)} images",
            expected="one npz per image, in the order of the datalist",
            mend="run vamp over the list that `vcomp data pack` wrote of these images",
        )
    for pair, file in zip(pairs, files, strict=True):
        arrays = read_npz(file)
        if "output_0" not in arrays:
            raise VcompError(f"{file} holds {', '.join(arrays) or 'nothing'}", expected="the key output_0")
        yield pair, to_mask(arrays["output_0"], spec.task.threshold)


def score_masks(spec: RunnableSpec, masks: Iterator[tuple[Pair, Mask]]) -> list[ImageScore]:
    """Each mask against its truth at the network's size; VcompError if a mask has another size."""
    return [
        score(pair.name, mask, truth_mask(read_mask(pair.mask), spec.size, spec.evaluation.foreground))
        for pair, mask in masks
    ]


def save_masks(masks: Iterable[tuple[Pair, Mask]], folder: Path) -> None:
    """Write each mask as the rendered script does."""
    for pair, mask in masks:
        write_mask(folder, pair, mask)


def scoring_of(spec: RunnableSpec) -> dict[str, Any]:
    """The parts of a spec that turn images and outputs into scores."""
    return spec.model_dump(mode="json", include={"inputs", "preprocess", "task", "evaluation"})


def scores_to_json(scores: Sequence[ImageScore]) -> list[dict[str, Any]]:
    return [asdict(item) for item in scores]


def scores_from_json(entries: Sequence[dict[str, Any]]) -> list[ImageScore]:
    return [ImageScore(**entry) for entry in entries]


def evaluate_outputs(spec: RunnableSpec, outputs: Path, root: Path | None, limit: int | None = None) -> Metrics:
    """The metrics of npz outputs against the spec's evaluation set below `root`."""
    if root is None:
        raise VcompError("there is no data folder to score against", mend="say --data DIR, or set VCOMP_DATA")
    pairs = list_pairs(spec.evaluation, root, limit)
    return summarize(score_masks(spec, masks_of_outputs(spec, pairs, outputs)))
