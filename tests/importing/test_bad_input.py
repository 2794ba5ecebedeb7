"""Whatever a file holds, importing it ends soon, with its name and a reason or with a spec."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.conftest import SHARED, Vcomp
from tests.importing.world import a_json, a_yaml
from vcomp.importing.comparison import Status
from vcomp.importing.run import import_paths

ZOO = SHARED / "corpus" / "vastmodelzoo"
INPUTS = 5000
VALUES = [
    *("null", "true", "[]", "{}", "-1", "0", "3.5", "1e999", "9" * 40, "[1, 2]", "[[1], [2]]", "none", "~", '"x"'),
    *("&a b", "*a", "!!int 3", "2020-01-01", "\x00", "é", '"\\ud800"', "'", '"', ":", "- ", "#", "\t"),
]


def sources() -> list[tuple[str, str]]:
    """Suffix and text of every file of the corpus, or else of the two small ones."""
    files = sorted(path for path in ZOO.rglob("*") if path.suffix in (".yaml", ".json"))
    return [(file.suffix, file.read_text()) for file in files] or [(".yaml", a_yaml()), (".json", a_json())]


def mutated(text: str, chance: random.Random) -> str:
    """The text cut, scrambled, or with other values in it."""
    for _ in range(chance.randint(1, 3)):
        lines = text.split("\n")
        row = chance.randrange(len(lines))
        at = chance.randrange(len(text) + 1)
        match chance.randrange(7):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + text[at + chance.randint(1, 12) :]
            case 2:
                text = text[:at] + chance.choice(VALUES) + text[at:]
            case 3:
                text = text[:at] + chr(chance.randrange(32, 0x3000)) + text[at + 1 :]
            case 4:
                text = "\n".join([*lines[:row], *lines[row + 1 :]])
            case 5:
                other = chance.randrange(len(lines))
                lines[row], lines[other] = lines[other], lines[row]
                text = "\n".join(lines)
            case _:
                key, colon, value = lines[row].partition(":")
                comma = "," * value.rstrip().endswith(",")
                lines[row] = f"{key}: {chance.choice(VALUES)}{comma}" if colon else lines[row]
                text = "\n".join(lines)
    return text


def test_thousands_of_broken_files_are_each_refused_or_imported(tmp_path: Path) -> None:
    chance, texts = random.Random(5), sources()
    zoo = tmp_path / "zoo"
    for number in range(INPUTS):
        suffix, text = chance.choice(texts)
        file = zoo / f"m{number}" / f"file{suffix}"
        file.parent.mkdir(parents=True)
        file.write_bytes(mutated(text, chance).encode("utf-8", "replace"))
    start = time.monotonic()
    report = import_paths([zoo], tmp_path / "models", verify=True)
    assert time.monotonic() - start < 300  # a hang
    assert len(report.files) + len(report.skipped) == INPUTS
    for item in report.files:
        assert item.roundtrip is not Status.DIFFERENT, item.to_json()
        if item.status == "refused":
            (finding,) = item.findings
            assert finding.message
            assert str(zoo) in str(finding.path)


HOSTILE = {
    "deep.yaml": "a: " + "[" * 9000,
    "deep.json": '{"OpConfig": ' + '{"a":' * 9000,
    "bomb.yaml": "a: &a [x, x]\n" + "".join(f"k{n}: &b{n} [*a, *a]\n" for n in range(30)),
    "number.json": '{"OpType": ' + "9" * 50_000 + "}",
    "number.yaml": a_yaml(("get_data_num: 50", "get_data_num: " + "9" * 50_000)),
    "large_number.yaml": a_yaml(("get_data_num: 50", "get_data_num: 99999999999999999999")),
    "large_side.yaml": a_yaml(("[1, 3, 224, 224]", "[1, 3, 224, 99999999999999999999]")),
    "binary.yaml": "\x00\x01\x02",
    "code.yaml": "a: !!python/object/apply:os.system ['true']",
    "empty.yaml": "",
    "empty.json": "",
    "half.json": '{"OpType": "\\ud800", "OpConfig": {}}',
    "unprintable.json": '{"OpType": "\\u0007\\u2028", "OpConfig": {"\\u001b[31m": 1}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_a_file_of_ours_ends_with_its_name_and_a_reason(tmp_path: Path, name: str, vcomp: Vcomp) -> None:
    file = tmp_path / name
    file.write_text(HOSTILE[name])
    start = time.monotonic()
    done = vcomp("import", file, "--models", tmp_path / "models", "--verify")
    assert time.monotonic() - start < 30  # a hang
    assert done.exit_code in (0, 1)
    assert name in done.stdout or "1 equal" in done.stdout


def test_links_that_go_in_circles_end(tmp_path: Path, vcomp: Vcomp) -> None:
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / "up").symlink_to(tmp_path / "zoo")
    (tmp_path / "zoo" / "self.yaml").symlink_to(tmp_path / "zoo" / "self.yaml")
    done = vcomp("import", tmp_path / "zoo", "--models", tmp_path / "models")
    assert done.exit_code == 1
    assert "self.yaml" in done.stdout
    assert "up" in done.stderr


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "zoo" / "closed"
    closed.mkdir(parents=True)
    (tmp_path / "zoo" / "net.yaml").write_text(a_yaml())
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")
    report = import_paths([tmp_path / "zoo"], tmp_path / "models")
    assert [(file.path.name, file.status) for file in report.files] == [("closed", "refused"), ("net.yaml", "imported")]


def test_models_that_cannot_be_written_to_is_an_error(tmp_path: Path, vcomp: Vcomp) -> None:
    (tmp_path / "net.yaml").write_text(a_yaml())
    (tmp_path / "models").write_text("a file")
    done = vcomp("import", tmp_path / "net.yaml", "--models", tmp_path / "models")
    assert done.exit_code == 2
    assert "models" in done.stderr


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path, vcomp: Vcomp) -> None:
    done = vcomp("import", tmp_path / "nothing", "--models", tmp_path / "models")
    assert done.exit_code == 2
    assert "nothing" in done.stderr
