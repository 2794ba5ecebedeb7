"""The score table: which figures stand in it, and which must not."""

import pytest

from tests.report.conftest import World, result_of, spec_of
from vcomp.report.table import COLUMNS, table
from vcomp.results import Dataset, Performance, figure

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
