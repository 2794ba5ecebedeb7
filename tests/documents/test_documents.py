"""Files of plain data are read with their lines; what is no such file is told, quickly, by its name."""

import os
import time
from pathlib import Path

import pytest

from vcomp.documents import read_document
from vcomp.errors import VcompError


def test_yaml_keys_and_items_have_their_lines_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("name: 'a # b'\nsizes:\n- 1\n- {deep: 2} # why\n# skip: 3\n")
    document = read_document(file)
    assert document.data == {"name": "a # b", "sizes": [1, {"deep": 2}]}
    assert document.lines == {("name",): 1, ("sizes",): 2, ("sizes", 0): 3, ("sizes", 1): 4, ("sizes", 1, "deep"): 4}
    assert document.comments == {4: "why", 5: "skip: 3"}
    assert document.where("sizes", 1, "missing") == f"{file}:4"


def test_json_keys_and_items_have_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"OpType": "X:{",\n "OpConfig": {\n  "Mean": [1,\n 2], "a\\"b": [{"c": 1}]\n}}')
    document = read_document(file)
    assert document.data["OpConfig"]["Mean"] == [1, 2]
    assert document.lines == {
        ("OpType",): 1,
        ("OpConfig",): 2,
        ("OpConfig", "Mean"): 3,
        ("OpConfig", "Mean", 0): 3,
        ("OpConfig", "Mean", 1): 4,
        ("OpConfig", 'a"b'): 4,
        ("OpConfig", 'a"b', 0): 4,
        ("OpConfig", 'a"b', 0, "c"): 4,
    }


LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))

HOSTILE = {
    "twice.yaml": ("a: 1\nb: 2\na: 3\n", "twice.yaml:3  'a' stands twice"),
    "twice.json": ('{"a": 1,\n"a": 2}', "twice.json:2  'a' stands twice"),
    "deep.yaml": ("a: " + "[" * 5000, "nested too deeply"),
    "deep.json": ('{"a": ' + "[" * 60_000, "nested too deeply"),
    "bomb.yaml": (LAUGHS, "bomb.yaml:2  holds a YAML alias"),
    "merge.yaml": ("<<: {a: 1}\n", "a key is not a word"),
    "object.yaml": ("a: !!python/object/apply:os.system [x]\n", "holds the tag"),
    "date.yaml": ("a: 2020-01-01\n", "is a timestamp"),
    "infinite.yaml": ("a: .inf\n", "no finite number"),
    "infinite.json": ('{"a": 1e999}', "no finite number"),
    "nan.json": ('{"a": NaN}', "no finite number"),
    "huge.yaml": ("a: " + "9" * 60_000, "too long for a number"),
    "sexagesimal.yaml": ("a: 1" + ":1" * 30_000, "too long for a number"),
    "huge.json": ('{"a": ' + "9" * 60_000 + "}", "not JSON"),
    "quotes.json": ('"' + '\\"' * 30_000, "not JSON"),
    "many.yaml": ("a: [" + "1," * 30_000 + "]\nb: }", "not YAML"),
    "many.json": ('{"a": [' + "1," * 30_000 + "]}", "not JSON"),
    "two.yaml": ("a: 1\n---\na: 2\n", "two.yaml:2  holds a second document"),
    "empty.yaml": ("", "is not a mapping"),
    "empty.json": ("", "not JSON"),
    "list.json": ("[]", "is not an object"),
    "binary.yaml": (b"\x00\xff\xfe\x00" * 100, "UTF-8"),
    "control.yaml": (b"a: \x01", "not YAML"),
    "large.yaml": (b"a: 1\n#" + b"x" * (1 << 19), "bytes"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_safe_to_read_is_refused_without_a_hang(tmp_path: Path, name: str) -> None:
    content, says = HOSTILE[name]
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    start = time.monotonic()
    with pytest.raises(VcompError) as raised:
        read_document(file)
    assert time.monotonic() - start < 20  # a hang: alone it takes well under a second
    assert name in str(raised.value)
    assert says in str(raised.value)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.json").mkdir()
    for name in ("loop.yaml", "pipe.yaml", "folder.json", "nothing.yaml"):
        with pytest.raises(VcompError, match=name):
            read_document(tmp_path / name)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('\ufeff{"a": 1}')
    assert read_document(file).data == {"a": 1}
