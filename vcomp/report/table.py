"""The score table, the same on the terminal and in the report: fp32, then each precision that was run."""

from collections.abc import Sequence

from vcomp.results import EMBEDDED_SAMPLE, Result, figure
from vcomp.spec import ModelSpec

COLUMNS = ("precision", "mIoU", "Dice", "drop", "published", "images/s", "p50 ms", "p95 ms", "p99 ms", "computed by")


def table(spec: ModelSpec, results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Rows in the order of COLUMNS. Scores are percent; the drop is in points of mIoU against fp32."""
    first = results[0]
    rows = [_row(spec, first, "fp32", None, "ONNX Runtime")]
    rows += [
        _row(spec, result, result.dtype, result.drop(), result.toolchain.name)
        for result in results
        if result.dtype != "fp32"
    ]
    return rows


def _row(spec: ModelSpec, result: Result, dtype: str, drop: float | None, by: str) -> tuple[str, ...]:
    metrics, speed = result.metrics[dtype], result.performance[dtype]
    drawn = result.dataset.source == EMBEDDED_SAMPLE  # nothing is published about drawn images
    return (
        dtype,
        figure(metrics["miou"]),
        figure(metrics["dice"]),
        figure(drop),
        figure(None if drawn else spec.published_score(dtype)),
        figure(speed.images_per_second, 1),
        figure(speed.latency_p50_ms, 1),
        figure(speed.latency_p95_ms, 1),
        figure(speed.latency_p99_ms, 1),
        by,
    )
