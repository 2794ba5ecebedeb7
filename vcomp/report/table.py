"""The score table, the same on the terminal and in the report: fp32, then each precision that was run."""

from collections.abc import Sequence

from vcomp.results import EMBEDDED_SAMPLE, Result, figure
from vcomp.spec import ModelSpec

COLUMNS = (
    *("precision", "mIoU", "Dice", "drop", "95 % interval", "gate", "published"),
    *("images/s", "p50 ms", "p95 ms", "p99 ms", "computed by"),
)
VERDICTS = {True: "pass", False: "FAIL", None: "–"}


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


def verdict(result: Result) -> str | None:
    """A judged precision in a sentence; None where there is no verdict."""
    gate = result.gate
    if gate is None or gate.passed is None or gate.interval is None:
        return None
    says = f"lies {figure(gate.drop)} points below fp32, {'within' if gate.passed else 'beyond'} {gate.max_drop:g}"
    sure = "" if gate.settled else "; the interval holds both sides of that: more images would tell"
    return f"{VERDICTS[gate.passed]}: {result.dtype} {says} (95 % interval {interval(gate.interval)}){sure}"


def interval(bounds: tuple[float, float] | None) -> str:
    return "–" if bounds is None else f"{bounds[0]:.3f} to {bounds[1]:.3f}"


def _row(spec: ModelSpec, result: Result, dtype: str, drop: float | None, by: str) -> tuple[str, ...]:
    metrics, speed = result.metrics[dtype], result.performance[dtype]
    gate = result.gate if dtype != "fp32" else None
    drawn = result.dataset.source == EMBEDDED_SAMPLE  # nothing is published about drawn images
    return (
        dtype,
        figure(metrics["miou"]),
        figure(metrics["dice"]),
        figure(drop),
        interval(gate.interval if gate else None),
        VERDICTS[gate.passed if gate else None],
        figure(None if drawn else spec.published_score(dtype)),
        figure(speed.images_per_second, 1),
        figure(speed.latency_p50_ms, 1),
        figure(speed.latency_p95_ms, 1),
        figure(speed.latency_p99_ms, 1),
        by,
    )
