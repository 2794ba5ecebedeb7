import io
import zipfile

import numpy as np
import pytest

from vcomp.datasets.npz import read_npz
from vcomp.errors import VcompError


def save(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_arrays_come_back_in_order_with_type_and_shape(tmp_path, write):
    arrays = {
        "output_1": np.arange(6, dtype=np.float16).reshape(1, 2, 3),
        "output_0": np.zeros((0, 4), np.int32),
        "scalar": np.array(7),
    }
    write(tmp_path / "a.npz", **arrays)

    loaded = read_npz(tmp_path / "a.npz")

    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        assert loaded[name].dtype == array.dtype
        assert np.array_equal(loaded[name], array)


def test_an_empty_mask_that_deflates_well_is_read(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", output_0=np.zeros((1, 1, 2048, 2048), np.float32))

    assert read_npz(tmp_path / "a.npz")["output_0"].shape == (1, 1, 2048, 2048)


def test_more_bytes_than_allowed_are_refused(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", a=np.zeros(10_000, np.uint8), b=np.zeros(10_000, np.uint8))

    with pytest.raises(VcompError, match="unpacks to"):
        read_npz(tmp_path / "a.npz", limit_bytes=20_000)


def test_more_arrays_than_any_network_has_are_refused(tmp_path):
    with pytest.raises(VcompError, match="257 members"):
        read_npz(save(tmp_path / "a.npz", **{f"a{index}": b"" for index in range(257)}))


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.array([{}], object))

    with pytest.raises(VcompError, match="pickled"):
        read_npz(tmp_path / "a.npz")


def test_a_header_that_asks_for_more_than_is_there_is_refused_before_memory_is_taken(tmp_path):
    content = npy(np.zeros((1000, 1), np.uint8)).replace(b"(1000, 1)", b"(1, 9e9)".ljust(9))
    larger = npy(np.zeros((1000, 1), np.uint8)).replace(b"(1000, 1),", b"(9999999,)")

    for bad in (content, larger):
        with pytest.raises(VcompError, match="array 'a' cannot be loaded"):
            read_npz(save(tmp_path / "a.npz", a=bad))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VcompError, match=r"a\.npz"):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"PK\x05\x06"])
def test_what_is_no_npz_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)

    with pytest.raises(VcompError, match="corrupt"):
        read_npz(tmp_path / "a.npz")


def test_damage_anywhere_never_raises_anything_else(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", a=np.arange(50), b=np.eye(5))
    data = (tmp_path / "a.npz").read_bytes()
    random = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(data[: random.integers(len(data) // 2, len(data) + 1)] if random.random() < 0.2 else data)
        for at in random.integers(len(damaged), size=random.integers(1, 4)):
            damaged[at] = random.integers(256)
        (tmp_path / "b.npz").write_bytes(damaged)
        try:
            read_npz(tmp_path / "b.npz")
        except VcompError:
            continue
