import hashlib
import json
import zipfile

import numpy as np
import pytest

from vcomp.datasets.download import get_dsb2018, split_of
from vcomp.datasets.images import encode, read_rgb
from vcomp.datasets.pairs import list_pairs, read_mask
from vcomp.datasets.sample import make_sample
from vcomp.errors import VcompError
from vcomp.spec import MaskPairs

PAIRS = MaskPairs(images="images", masks="masks")
EVALUATION = MaskPairs(images="dsb2018_256_val/images", masks="dsb2018_256_val/masks")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def add(dsb, name, content):
    with zipfile.ZipFile(dsb.path, "a") as archive:
        archive.writestr(name, content)


def test_the_split_is_the_one_of_the_published_figures():
    known = {
        "003cee89357d9fe13516167fd67b609a164651b21934585648c740d2c3d86dc1": "train",
        "d1b173875e2261f55014bd27bd7174b9ae1c769338c1b31b5d737e9e60175993": "train",
        "02903040e19ddf92f452907644ad3822918f54af41dd85e5a3fe3e1b6d6f9339": "val",
        "97158b2fe38783d88d4e44ba1b7bc6c84f225f8b35fcccc2f9265c65f14e7c8b": "val",
    }

    assert {name: split_of(name) for name in known} == known


def test_an_archive_becomes_two_folders_of_pairs_and_some_are_held_back(root, dsb):
    result = get_dsb2018(root, source=str(dsb.path))

    assert result.made == (root / "dsb2018_256", root / "dsb2018_256_val")
    assert result.kept == ()
    assert [pair.name for pair in list_pairs(PAIRS, root / "dsb2018_256")] == [dsb.train]
    assert [pair.name for pair in list_pairs(PAIRS, root / "dsb2018_256_val")] == [dsb.val]
    assert sorted(path.name for path in root.iterdir()) == ["dsb2018.json", "dsb2018_256", "dsb2018_256_val"]


def test_images_and_merged_masks_are_resized_to_256(root, dsb):
    get_dsb2018(root, source=str(dsb.path))

    (pair,) = list_pairs(PAIRS, root / "dsb2018_256")
    image, mask = read_rgb(pair.image), read_mask(pair.mask)
    assert image.shape == (256, 256, 3)
    assert image[128, 128].tolist() == [200, 100, 50]
    assert mask.shape == (256, 256)
    assert np.unique(mask).tolist() == [0, 255]
    rows, columns = np.nonzero(mask)
    scaled = [60 * 256 / 300, 240 * 256 / 300, 50 * 256 / 200, 70 * 256 / 200]
    assert np.allclose([rows.min(), rows.max() + 1, columns.min(), columns.max() + 1], scaled, atol=1)
    assert not mask[110:170].any()


def test_a_mask_of_a_few_grey_levels_is_made_binary(root, dsb):
    faint = np.zeros((300, 200), np.uint8)
    faint[120:180] = 100
    add(dsb, f"{dsb.train}/masks/faint.png", encode(faint))

    get_dsb2018(root, source=str(dsb.path))

    (pair,) = list_pairs(PAIRS, root / "dsb2018_256")
    assert not read_mask(pair.mask)[110:170].any()


def test_folders_above_the_identifiers_and_other_files_do_not_matter(root, dsb, tmp_path):
    with zipfile.ZipFile(dsb.path) as source, zipfile.ZipFile(tmp_path / "b.zip", "w") as target:
        for name in source.namelist():
            target.writestr(f"fixes/stage1_train/{name}", source.read(name))
            target.writestr(f"__MACOSX/{name}", b"")
        target.writestr("fixes/README.md", b"")

    get_dsb2018(root, source=str(tmp_path / "b.zip"))

    assert [pair.name for pair in list_pairs(PAIRS, root / "dsb2018_256")] == [dsb.train]


def test_it_is_downloaded_and_the_download_is_removed(root, dsb, serve):
    site = serve(dsb.path.read_bytes(), drops=[1000])
    arrived, converted = [], []

    result = get_dsb2018(
        root,
        source=site.url,
        sha256=digest(dsb.path).upper(),
        progress=lambda done, _: arrived.append(done),
        converting=lambda done, total: converted.append((done, total)),
    )

    assert result.sha256 == digest(dsb.path)
    assert json.loads((root / "dsb2018.json").read_text()) == {
        "schema_version": 1,
        "source": site.url,
        "sha256": result.sha256,
    }
    assert arrived[-1] == dsb.path.stat().st_size
    assert converted == [(1, 2), (2, 2)]
    assert sorted(path.name for path in root.iterdir()) == ["dsb2018.json", "dsb2018_256", "dsb2018_256_val"]


