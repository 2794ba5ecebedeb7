"""Checking the specs of a project: what they render, their network, their data."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import TINY_SPEC, write_tiny_model, write_tiny_onnx
from tests.conftest import Vcomp
from vcomp.checks.check import findings, subjects
from vcomp.checks.models import ModelFiles
from vcomp.project import find_project, load_model
from vcomp.render import render_models


def rules_in(folder: Path) -> set[str]:
    return {finding.rule for finding in findings(subjects([], [load_model(folder)]))}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("project")
    folder = write_tiny_model(project)
    render_models(find_project(project))
    return folder


def test_nothing_is_found_in_a_model_that_was_rendered(rendered: Path) -> None:
    assert rules_in(rendered) == set()


def test_the_models_that_vcomp_ships_are_free_of_errors(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("check", "unetpp")

    assert (result.exit_code, result.stdout) == (0, "nothing found\n")


def test_a_model_that_was_never_rendered_is_a_warning(tmp_path: Path) -> None:
    assert rules_in(write_tiny_model(tmp_path)) == {"VC832"}


@given(data=st.data())
@settings(max_examples=15)
def test_any_change_of_a_rendered_file_is_drift(data: st.DataObject, rendered: Path) -> None:
    files = sorted(path for path in (rendered / "build_in").rglob("*") if path.suffix in (".yaml", ".json", ".py"))
    path = data.draw(st.sampled_from([path for path in files if not path.name.startswith(".")]))
    text = path.read_text()
    at = data.draw(st.integers(0, len(text) - 1))
    try:
        path.write_text(text[:at] + data.draw(st.sampled_from(["", "x", "\n"])) + text[at + 1 :] + "#")

        assert "VC831" in rules_in(rendered)
    finally:
        path.write_text(text)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Fp16(),", 'Fp16(extra={"compile.new_option": 3}),', "VC833"),
        ('images="evaluation/images"', 'images="calibration/images"', "VC834"),
        ('path="calibration/images"', 'path="evaluation/images"', "VC834"),
        ("(1, 3, 32, 32)", "(1, 3, 48, 48)", "VC822"),
        ('name="input"', 'name="image"', "VC821"),
    ],
)
def test_a_fault_of_a_spec_is_found(old: str, new: str, rule: str, tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path)
    spec = TINY_SPEC.replace(old, new).replace(
        "height=32, width=32", "height=48, width=48" if "48" in new else "height=32, width=32"
    )
    assert new in spec
    (folder / "spec.py").write_text(spec)

    assert rule in rules_in(folder)


def test_an_option_of_the_escape_hatch_is_a_question_and_no_unknown_key(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path)
    text = TINY_SPEC.replace("Fp16(),", 'Fp16(extra={"compile.new_option": 3}),')
    (folder / "spec.py").write_text(text)
    render_models(find_project(tmp_path))

    assert rules_in(folder) == {"VC833"}


def test_what_cannot_be_rendered_is_found(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path)
    text = TINY_SPEC.replace("Resize,", "Kernel, Resize,", 1)
    text = text.replace("Resize(height=32, width=32)", "Resize(height=32, width=32, kernel=Kernel.LANCZOS_CV)")
    (folder / "spec.py").write_text(text)

    assert "VC830" in rules_in(folder)


def test_drift_is_told_at_the_line_that_differs(rendered: Path) -> None:
    path = rendered / "build_in" / "build" / "tiny_fp16.yaml"
    text = path.read_text()
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "dtype: fp16" in words)
    try:
        path.write_text(text.replace("dtype: fp16", "dtype: int8"))

        (finding,) = [item for item in findings([ModelFiles(load_model(rendered))]) if item.rule == "VC831"]
    finally:
        path.write_text(text)
    assert finding.line == line


@given(name=st.text("abcxyz_./0123456789", min_size=1, max_size=12), side=st.integers(8, 64))
@settings(max_examples=15)
def test_a_compile_yaml_is_compared_with_the_network_that_it_names(
    name: str, side: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("zoo")
    write_tiny_onnx(folder / "net.onnx", side=32, name="input")
    (folder / "demo.yaml").write_text(
        f"name: demo_fp16\nfrontend: {{checkpoint: net.onnx, type: onnx, shape: {{'{name}': [1, 3, {side}, {side}]}}}}\n"  # noqa: E501
        "backend: {dtype: fp16}\nworkspace: {path: deploy_weights}\n"
    )

    rules = {finding.rule for finding in findings(subjects([folder]))}

    assert rules == ({"VC821"} if name != "input" else {"VC822"} if side != 32 else set())


def test_a_network_that_is_cut_short_is_found(tmp_path: Path) -> None:
    network = write_tiny_onnx(tmp_path / "net.onnx")
    network.write_bytes(network.read_bytes()[:100])
    (tmp_path / "demo.yaml").write_text(
        "name: demo_fp16\nfrontend: {checkpoint: net.onnx, type: onnx, shape: {input: [1, 3, 32, 32]}}\n"
        "backend: {dtype: fp16}\nworkspace: {path: deploy_weights}\n"
    )

    assert {finding.rule for finding in findings(subjects([tmp_path]))} == {"VC820"}


@pytest.mark.parametrize(("outputs", "opset", "rule"), [(2, 11, "VC824"), (1, 21, "VC823"), (1, 7, "VC823")])
def test_outputs_and_opset_are_judged(outputs: int, opset: int, rule: str, tmp_path: Path) -> None:
    import onnx

    model = onnx.load(str(write_tiny_onnx(tmp_path / "net.onnx")))
    if outputs == 2:
        model.graph.output.append(onnx.helper.make_tensor_value_info("b", onnx.TensorProto.FLOAT, [1, 4, 32, 32]))
    model.opset_import[0].version = opset
    onnx.save(model, str(tmp_path / "net.onnx"))
    (tmp_path / "demo.yaml").write_text(
        "name: demo_fp16\nfrontend: {checkpoint: net.onnx, type: onnx, shape: {input: [1, 3, 32, 32]}}\n"
        "graph: {extra_ops: {type: softmax}}\nbackend: {dtype: fp16}\nworkspace: {path: deploy_weights}\n"
    )

    assert {finding.rule for finding in findings(subjects([tmp_path]))} == {rule}
