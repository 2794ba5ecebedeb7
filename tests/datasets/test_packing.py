import numpy as np
import pytest

from vcomp.datasets.images import write_png
from vcomp.datasets.npz import read_npz
from vcomp.datasets.packing import pack_images
from vcomp.errors import VcompError


@pytest.fixture
def images(tmp_path, picture):
    """Three pictures; the second is turned, so that sizes differ."""
    paths = [tmp_path / "images" / f"{name}.png" for name in "abc"]
    for path, content in zip(paths, (picture, picture.transpose(1, 0, 2), picture), strict=True):
        write_png(path, np.ascontiguousarray(content))
    return paths


def test_an_image_becomes_channels_first_rgb_at_its_own_size(tmp_path, images, picture):
    report = pack_images(images, tmp_path / "npz", tmp_path / "list.txt")

    first, second, _ = (read_npz(path) for path in report.packed)
    assert list(first) == ["input_0"]
    assert first["input_0"].dtype == np.uint8
    assert np.array_equal(first["input_0"], picture.transpose(2, 0, 1))
    assert second["input_0"].shape == (3, 47, 31)


def test_the_list_has_absolute_paths_in_the_order_given(tmp_path, images, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "npz").mkdir()
    (tmp_path / "npz/stale.npz").touch()

    pack_images(images[::-1], (tmp_path / "npz").relative_to(tmp_path), tmp_path / "list.txt", workers=2)

    assert (tmp_path / "list.txt").read_text() == "".join(f"{tmp_path}/npz/{name}.npz\n" for name in "cba")


def test_grey_is_one_plane_three_times(tmp_path, images):
    report = pack_images(images, tmp_path / "npz", tmp_path / "list.txt", gray=True)

    data = read_npz(report.packed[0])["input_0"]
    assert data.shape == (3, 31, 47)
    assert np.array_equal(data[0], data[1])
    assert np.array_equal(data[0], data[2])


def test_a_bad_image_is_reported_and_the_others_go_on(tmp_path, images):
    images[1].write_bytes(images[1].read_bytes()[:-20])
    done = []

    report = pack_images(images, tmp_path / "npz", tmp_path / "list.txt", progress=done.append)

    assert [path.stem for path in report.packed] == ["a", "c"]
    assert [error.where for error in report.bad] == [str(images[1])]
    assert "b.npz" not in report.datalist.read_text()
    assert done == [1, 2, 3]


def test_when_all_images_are_bad_no_list_is_written(tmp_path, images):
    for image in images:
        image.write_bytes(b"")

    with pytest.raises(VcompError, match="none of 3 images"):
        pack_images(images, tmp_path / "npz", tmp_path / "list.txt")
    assert not (tmp_path / "list.txt").exists()


@pytest.mark.parametrize("other", ["other/a.png", "images/a.jpg", "images/A.png"])
def test_two_images_that_would_share_an_npz_are_refused(tmp_path, images, other):
    with pytest.raises(VcompError, match="would overwrite the npz of"):
        pack_images([*images, tmp_path / other], tmp_path / "npz", tmp_path / "list.txt")
    assert not (tmp_path / "npz").exists()


def test_no_images_are_refused(tmp_path):
    with pytest.raises(VcompError, match="no images"):
        pack_images([], tmp_path / "npz", tmp_path / "list.txt")


def test_a_name_that_would_break_the_list_is_refused(tmp_path):
    with pytest.raises(VcompError, match="line break"):
        pack_images([tmp_path / "a\nb.png"], tmp_path / "npz", tmp_path / "list.txt")


def test_what_stops_the_packing_leaves_no_list(tmp_path, images):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack_images(images, tmp_path / "npz", tmp_path / "list.txt", workers=1, progress=stop)
    assert not (tmp_path / "list.txt").exists()
