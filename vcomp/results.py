"""What a run yields, as it stands in `vcomp run --json`, in the manifest and in a model's results.json."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vcomp.errors import VcompError
from vcomp.files import read_bounded, write_text

SCHEMA_VERSION: Literal[1] = 1
MAX_BYTES = 16 << 20
EMBEDDED_SAMPLE = "embedded sample"  # a dataset's source, when the images are drawn

Metrics = dict[str, float | int | None]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Toolchain(_Record):
    """Who computed the result. A figure of the emulator is never the card's."""

    name: Literal["sdk", "emulator", "onnxruntime"]  # the last: fp32 alone, on this CPU
    label: str
    emulated: bool
    graph_optimization: str | None = None


class Dataset(_Record):
    """What was evaluated: `source` is EMBEDDED_SAMPLE or the kind of folder given; `sha256` is over its files."""

    source: str
    images: str
    scored: int
    bad: list[str] = Field(default_factory=list)
    sha256: str


class Network(_Record):
    """The network's size, counted as `definition` says."""

    parameters: int
    macs: int
    flops: int
    definition: str


class Performance(_Record):
    """Throughput in images/s and latency in milliseconds, as `measured_by` reports them; None where it says nothing."""

    images_per_second: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    latency_p99_ms: float | None = None
    measured_by: str


class Gate(_Record):
    """How far a precision lies below fp32 in mIoU, in points, with the 95 % interval of a paired bootstrap over images.

    It has passed when the drop is at most `max_drop`; None where the spec states none, or the images are drawn.
    """

    drop: float | None
    interval: tuple[float, float] | None
    max_drop: float | None
    passed: bool | None

    @property
    def settled(self) -> bool:
        """Whether the whole interval lies on the side of the verdict."""
        if self.interval is None or self.max_drop is None:
            return False
        low, high = self.interval
        return high <= self.max_drop if self.passed else low > self.max_drop


class Result(_Record):
    """One model in one precision; `metrics` and `performance` have an entry for fp32 and one for `dtype`."""

    model: str
    dtype: str
    toolchain: Toolchain
    versions: dict[str, str]
    dataset: Dataset
    network: Network
    metrics: dict[str, Metrics]
    definitions: dict[str, str]
    performance: dict[str, Performance] = Field(default_factory=dict)
    gate: Gate | None = None
    artifacts: dict[str, str] = Field(default_factory=dict)

    def drop(self) -> float | None:
        """How many points of mIoU this precision lies below fp32."""
        fp32, own = self.metrics["fp32"].get("miou"), self.metrics[self.dtype].get("miou")
        return None if fp32 is None or own is None else fp32 - own


def figure(value: float | None, digits: int = 3) -> str:
    """A figure as tables and pages show it; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


class Results(_Record):
    schema_version: Literal[1] = SCHEMA_VERSION
    results: list[Result]

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def read_results(path: Path) -> Results:
    """A results.json; empty if there is none, VcompError if it is damaged."""
    if not path.is_file():
        return Results(results=[])
    try:
        return Results.model_validate_json(read_bounded(path, MAX_BYTES))
    except ValidationError as error:
        first = error.errors()[0]
        raise VcompError(
            f"{'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=str(path),
            mend="it is written by `vcomp run --record`: restore it, or remove it and record anew",
        ) from None


def record_results(path: Path, new: list[Result]) -> None:
    """Put results into a results.json in place of earlier ones of the same model and precision.

    Speed and paths are left out: they belong to the machine, not to the model.
    """
    kept = {(item.model, item.dtype): item for item in read_results(path).results}
    kept |= {(item.model, item.dtype): item.model_copy(update={"performance": {}, "artifacts": {}}) for item in new}
    ordered = Results(results=[kept[key] for key in sorted(kept)])
    write_text(path, ordered.model_dump_json(indent=2) + "\n")
