import stat
import zipfile

import pytest

from vcomp.datasets.archive import ArchiveError, Bounds, opened

BOUNDS = Bounds(members=10, member_bytes=6 << 20, total_bytes=8 << 20)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.zip"


def write(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)


def read(path, bounds=BOUNDS):
    with opened(path, bounds) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_plain_zip_is_read(path):
    write(path, ("a/b.txt", b"hello"), ("c..d/...", b""))

    assert read(path) == {"a/b.txt": b"hello", "c..d/...": b""}


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "..\\a", "\\\\host\\a", "C:/a"])
def test_members_that_lead_out_are_refused(path, name):
    write(path, (name, b""))

    with pytest.raises(ArchiveError, match="leads out"):
        read(path)


def test_symbolic_links_are_refused(path):
    link = zipfile.ZipInfo("a")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    write(path, (link, b"/etc/passwd"))

    with pytest.raises(ArchiveError, match="symbolic link"):
        read(path)


def test_encrypted_members_are_refused(path):
    write(path, ("a", b"hello"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    with pytest.raises(ArchiveError, match="encrypted"):
        read(path)


def test_the_same_name_twice_is_refused(path):
    with pytest.warns(UserWarning, match="Duplicate"):
        write(path, ("a", b"1"), ("a", b"2"))

    with pytest.raises(ArchiveError, match="two members 'a'"):
        read(path)


def test_unusual_packing_methods_are_refused(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"hello")

    with pytest.raises(ArchiveError, match="method 14"):
        read(path)


def test_a_member_that_unpacks_a_thousandfold_is_refused(path):
    write(path, ("a", bytes(5 << 20)))

    with pytest.raises(ArchiveError, match="200 times"):
        read(path)


def test_a_member_beyond_its_bound_is_refused(path):
    write(path, ("a", bytes(7 << 20)))

    with pytest.raises(ArchiveError, match="at most 6,291,456"):
        read(path)


def test_more_bytes_in_all_than_allowed_are_refused(path):
    write(path, *((str(index), bytes(1 << 20)) for index in range(9)))

    with pytest.raises(ArchiveError, match="unpacks to 9,437,184 bytes"):
        read(path)


def test_more_members_than_allowed_are_refused(path):
    write(path, *((str(index), b"") for index in range(11)))

    with pytest.raises(ArchiveError, match="11 members"):
        read(path)


def test_a_directory_that_would_fill_the_memory_is_refused_unread(path):
    write(path, *((f"{index}" * 100, b"") for index in range(9)))

    with pytest.raises(ArchiveError, match="too large a directory"):
        read(path, Bounds(members=10, member_bytes=1, total_bytes=1, directory_bytes=500))


@pytest.mark.parametrize("kept", [0, 0.5, 0.98])
def test_a_truncated_zip_is_refused(path, kept):
    write(path, ("a", bytes(range(256)) * 9))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    with pytest.raises(ArchiveError, match="corrupt"):
        read(path)


def test_a_damaged_member_is_refused_when_it_is_read(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"hello world")
    path.write_bytes(path.read_bytes().replace(b"hello", b"jello"))

    with pytest.raises(ArchiveError, match="CRC"):
        read(path)
