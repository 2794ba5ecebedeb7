"""A finished evaluation of nine images in two precisions, as the report finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.builders import a_spec
from vcomp.datasets.images import write_png
from vcomp.datasets.pairs import Pair
from vcomp.report.scores import Scored
from vcomp.results import Dataset, Network, Performance, Result, Toolchain
from vcomp.spec import Input, ModelSpec, Resize
from vcomp.tasks.binary_segmentation import DEFINITIONS, score, summarize

HEIGHT, WIDTH = 24, 32
FULL_SPEED = Performance(
    images_per_second=12.34, latency_p50_ms=1.04, latency_p95_ms=2.05, latency_p99_ms=3.06, measured_by="a clock"
)


@dataclass(frozen=True)
class World:
    folder: Path
    spec: ModelSpec
    pairs: list[Pair]
    scored: list[Scored]
    results: list[Result]


def spec_of(**changes: Any) -> ModelSpec:
    size = {"height": HEIGHT, "width": WIDTH}
    preprocess = [op if not isinstance(op, Resize) else Resize(**size) for op in a_spec().preprocess]
    fields = {"inputs": [Input(shape=(1, 3, HEIGHT, WIDTH))], "preprocess": preprocess, "title": "Tiny"}
    return a_spec(**{**fields, **changes})


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., World]:
    """The n-th of nine images shows an object of n columns; fp32 finds them all, int8 the first four of each.

    The image without an object has no score.
    """

    def make(*, names: str = "image-{}", **changes: Any) -> World:
        spec = spec_of(**changes)
        pairs, scores = [], {"fp32": [], "int8": []}  # type: ignore[var-annotated]
        for columns in range(9):
            name = names.format(columns)
            truth = np.zeros((HEIGHT, WIDTH), bool)
            truth[:, :columns] = True
            pair = Pair(name, tmp_path / "images" / f"{columns}.png", tmp_path / "masks" / f"{columns}.png")
            write_png(pair.image, np.full((48, 64, 3), 20 * columns, np.uint8))
            write_png(pair.mask, truth.astype(np.uint8) * 255)
            pairs.append(pair)
            for dtype, found in (("fp32", columns), ("int8", min(columns, 4))):
                mask = truth & (np.arange(WIDTH) < found)
                write_png(tmp_path / dtype / f"{name}.png", mask.astype(np.uint8) * 255)
                scores[dtype].append(score(name, mask, truth))
        scored = [Scored(dtype, tmp_path / dtype, tuple(scores[dtype]), FULL_SPEED) for dtype in scores]
        return World(tmp_path, spec, pairs, scored, [result_of(scored)])

    return make


def result_of(scored: list[Scored], **changes: Any) -> Result:
    fields: dict[str, Any] = {
        "model": "tiny",
        "dtype": "int8",
        "toolchain": Toolchain(name="emulator", label="vcomp emulator", emulated=True, graph_optimization="all"),
        "versions": {"vcomp": "1.0", "onnxruntime": "1.31"},
        "dataset": Dataset(source="data folder", images="evaluation/images", scored=9, sha256="0" * 64),
        "network": Network(parameters=1234, macs=5_000_000, flops=10_000_000, definition="Counted thus."),
        "metrics": {item.dtype: summarize(item.scores) for item in scored},
        "definitions": DEFINITIONS,
        "performance": {item.dtype: item.speed for item in scored},
    }
    return Result(**{**fields, **changes})


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
