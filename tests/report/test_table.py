"""The score table: which figures stand in it, and which must not."""

import pytest

from tests.report.conftest import World, result_of, spec_of
from vcomp.report.table import COLUMNS, table, verdict
from vcomp.results import Dataset, Gate, Performance, figure

MIOU = 100 * (4 * 1 + 4 / 5 + 4 / 6 + 4 / 7 + 4 / 8) / 8


def column(world: World, name: str, **changes: object) -> list[str]:
    spec = spec_of(published={"fp32": 84.164, "int8": 83.052})
    rows = table(spec, [result_of(world.scored, **changes)])
    return [row[COLUMNS.index(name)] for row in rows]


def test_fp32_comes_first_and_each_precision_after_it(world: World) -> None:
    assert column(world, "precision") == ["fp32", "int8"]


def test_scores_are_percent_and_the_drop_is_in_points(world: World) -> None:
    assert column(world, "mIoU") == ["100.000", f"{MIOU:.3f}"]
    assert column(world, "drop") == ["–", f"{100 - MIOU:.3f}"]


@pytest.mark.parametrize(("passed", "shown"), [(True, "pass"), (False, "FAIL"), (None, "–")])
def test_the_gate_stands_beside_the_drop_and_never_beside_fp32(world: World, passed: bool | None, shown: str) -> None:
    gate = Gate(drop=0.4, interval=(0.1, 0.7), max_drop=0.5, passed=passed)

    assert column(world, "gate", gate=gate) == ["–", shown]
    assert column(world, "95 % interval", gate=gate) == ["–", "0.100 to 0.700"]


@pytest.mark.parametrize(
    ("interval", "passed", "says"),
    [
        ((0.1, 0.4), True, "PASS: int8 lies 0.300 points below fp32, within 0.5 (95 % interval 0.100 to 0.400)"),
        ((0.6, 0.9), False, "FAIL: int8 lies 0.300 points below fp32, beyond 0.5 (95 % interval 0.600 to 0.900)"),
        (
            (0.1, 0.7),
            True,
            "PASS: int8 lies 0.300 points below fp32, within 0.5 (95 % interval 0.100 to 0.700); ",
        ),
    ],
)
def test_a_verdict_says_how_sure_it_is(world: World, interval: tuple[float, float], passed: bool, says: str) -> None:
    gate = Gate(drop=0.3, interval=interval, max_drop=0.5, passed=passed)

    said = verdict(result_of(world.scored, gate=gate))

    assert said is not None
    assert said.lower().startswith(says.lower())
    assert said.endswith("more images would tell") == (interval == (0.1, 0.7))


def test_there_is_no_verdict_where_nothing_was_demanded(world: World) -> None:
    assert verdict(result_of(world.scored)) is None


def test_published_figures_stand_beside_ours(world: World) -> None:
    assert column(world, "published") == ["84.164", "83.052"]


def test_nothing_is_published_about_drawn_images(world: World) -> None:
    drawn = Dataset(source="embedded sample", images="evaluation/images", scored=9, sha256="0" * 64)
    assert column(world, "published", dataset=drawn) == ["–", "–"]


def test_each_row_says_who_computed_it(world: World) -> None:
    assert column(world, "computed by") == ["ONNX Runtime", "emulator"]


def test_a_speed_that_was_not_measured_is_a_dash(world: World) -> None:
    silent = Performance(measured_by="nobody")
    assert column(world, "p99 ms", performance={"fp32": silent, "int8": silent}) == ["–", "–"]


def test_a_run_of_fp32_alone_has_one_row(world: World) -> None:
    assert column(world, "precision", dtype="fp32") == ["fp32"]


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0.0, "0.000"), (84.1636, "84.164")])
def test_a_figure_is_rounded_and_nothing_is_a_dash(value: float | None, text: str) -> None:
    assert figure(value, 3) == text
