"""A model's folder: its Python files are run without leaving traces, and each with its own siblings."""

import sys
import types
from pathlib import Path

import pytest

from tests.builders import TINY_SPEC
from vcomp.errors import VcompError
from vcomp.project import load_model
from vcomp.project.model import load_module

NOTHING: dict[str, str] = {}


def write_model(root: Path, spec: str = TINY_SPEC, name: str = "tiny", files: dict[str, str] = NOTHING) -> Path:
    """A model's folder with this spec, and other files."""
    folder = root / name
    for file, text in {"spec.py": spec.replace('name="tiny"', f'name="{name}"'), **files}.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return folder


def with_first_line(line: str, *, title: str = "''") -> str:
    """The small spec with this line before it, and a title."""
    return f"{line}\n{TINY_SPEC}".replace('name="tiny",', f'name="tiny", title={title},')


def test_a_spec_may_import_the_files_beside_it(tmp_path: Path) -> None:
    spec = with_first_line("from shared import TITLE", title="TITLE")
    assert load_model(write_model(tmp_path, spec, files={"shared.py": "TITLE = 'Tiny'"})).spec.title == "Tiny"


@pytest.mark.parametrize(
    ("file", "module"),
    [("shared.py", "shared"), ("shared/__init__.py", "shared"), ("shared/names.py", "shared.names")],
)
def test_two_models_each_get_their_own_sibling(tmp_path: Path, file: str, module: str) -> None:
    spec = with_first_line(f"from {module} import TITLE", title="TITLE")
    for name in ("first", "second", "third"):
        folder = write_model(tmp_path, spec, name, {file: f"TITLE = {name!r}"})
        assert load_model(folder).spec.title == name


NETWORK = {"network.py": "from blocks import b"}


def test_two_models_each_get_their_own_network(tmp_path: Path) -> None:
    modules = [
        load_module(write_model(tmp_path, name=name, files={**NETWORK, "blocks.py": f"b = {name!r}"}) / "network.py")
        for name in ("first", "second")
    ]
    assert [module.b for module in modules] == ["first", "second"]


def test_a_module_of_the_same_name_that_is_in_use_is_neither_taken_nor_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = types.ModuleType("shared")
    monkeypatch.setitem(sys.modules, "shared", other)
    spec = with_first_line("from shared import TITLE", title="TITLE")
    assert load_model(write_model(tmp_path, spec, files={"shared.py": "TITLE = 'Tiny'"})).spec.title == "Tiny"
    assert sys.modules["shared"] is other


def test_a_sibling_called_like_a_module_of_python_hides_nothing(tmp_path: Path) -> None:
    json = sys.modules["json"]
    load_model(write_model(tmp_path, with_first_line("import json; json.dumps"), files={"json.py": ""}))
    assert sys.modules["json"] is json


def test_no_module_and_no_path_stays_behind(tmp_path: Path) -> None:
    folder = write_model(tmp_path, with_first_line("import shared"), files={"shared.py": ""})
    path = list(sys.path)
    load_model(folder)
    assert sys.path == path
    assert not [name for name in sys.modules if name == "shared" or "vcomp_model" in name]


def test_nothing_stays_behind_after_a_failure(tmp_path: Path) -> None:
    folder = write_model(tmp_path, with_first_line("import shared; 1 / 0"), files={"shared.py": ""})
    before = list(sys.path), sys.dont_write_bytecode
    with pytest.raises(VcompError, match="ZeroDivisionError"):
        load_model(folder)
    assert (list(sys.path), sys.dont_write_bytecode) == before
    assert "shared" not in sys.modules


def test_no_compiled_files_are_left_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = write_model(tmp_path, with_first_line("import shared"), files={"shared.py": ""})
    load_model(folder)
    assert sorted(file.name for file in folder.iterdir()) == ["shared.py", "spec.py"]


