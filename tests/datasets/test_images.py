import struct
import zlib

import numpy as np
import pytest

from vcomp.datasets.images import BadImage, encode, list_images, read_rgb, write_png
from vcomp.errors import VcompError

LOSSLESS = ["png", "bmp", "tiff"]
ALL = [*LOSSLESS, "jpg", "webp"]


def smooth(height=64, width=80):
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 3, columns * 3, 200 - rows], axis=2).astype(np.uint8)


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_images_are_listed_by_name_in_any_case_without_hidden_files_and_subfolders(tmp_path):
    for name in ("b.png", "a.PNG", "c.jpg", ".d.png", "sub/e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    assert [path.name for path in list_images(tmp_path, "png")] == ["a.PNG", "b.png"]
    assert [path.name for path in list_images(tmp_path, ".png", limit=1)] == ["a.PNG"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(VcompError, match="no such folder") as caught:
        list_images(tmp_path / "nowhere", "png")

    assert str(tmp_path / "nowhere") in str(caught.value)


def test_a_folder_of_other_images_says_what_it_holds(tmp_path):
    (tmp_path / "a.jpg").touch()

    with pytest.raises(VcompError, match=r"has no \.png image[\s\S]*1 × \*\.jpg"):
        list_images(tmp_path, "png")


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_pixels_survive_writing_and_reading(tmp_path, picture, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(encode(picture, suffix))

    assert np.array_equal(read_rgb(path), picture)


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_lossy_images_keep_size_and_channel_order(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(encode(smooth(), suffix))

    image = read_rgb(path)

    assert image.shape == (64, 80, 3)
    assert np.abs(image.astype(int) - smooth()).mean() < 6


def test_every_grey_value_survives_as_itself(tmp_path):
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    write_png(tmp_path / "a.png", ramp)

    assert np.array_equal(read_rgb(tmp_path / "a.png", gray=True), ramp[:, :, np.newaxis])


def test_grey_is_the_luma_of_colour(tmp_path):
    write_png(tmp_path / "a.png", np.full((2, 2, 3), (255, 0, 0), np.uint8))

    assert read_rgb(tmp_path / "a.png", gray=True).tolist() == [[[76], [76]], [[76], [76]]]


@pytest.mark.parametrize("suffix", ALL)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_image_is_reported_and_nothing_is_printed(tmp_path, capfd, suffix, kept):
    data = encode(smooth(), suffix)
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data[: int(len(data) * kept)])

    with pytest.raises(BadImage) as caught:
        read_rgb(path)

    assert str(path) in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("suffix", "missing"), [("png", 12), ("jpg", 2)])
def test_an_image_that_lacks_nothing_but_its_end_mark_is_reported(tmp_path, suffix, missing):
    (tmp_path / "a").write_bytes(encode(smooth(), suffix)[:-missing])

    with pytest.raises(BadImage, match="is cut short"):
        read_rgb(tmp_path / "a")


def test_a_png_with_a_flipped_bit_is_reported_and_nothing_is_printed(tmp_path, capfd):
    data = bytearray(encode(smooth()))
    data[len(data) // 2] ^= 1
    (tmp_path / "a.png").write_bytes(data)

    with pytest.raises(BadImage, match="fails its checksum"):
        read_rgb(tmp_path / "a.png")
    assert capfd.readouterr().err == ""


def test_a_png_that_declares_a_huge_picture_is_refused_before_decoding(tmp_path):
    header = struct.pack(">IIBBBBB", 1 << 20, 1 << 20, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"")) + png_chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)

    with pytest.raises(BadImage, match="1048576×1048576"):
        read_rgb(tmp_path / "a.png")


@pytest.mark.parametrize(("suffix", "at", "code"), [("bmp", 18, "<ii"), ("jpg", None, ">HH")])
def test_other_formats_are_bounded_by_their_header_too(tmp_path, suffix, at, code):
    data = bytearray(encode(smooth(), suffix))
    at = data.index(b"\xff\xc0") + 5 if at is None else at
    struct.pack_into(code, data, at, 60_000, 60_000)
    (tmp_path / "a").write_bytes(data)

    with pytest.raises(BadImage):
        read_rgb(tmp_path / "a")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate((256 << 20) + 1)

    with pytest.raises(BadImage, match="too large"):
        read_rgb(tmp_path / "a.png")


@pytest.mark.parametrize(
    "content", [b"", b"not an image", b"GIF89a" + bytes(40), b"RIFF", b"BM", b"II*\0", b"\xff\xd8\xff"]
)
def test_what_is_no_image_is_a_bad_image(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)

    with pytest.raises(BadImage):
        read_rgb(tmp_path / "a.png")


def test_a_missing_file_is_a_bad_image_that_names_it(tmp_path):
    with pytest.raises(BadImage, match=r"a\.png"):
        read_rgb(tmp_path / "a.png")


def test_damage_anywhere_never_raises_anything_else(tmp_path):
    random = np.random.default_rng(1)
    path = tmp_path / "a"
    for suffix in ALL:
        data = encode(smooth(16, 16), suffix)
        for _ in range(30):
            damaged = bytearray(data[: random.integers(1, len(data) + 1)])
            damaged[random.integers(len(damaged))] = random.integers(256)
            path.write_bytes(damaged)
            try:
                image = read_rgb(path)
            except BadImage:
                continue
            assert image.ndim == 3
