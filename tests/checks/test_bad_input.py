"""Whatever lies in a folder, checking it ends soon, names the file, and never in a traceback."""

import json
import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.worlds import World, worlds
from tests.conftest import SHARED, Vcomp
from vcomp.checks.check import check_paths
from vcomp.checks.finding import Finding

CORPUS = SHARED / "corpus" / "vastmodelzoo"

plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
anything = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner), max_leaves=8
)


def told(path: Path) -> list[Finding]:
    started = time.monotonic()
    findings = check_paths([path])
    assert time.monotonic() - started < 30  # a hang
    return findings


def place(value: object, keys: list[object]) -> tuple[object, object]:
    """The mapping or list that holds the last of the keys, and that key."""
    for key in keys[:-1]:
        value = value[key]  # type: ignore[index]
    return value, keys[-1]


def paths_into(value: object, above: tuple[object, ...] = ()) -> list[list[object]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, inner in items for path in ([*above, key], *paths_into(inner, (*above, key)))]


@given(world=worlds(), data=st.data())
@settings(max_examples=150)
def test_any_value_anywhere_is_judged_without_a_traceback(
    world: World, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for document in (world.compile, world.vdsp):
        holder, key = place(document, data.draw(st.sampled_from(paths_into(document))))
        holder[key] = data.draw(anything)  # type: ignore[index]

    told(world.write(tmp_path_factory.mktemp("any")))


@given(world=worlds(), text=st.text(max_size=300), block=st.booleans())
@settings(max_examples=60)
def test_any_page_and_script_is_read_without_a_traceback(
    world: World, text: str, block: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = text.encode("utf-8", "replace").decode()
    world.page = f"```bash\nvamp -m {text}\npython {text}\nvamc compile {text}\n```\n[x]({text})" if block else text
    world.script = text

    told(world.write(tmp_path_factory.mktemp("any")))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nfrontend: {}\n"),
        ("deep.json", b'{"OpType": ' + b"[" * 100_000),
        ("deep.yaml", b"frontend: " + b"[" * 50_000),
        ("binary.yaml", bytes(range(256)) * 40 + b"frontend:"),
        ("huge.json", b'{"OpType": 1' + b"0" * 20_000 + b"}"),
        ("twice.yaml", b"frontend: {}\nfrontend: {}\n"),
        ("cut-vdsp_params.json", b'{"OpType": "FUSION_OP_RGB'),
        ("empty-vdsp_params.json", b""),
        ("tag.yaml", b"frontend: !!python/object/apply:os.system [echo]\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_a_reason(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    (finding,) = [item for item in told(tmp_path) if item.rule == "VC001"]

    assert finding.path == tmp_path / name
    assert finding.message


def test_a_folder_in_a_circle_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "README.md").symlink_to(tmp_path / "README.md")

    assert {item.path.name for item in told(tmp_path)} <= {"loop.yaml"}


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every folder")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)

    assert closed in {item.path for item in told(tmp_path)}


def test_scripts_and_pages_of_any_depth_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text("x = " + "(" * 5_000)
    (tmp_path / "sum.py").write_text("x = " + "1+" * 20_000 + "1")
    (tmp_path / "README.md").write_text("[" * 20_000 + "```bash\n" + "vamp -m " + "a/" * 5_000 + "\n" + "](" * 5_000)

    assert {item.rule for item in told(tmp_path)} <= {"VC921"}


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the public files are not at {CORPUS}")
def test_public_files_with_bytes_changed_are_judged_without_a_traceback(tmp_path: Path) -> None:
    source = random.Random(0)
    files = sorted(path for path in CORPUS.rglob("*") if path.suffix in (".yaml", ".json"))
    for number in range(400):
        original = source.choice(files)
        content = bytearray(original.read_bytes())
        for _ in range(source.randint(1, 4)):
            at = source.randrange(len(content))
            content[at : at + source.randint(0, 3)] = source.randbytes(source.randint(0, 2)) or b"9" * source.randint(
                0, 30
            )
        folder = tmp_path / str(number) / "build_in"
        folder.mkdir(parents=True)
        (folder / original.name).write_bytes(content[: source.randint(1, len(content))] if number % 3 == 0 else content)

    findings = check_paths([tmp_path])

    assert all(item.message and item.mend and item.line >= 1 for item in findings)


def test_the_command_tells_a_bad_file_in_every_format(project: Path, vcomp: Vcomp) -> None:
    (project / "bad.yaml").write_bytes(b"\xff\xfe\x00frontend: [")

    for words in ((), ("--json",), ("--format", "sarif"), ("--format", "github"), ("--fix",), ("--prove",)):
        result = vcomp("check", "bad.yaml", *words)
        assert result.exit_code == 1
        assert "bad.yaml" in result.stdout
    assert json.loads(vcomp("check", "bad.yaml", "--json").stdout)["findings"][0]["rule"] == "VC001"
