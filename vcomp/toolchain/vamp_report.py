"""The text that `vamp` prints after measuring, in any of its published versions, as numbers."""

import math
import re
from dataclasses import dataclass, field

_LINE = re.compile(r"^[\s*-]*(?P<key>[^:*]+?)\s*:\s*(?P<value>[^*]*?)[\s*]*$")
_PERCENTILE = re.compile(r"^p(\d+) latency$")


@dataclass(frozen=True)
class Latency:
    """Microseconds; percentiles by their number."""

    average: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    percentiles: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class VampReport:
    """One measurement: images per second, and the latency from end to end and of the network alone."""

    throughput: float | None
    samples: int | None
    end_to_end: Latency
    model: Latency


def parse_vamp_report(text: str) -> VampReport:
    """Read the last report in the text; fields may be missing, in any order, and decorated as `- ` or `*** ***`."""
    values: dict[tuple[str, str], float] = {}
    section = ""
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        key, value = match["key"].strip().lower(), match["value"].strip()
        if key.startswith("number of instances") and ("", key) in values:
            values.clear()  # another report begins
        if key.endswith("latency (us)"):
            section = "model" if key.startswith("model") else "e2e"  # the Python profilers name no section
        elif (number := _number(value)) is not None:
            values[section if "latency" in key else "", key] = number
    samples = values.get(("", "samples"))
    return VampReport(
        throughput=values.get(("", "throughput (qps)")),
        samples=None if samples is None else int(samples),
        end_to_end=_latency(values, "e2e"),
        model=_latency(values, "model"),
    )


def _latency(values: dict[tuple[str, str], float], section: str) -> Latency:
    own = {key: value for (place, key), value in values.items() if place == section}
    percentiles = {int(match[1]): value for key, value in own.items() if (match := _PERCENTILE.match(key))}
    return Latency(own.get("avg latency"), own.get("min latency"), own.get("max latency"), percentiles)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
