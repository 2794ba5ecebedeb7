"""Mean and std as files state them, and the well-known ones among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vcomp.checks.compile_file import OPS_AT, CompileFile
from vcomp.checks.keyed import KeyedFile
from vcomp.checks.source import Place
from vcomp.checks.vdsp_file import CONFIG, VdspFile
from vcomp.preprocess.vdsp import NormaType

LEAST_STD = 1e-4
_CLOSE = 0.01  # relative; fp16 and common roundings are nearer, other data sets farther away
_KNOWN_MEANS = (
    (123.675, 116.28, 103.53),
    (123.68, 116.779, 103.939),
    (122.771, 115.942, 102.98),
    (124.55, 118.9, 102.94),
    (125.307, 122.95, 113.865),
    (0.485, 0.456, 0.406),
    (0.4815, 0.4578, 0.4082),
    (0.4914, 0.4822, 0.4465),
    (0.470, 0.447, 0.408),
)
"""Means of well-known data sets, in RGB order; all differ between their channels."""


@dataclass(frozen=True)
class Constants:
    """Mean and std where they are stated, and whether the pixels are divided by 255 before."""

    at: Place
    at_std: Place
    mean: list[float]
    std: list[float]
    div255: bool


def used_in(file: KeyedFile) -> Iterator[Constants]:
    """Mean and std where they have an effect."""
    if isinstance(file, CompileFile):
        for index, kind, entry in file.entries():
            mean, std = _numbers(entry.get("mean")), _numbers(entry.get("std"))
            if kind == "Normalize" and mean and std:
                where = (*OPS_AT, index)
                divides = entry.get("div255", True) is True
                yield Constants(
                    file.at(*where, "mean", spot=None), file.at(*where, "std", spot=None), mean, std, divides
                )
    elif isinstance(file, VdspFile) and uses(file):
        stated = stated_in(file)
        if stated:
            divides = file.text(CONFIG, "NormaType") == NormaType.DIV255_MINUSMEAN_DIVSTD.value
            at_mean, at_std = (file.at(CONFIG, key, spot=None) for key in ("Mean", "Std"))
            yield Constants(at_mean, at_std, *stated, divides)


def stds_in(file: KeyedFile) -> Iterator[tuple[Place, list[float]]]:
    """Every std that is stated, used or not."""
    if isinstance(file, CompileFile):
        for index, kind, entry in file.entries():
            if kind == "Normalize" and _numbers(entry.get("std")):
                yield file.at(*OPS_AT, index, "std", spot=None), entry["std"]
    elif isinstance(file, VdspFile) and _numbers(file.value(CONFIG, "Std")):
        yield file.at(CONFIG, "Std", spot=None), file.value(CONFIG, "Std")


def stated_in(file: VdspFile) -> tuple[list[float], list[float]] | None:
    mean, std = _numbers(file.value(CONFIG, "Mean")), _numbers(file.value(CONFIG, "Std"))
    return (mean, std) if mean and std else None


def uses(file: VdspFile) -> bool:
    return "MINUSMEAN" in (file.text(CONFIG, "NormaType") or "MINUSMEAN")  # what is no word has its own finding


def _numbers(value: Any) -> list[float] | None:
    fits = isinstance(value, list) and value and all(type(item) in (int, float) for item in value)
    return value if fits else None


def neutral(mean: Sequence[float], std: Sequence[float]) -> bool:
    """Whether they say nothing: no mean, and no std but 1 or what is broken anyway."""
    return not any(mean) and all(value == 1 or abs(value) < LEAST_STD for value in std)


def same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= _CLOSE * abs(b) for a, b in zip(one, other, strict=True))


def known_mean(mean: Sequence[float]) -> tuple[float, ...] | None:
    """The known mean whose numbers these are, in whichever order; the nearest of those that are about the same."""
    alike = [known for known in _KNOWN_MEANS if same(sorted(mean), sorted(known))]
    return min(alike, key=lambda known: abs(sum(mean) - sum(known)), default=None)
