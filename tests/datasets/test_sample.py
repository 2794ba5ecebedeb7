import hashlib

import numpy as np
import pytest

from vcomp.datasets.images import list_images, read_rgb, write_png
from vcomp.datasets.pairs import list_pairs, read_mask
from vcomp.datasets.sample import is_sample, make_sample
from vcomp.errors import VcompError
from vcomp.spec import ImageFolder, MaskPairs

CALIBRATION = ImageFolder(path="train/images")
EVALUATION = MaskPairs(images="val/images", masks="val/masks")


def hashes(root):
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def files(folder):
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    root = tmp_path_factory.mktemp("sample") / "data"
    make_sample(root, calibration=CALIBRATION, evaluation=EVALUATION)
    return root


def test_half_calibrates_and_the_other_half_evaluates(sample):
    calibration = list_images(sample / "train/images", "png")
    pairs = list_pairs(EVALUATION, sample)

    assert [path.stem for path in calibration] == [f"sample_{number:03d}" for number in range(12)]
    assert [pair.name for pair in pairs] == [f"sample_{number:03d}" for number in range(12, 24)]
    assert is_sample(sample / "val/masks")
    assert not is_sample(sample)


def test_pictures_are_256_rgb_with_exact_masks_of_nuclei(sample):
    for pair in list_pairs(EVALUATION, sample):
        image, mask = read_rgb(pair.image), read_mask(pair.mask)
        assert image.shape == (256, 256, 3)
        assert np.unique(mask).tolist() == [0, 255]
        assert 0.005 < (mask == 255).mean() < 0.4
        inside, outside = image[mask == 255].mean(), image[mask == 0].mean()
        assert abs(inside - outside) > 15


def test_most_nuclei_shine_and_a_few_are_stained(sample):
    pairs = list_pairs(EVALUATION, sample)
    stained = 0
    for pair in pairs:
        image, mask = read_rgb(pair.image), read_mask(pair.mask)
        stained += image[mask == 255].mean() < image[mask == 0].mean()

    assert stained == 2


def test_the_same_bytes_come_every_time(sample, tmp_path):
    make_sample(tmp_path / "again", calibration=CALIBRATION, evaluation=EVALUATION)

    assert hashes(tmp_path / "again") == hashes(sample)


def test_no_two_pictures_are_alike(sample):
    pictures = [value for name, value in hashes(sample).items() if name.endswith(".png") and "images" in name]

    assert len(set(pictures)) == 24


def test_a_second_call_touches_nothing(sample):
    before = {path: path.stat().st_mtime_ns for path in sample.rglob("*")}

    make_sample(sample, calibration=CALIBRATION, evaluation=EVALUATION)

    assert {path: path.stat().st_mtime_ns for path in sample.rglob("*")} == before


def test_what_is_missing_is_made_anew(sample, tmp_path):
    make_sample(tmp_path, calibration=None, evaluation=EVALUATION)
    (tmp_path / "val/masks").rename(tmp_path / "elsewhere")

    make_sample(tmp_path, calibration=None, evaluation=EVALUATION)

    assert len(list_pairs(EVALUATION, tmp_path)) == 24


@pytest.mark.parametrize("calibration", [None, ImageFolder(path="val/images/")])
def test_all_evaluate_when_no_other_folder_calibrates(tmp_path, calibration):
    make_sample(tmp_path, calibration=calibration, evaluation=EVALUATION)

    assert len(list_pairs(EVALUATION, tmp_path)) == 24
    assert files(tmp_path) == {"val"}


def test_folders_may_lie_in_one_another(tmp_path):
    evaluation = MaskPairs(images="all", masks="all/masks")

    make_sample(tmp_path, calibration=None, evaluation=evaluation)
    make_sample(tmp_path, calibration=None, evaluation=evaluation)

    assert len(list_pairs(evaluation, tmp_path)) == 24


def test_suffixes_follow_the_spec_and_masks_stay_exact(tmp_path):
    evaluation = MaskPairs(images="images", masks="masks", suffix="jpg")

    make_sample(tmp_path, calibration=None, evaluation=evaluation)

    assert read_rgb(list_pairs(evaluation, tmp_path)[0].image).shape == (256, 256, 3)
    assert {path.suffix for path in (tmp_path / "masks").glob("sample*")} == {".png"}


def test_specs_with_other_folders_share_a_data_folder(sample, tmp_path):
    make_sample(tmp_path, calibration=None, evaluation=EVALUATION)
    make_sample(tmp_path, calibration=ImageFolder(path="more"), evaluation=MaskPairs(images="a", masks="b"))

    assert files(tmp_path) == {"val", "more", "a", "b"}


@pytest.mark.parametrize("folder", ["train/images", "val/masks"])
def test_real_data_is_never_overwritten(tmp_path, picture, folder):
    write_png(tmp_path / folder / "mine.png", picture)

    with pytest.raises(VcompError, match="something is here already"):
        make_sample(tmp_path, calibration=CALIBRATION, evaluation=EVALUATION)
    assert files(tmp_path / folder) == {"mine.png"}


def test_a_sample_that_was_changed_is_not_taken_for_whole(tmp_path):
    make_sample(tmp_path, calibration=None, evaluation=EVALUATION)
    (tmp_path / "val/images/sample_003.png").unlink()

    with pytest.raises(VcompError, match="incomplete, changed"):
        make_sample(tmp_path, calibration=None, evaluation=EVALUATION)


def test_masks_and_images_in_one_folder_are_refused(tmp_path):
    with pytest.raises(VcompError, match="share the folder"):
        make_sample(tmp_path, calibration=None, evaluation=MaskPairs(images="all", masks="all"))
    with pytest.raises(VcompError, match="share the folder"):
        make_sample(tmp_path, calibration=ImageFolder(path="val/masks"), evaluation=EVALUATION)


def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(VcompError, match=r"unknown image suffix 'pnk'[\s\S]*did you mean 'png'"):
        make_sample(tmp_path, calibration=None, evaluation=MaskPairs(images="a", masks="b", suffix="pnk"))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_no_half_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("vcomp.datasets.sample.encode", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        make_sample(tmp_path, calibration=None, evaluation=EVALUATION)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() or path.name.startswith(".")]
