"""Any string in a spec comes out of the rendered files as that same string."""

import ast
import json
import subprocess
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_spec
from vcomp.project import Model
from vcomp.render import layout, render_model
from vcomp.render.filters import to_code, to_docstring, to_markdown, to_python, to_shell, to_yaml
from vcomp.spec import CompileOptions, ImageFolder, Input, Int8, MaskPairs

NASTY = st.sampled_from(
    ["'", '"', '"""', "\\", "\n", "\r\n", "{{ x }}", "{% raw %}", "#", ": ", "- ", "null", "yes", "1e3", "0x10", "~",
     "`", "```", "$(id)", "\x00", "\x85", "\u2028", "中文", "😀", " ", "%s", "<b>", "|", "&a", "*a", "!t", "...", "---"]
)  # fmt: skip
TEXT = st.lists(st.one_of(NASTY, st.text(max_size=5)), max_size=6).map("".join)
PATH = TEXT.filter(lambda text: text and not text.startswith(("/", "\\")) and ".." not in text and text[1:2] != ":")


@given(text=TEXT)
def test_yaml_gives_a_string_back(text: str) -> None:
    assert yaml.safe_load(f"a:\n  - key: {to_yaml(text)}\n") == {"a": [{"key": text}]}
    assert yaml.safe_load(f"{to_yaml(text)}: [{to_yaml(text)}]") == {text: [text]}


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT, st.lists))
def test_yaml_gives_any_option_back(value: object) -> None:
    assert yaml.safe_load(f"key: {to_yaml(value)}") == {"key": value}


@given(text=TEXT)
def test_python_gives_a_string_back(text: str) -> None:
    assert ast.literal_eval(to_python(text)) == text


@given(text=TEXT)
def test_a_docstring_holds_the_words_and_nothing_else(text: str) -> None:
    tree = ast.parse(f'"""{to_docstring(text)} end."""\n', feature_version=(3, 8))
    assert ast.get_docstring(tree, clean=False) == " ".join(text.split()) + " end."


@settings(max_examples=40)
@given(text=TEXT.filter(lambda text: "\x00" not in text))
def test_a_shell_gives_a_word_back(text: str) -> None:
    word = to_shell(text)
    assert "\n" not in word
    printed = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout
    assert printed == text.encode()


@given(text=TEXT)
def test_markdown_stays_on_its_line(text: str) -> None:
    for filtered in (to_markdown(text), to_code(text)):
        assert len(filtered.splitlines()) <= 1


@settings(max_examples=60)
@given(text=TEXT, path=PATH, name=TEXT.filter(bool))
def test_a_spec_full_of_such_strings_renders_to_files_that_say_it(text: str, path: str, name: str) -> None:
    spec = a_spec(
        title=text[:200],
        summary=text,
        inputs=[Input(name=name[:200], shape=(1, 3, 32, 32))],
        calibration=ImageFolder(path=path),
        evaluation=MaskPairs(images=path, masks=f"masks-{path}"),
        compile=CompileOptions(output_layout=(text, name)),
        targets=[Int8(extra={"quantize.note": text})],
    )
    files = render_model(Model(Path("models/tiny"), (spec,)), [])  # itself reads each file back
    compiled = yaml.safe_load(files[layout.compile_yaml(spec, spec.targets[0])])
    assert compiled["frontend"]["shape"] == {name[:200]: [1, 3, 32, 32]}
    assert compiled["dataset"]["path"] == f"./data/{path}"
    assert compiled["backend"]["compile"]["output_layout"] == [text, name]
    assert compiled["backend"]["quantize"]["note"] == text
    assert json.loads(files[layout.vdsp_params(spec)])["OpConfig"]["OimageWidth"] == 32
