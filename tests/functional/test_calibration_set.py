"""What `vcomp quantize` says of the calibration set."""

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.conftest import Vcomp


@pytest.fixture
def seen(tiny: Path, data: Path, vcomp: Vcomp) -> Any:
    """What is said of the set once it was changed: JSON, and the lines on stdout."""

    def look() -> tuple[dict[str, Any], str]:
        words = ("quantize", "tiny", "--data", data, "--waterfall")
        document = json.loads(vcomp(*words, "--json").stdout)
        return dict(document["calibration_set"]), vcomp(*words).stdout

    return look


def calibration_images(data: Path) -> list[Path]:
    """Those that the small model's spec takes."""
    return sorted((data / "calibration" / "images").glob("*.png"))[:8]


def even_out(paths: list[Path]) -> None:
    """Make all images the same grey picture."""
    grey = np.clip(cv2.imread(str(paths[0])), 100, 150)
    for path in paths:
        assert cv2.imwrite(str(path), grey)


def test_a_sound_set_is_said_to_be_so(seen: Any, data: Path) -> None:
    even_out(calibration_images(data))

    found, shown = seen()

    assert found["warnings"] == []
    assert (found["images"], found["coverage"][-1]) == (8, {"images": 8, "percent": 100.0})
    percents = [item["percent"] for item in found["coverage"]]
    assert percents == sorted(percents)
    assert "the ranges have settled, no image decides alone, none is evaluated as well" in shown


def test_an_image_that_is_evaluated_as_well_is_named(seen: Any, data: Path) -> None:
    evaluated = sorted((data / "evaluation" / "images").glob("*.png"))[2]
    calibrated = calibration_images(data)[3]
    shutil.copyfile(evaluated, calibrated)

    found, shown = seen()

    assert found["overlaps"] == [{"calibration": calibrated.name, "evaluation": evaluated.name, "equal": True}]
    assert f"{calibrated.name} and the evaluation image {evaluated.name} are equal" in shown


def test_an_image_on_which_many_ranges_hang_is_named(seen: Any, data: Path) -> None:
    paths = calibration_images(data)
    even_out(paths)
    glaring = paths[-1]
    cv2.imwrite(str(glaring), np.full((256, 256, 3), 255, np.uint8))

    found, shown = seen()

    assert [item["image"] for item in found["dominating"]] == [glaring.name]
    assert f"{glaring.name} alone decides the range of" in shown
    assert "the ranges have not settled: half of the 8 images reach" in shown