def test_a_relative_folder_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path, with_first_line("import shared"), files={"shared.py": ""})
    monkeypatch.chdir(tmp_path)
    assert load_model(Path("tiny")).folder == tmp_path / "tiny"
    assert "shared" not in sys.modules


def test_a_file_may_define_a_dataclass_with_annotations_as_text(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Sizes:\n    height: int\n"
    )
    assert load_module(write_model(tmp_path, files={"network.py": text}) / "network.py").Sizes(3).height == 3


def test_variants_follow_the_spec(tmp_path: Path) -> None:
    spec = f"{TINY_SPEC}\nvariants = [spec.variant(name='tiny-l1')]\n"
    model = load_model(write_model(tmp_path, spec))
    assert ([item.name for item in model.specs], model.spec.name) == (["tiny", "tiny-l1"], "tiny")


# -- faults ------------------------------------------------------------------------------------------------------------


def told(folder: Path) -> str:
    with pytest.raises(VcompError) as caught:
        load_model(folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_folder_without_a_spec_is_told(tmp_path: Path) -> None:
    assert "start one with: vcomp new tiny" in told(tmp_path / "tiny")


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "spec = 3",
        "spec = None",
        f"{TINY_SPEC}\nvariants = None",
        f"{TINY_SPEC}\nvariants = spec",
        f"{TINY_SPEC}\nvariants = [3]",
    ],
)
def test_a_file_without_specs_is_told(tmp_path: Path, spec: str) -> None:
    assert "no spec found\n    expected spec = ModelSpec(…)" in told(write_model(tmp_path, spec))


def test_variants_of_one_name_are_told(tmp_path: Path) -> None:
    spec = f"{TINY_SPEC}\nvariants = [spec.variant(title='again')]\n"
    assert "two variants share a name: tiny, tiny" in told(write_model(tmp_path, spec))


def test_a_fault_in_a_sibling_is_told_with_the_siblings_line(tmp_path: Path) -> None:
    folder = write_model(tmp_path, with_first_line("import shared"), files={"shared.py": "# one\n1 / 0\n"})
    assert told(folder).startswith("shared.py:2  ZeroDivisionError")


def test_a_syntax_error_in_a_sibling_is_told_with_the_siblings_line(tmp_path: Path) -> None:
    folder = write_model(tmp_path, with_first_line("import shared"), files={"shared.py": "# one\nx = (\n"})
    assert told(folder).startswith("shared.py:2  not Python")


def test_a_part_that_is_wrong_in_a_sibling_is_told_with_the_siblings_line(tmp_path: Path) -> None:
    shared = "from vcomp.spec import Resize\n\nSIZE = Resize(\n    height=-3,\n    width=4,\n)\n"
    text = told(write_model(tmp_path, with_first_line("import shared"), files={"shared.py": shared}))
    assert text.startswith("shared.py:4  height: -3 is not allowed")
    assert "\n    height=-3,\n" in text


def test_a_fault_of_a_variant_is_told_at_its_own_line(tmp_path: Path) -> None:
    spec = f"{TINY_SPEC}\nvariants = [\n    spec.variant(name='tiny-l1'),\n    spec.variant(name='a b'),\n]\n"
    line = spec.splitlines().index("    spec.variant(name='a b'),") + 1
    assert told(write_model(tmp_path, spec)).startswith(f"spec.py:{line}  name: 'a b' is not allowed")


def test_a_fault_in_a_part_given_as_a_dict_does_not_blame_the_whole(tmp_path: Path) -> None:
    spec = TINY_SPEC.replace('OnnxNetwork(file="tiny.onnx")', 'dict(type="onnx", fil="tiny.onnx")')
    text = told(write_model(tmp_path, spec))
    assert "it has no field 'fil'" in text
    assert "it lacks 'file'" in text


def test_a_spec_in_another_alphabet_is_quoted(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    text = TINY_SPEC.replace("threshold=0.5", "threshold=5").replace("A small network", "小网络")
    (folder / "spec.py").write_text(text, encoding="utf-8")
    assert "threshold=5" in told(folder)
