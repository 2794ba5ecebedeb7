import numpy as np
import pytest

from vcomp.datasets.images import BadImage, encode, write_png
from vcomp.datasets.pairs import Pair, list_pairs, read_mask
from vcomp.errors import VcompError
from vcomp.spec import MaskPairs

PAIRS = MaskPairs(images="images", masks="masks")


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_a_mask_is_the_file_of_the_same_stem_with_any_image_suffix(tmp_path):
    touch(tmp_path, "images/b.png", "images/a.png", "masks/a.TIF", "masks/b.png", "masks/c.png", "masks/a.txt")

    assert list_pairs(PAIRS, tmp_path) == [
        Pair("a", tmp_path / "images/a.png", tmp_path / "masks/a.TIF"),
        Pair("b", tmp_path / "images/b.png", tmp_path / "masks/b.png"),
    ]


def test_images_and_masks_may_share_a_folder(tmp_path):
    touch(tmp_path, "all/a.jpg", "all/a.png")

    (pair,) = list_pairs(MaskPairs(images="all", masks="all", suffix="jpg"), tmp_path)

    assert (pair.image.name, pair.mask.name) == ("a.jpg", "a.png")


def test_missing_masks_are_counted_and_the_first_is_named(tmp_path):
    touch(tmp_path, "images/a.png", "images/b.png", "images/c.png", "masks/a.png")

    with pytest.raises(VcompError, match=r"2 of 3 images have no mask, the first is b\.png"):
        list_pairs(PAIRS, tmp_path)


def test_beyond_the_limit_nothing_need_be_there(tmp_path):
    touch(tmp_path, "images/a.png", "images/b.png", "masks/a.png")

    assert [pair.name for pair in list_pairs(PAIRS, tmp_path, limit=1)] == ["a"]


def test_two_masks_for_one_image_are_refused(tmp_path):
    touch(tmp_path, "images/a.png", "masks/a.png", "masks/a.bmp")

    with pytest.raises(VcompError, match=r"2 masks fit a\.png: a\.bmp, a\.png"):
        list_pairs(PAIRS, tmp_path)


def test_a_missing_mask_folder_is_named(tmp_path):
    touch(tmp_path, "images/a.png")

    with pytest.raises(VcompError, match="masks"):
        list_pairs(PAIRS, tmp_path)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_mask_is_read_as_one_plane(tmp_path, channels):
    mask = np.array([[0, 255, 124], [125, 126, 0]], np.uint8)
    write_png(tmp_path / "a.png", np.repeat(mask[:, :, np.newaxis], channels, axis=2))

    assert np.array_equal(read_mask(tmp_path / "a.png"), mask)


def test_a_truncated_mask_is_a_bad_image(tmp_path):
    (tmp_path / "a.png").write_bytes(encode(np.zeros((9, 9), np.uint8))[:-5])

    with pytest.raises(BadImage):
        read_mask(tmp_path / "a.png")