def test_complete_folders_are_left_alone_and_nothing_is_read(root, dsb):
    get_dsb2018(root, source=str(dsb.path))
    dsb.path.unlink()
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}

    again = get_dsb2018(root)

    assert again.kept == (root / "dsb2018_256", root / "dsb2018_256_val")
    assert (again.made, again.sha256) == ((), None)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_only_the_missing_folder_is_made(root, dsb):
    get_dsb2018(root, source=str(dsb.path))
    (root / "dsb2018_256").rename(root / "elsewhere")

    again = get_dsb2018(root, source=str(dsb.path))

    assert again.made == (root / "dsb2018_256",)
    assert again.kept == (root / "dsb2018_256_val",)


def test_something_else_in_the_place_is_not_overwritten(root, dsb):
    (root / "dsb2018_256").mkdir(parents=True)
    (root / "dsb2018_256/notes.txt").write_text("mine")

    with pytest.raises(VcompError, match="no complete DSB2018"):
        get_dsb2018(root, source=str(dsb.path))
    assert [path.name for path in root.rglob("*")] == ["dsb2018_256", "notes.txt"]


def test_the_sample_is_not_taken_for_the_real_thing(root, dsb):
    make_sample(root, calibration=None, evaluation=EVALUATION)

    with pytest.raises(VcompError, match="embedded sample"):
        get_dsb2018(root, source=str(dsb.path))


def test_a_wrong_checksum_is_refused_and_says_how_to_go_on(root, dsb, serve):
    with pytest.raises(VcompError, match=f"{digest(dsb.path)}[\\s\\S]*expected 00[\\s\\S]*--from FILE"):
        get_dsb2018(root, source=serve(dsb.path.read_bytes()).url, sha256="00")
    assert list(root.iterdir()) == []


def test_an_archive_that_changed_since_it_was_read_is_refused(root, dsb):
    get_dsb2018(root, source=str(dsb.path))
    (root / "dsb2018_256").rename(root / "elsewhere")
    add(dsb, "more", b"")

    with pytest.raises(VcompError, match="as when it was read before"):
        get_dsb2018(root, source=str(dsb.path))


@pytest.mark.parametrize("name", ["../evil.png", "/evil.png"])
def test_a_member_that_leads_out_stops_everything(root, dsb, name):
    add(dsb, name, b"")

    with pytest.raises(VcompError, match="leads out"):
        get_dsb2018(root, source=str(dsb.path))
    assert not root.exists()


def test_a_truncated_download_is_thrown_away(root, dsb, serve):
    data = dsb.path.read_bytes()

    with pytest.raises(VcompError, match="corrupt"):
        get_dsb2018(root, source=serve(data[: len(data) // 2]).url)
    assert list(root.iterdir()) == []


def test_an_interrupted_conversion_keeps_the_download_and_no_half_folders(root, dsb, serve):
    site = serve(dsb.path.read_bytes())

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get_dsb2018(root, source=site.url, converting=interrupt)
    assert [path.suffix for path in root.iterdir()] == [".zip"]

    get_dsb2018(root, source=site.url)
    assert len(site.asked) == 1


def test_an_image_without_masks_is_named(root, dsb):
    add(dsb, "lonely/images/lonely.png", b"")

    with pytest.raises(VcompError, match=r"lonely/images/lonely\.png' has no masks"):
        get_dsb2018(root, source=str(dsb.path))


def test_a_mask_of_another_size_is_named(root, dsb):
    add(dsb, f"{dsb.val}/masks/small.png", encode(np.zeros((2, 2), np.uint8)))

    with pytest.raises(VcompError, match=r"masks/small\.png[\s\S]*300×200"):
        get_dsb2018(root, source=str(dsb.path))
    assert not (root / "dsb2018_256_val").exists()


def test_a_damaged_image_is_named(root, dsb):
    add(dsb, f"{dsb.val}/masks/cut.png", encode(np.zeros((300, 200), np.uint8))[:-9])

    with pytest.raises(VcompError, match=r"masks/cut\.png  is cut short"):
        get_dsb2018(root, source=str(dsb.path))


def test_an_archive_of_something_else_is_refused(root, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("README.md", b"")

    with pytest.raises(VcompError, match="no image of the train part"):
        get_dsb2018(root, source=str(tmp_path / "a.zip"))


def test_a_missing_file_and_a_strange_address_come_with_advice(root):
    for source in ("nowhere.zip", "ftp://host/a.zip"):
        with pytest.raises(VcompError, match="--from FILE"):
            get_dsb2018(root, source=source)
