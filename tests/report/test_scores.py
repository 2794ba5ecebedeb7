"""The per-image scores as a spreadsheet reads them."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.conftest import World
from vcomp.report.scores import write_scores


def rows(folder: Path) -> list[list[str]]:
    with (folder / "scores.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_there_is_a_line_per_image_and_two_columns_per_precision(world: World) -> None:
    write_scores(world.folder, world.scored)
    header, *lines = rows(world.folder)
    assert header == ["image", "fp32_iou", "fp32_dice", "int8_iou", "int8_dice"]
    assert [line[0] for line in lines] == [f"image-{n}" for n in range(9)]


def test_scores_are_percent_with_four_digits(world: World) -> None:
    write_scores(world.folder, world.scored)
    assert rows(world.folder)[7] == ["image-6", "100.0000", "100.0000", "66.6667", "80.0000"]


def test_an_undefined_score_is_left_empty(world: World) -> None:
    write_scores(world.folder, world.scored)
    assert rows(world.folder)[1] == ["image-0", "", "", "", ""]


def test_a_name_with_commas_and_quotes_is_one_field(make_world: Callable[..., World]) -> None:
    world = make_world(names='a, "{}"')
    write_scores(world.folder, world.scored)
    assert rows(world.folder)[1][0] == 'a, "0"'


def test_precisions_of_different_images_are_not_mixed(world: World) -> None:
    first, second = world.scored
    shorter = type(second)(second.dtype, second.masks, second.scores[1:], second.speed)
    with pytest.raises(ValueError, match="shorter"):
        write_scores(world.folder, [first, shorter])
    assert not (world.folder / "scores.csv").exists()
