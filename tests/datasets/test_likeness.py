"""Pictures that are in two sets at once."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vcomp.datasets.likeness import find_twins


def picture(seed: int) -> np.ndarray:
    """A hundred bright spots on a dark ground."""
    source = np.random.default_rng(seed)
    image = np.full((96, 128, 3), 12, np.uint8)
    for _ in range(30):
        centre = (int(source.integers(128)), int(source.integers(96)))
        cv2.circle(image, centre, int(source.integers(3, 9)), (180, 190, 200), -1)
    return image


def saved(folder: Path, name: str, image: np.ndarray) -> Path:
    path = folder / name
    assert cv2.imwrite(str(path), image)
    return path


def found(one: Path, other: Path) -> list[bool]:
    return [twins.equal for twins in find_twins([one], [other])]


def test_an_equal_image_is_found_under_any_name(tmp_path: Path) -> None:
    assert found(saved(tmp_path, "a.png", picture(0)), saved(tmp_path, "b.png", picture(0))) == [True]


@pytest.mark.parametrize("kind", ["brighter", "smaller", "jpeg"])
def test_a_near_equal_image_is_found(tmp_path: Path, kind: str) -> None:
    image, suffix = picture(0), "png"
    if kind == "brighter":
        changed = np.clip(image * 1.2 + 10, 0, 255).astype(np.uint8)
    elif kind == "smaller":
        changed = cv2.resize(image, (96, 72), interpolation=cv2.INTER_AREA)
    else:
        changed, suffix = image, "jpg"

    assert found(saved(tmp_path, "a.png", image), saved(tmp_path, f"b.{suffix}", changed)) == [False]


def test_different_pictures_of_the_same_kind_are_no_twins(tmp_path: Path) -> None:
    paths = [saved(tmp_path, f"{seed}.png", picture(seed)) for seed in range(12)]

    assert find_twins(paths[:6], paths[6:]) == []


def test_images_without_anything_on_them_are_twins_only_if_equal(tmp_path: Path) -> None:
    black, dark = (np.full((40, 40, 3), grey, np.uint8) for grey in (0, 9))

    assert found(saved(tmp_path, "a.png", black), saved(tmp_path, "b.png", dark)) == []
    assert found(saved(tmp_path, "c.png", black), saved(tmp_path, "d.png", black)) == [True]


def test_empty_sets_have_nothing_in_common(tmp_path: Path) -> None:
    assert find_twins([], [saved(tmp_path, "a.png", picture(0))]) == []
    assert find_twins([saved(tmp_path, "b.png", picture(0))], []) == []
