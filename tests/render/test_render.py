"""What is rendered, where it goes, and what happens to files that are there already."""

import ast
import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.builders import a_spec, write_tiny_model
from tests.conftest import ROOT, SHARED, Vcomp
from vcomp.errors import VcompError
from vcomp.project import Model
from vcomp.render import layout, render_model
from vcomp.render.page import typed
from vcomp.spec import CenterCrop, Decode, Fp16, Int8, Letterbox, Normalize, Resize, ToTensor

ZOO = SHARED / "corpus/vastmodelzoo/cv/segmentation/unetpp/build_in"
YAML = "models/tiny/build_in/build/tiny_int8.yaml"


def rendered_files(vcomp: Vcomp, *words: str) -> dict[str, str]:
    """File name to action, as printed."""
    lines = vcomp("render", *words).stdout.splitlines()
    actions = ("create", "identical", "update", "remove")
    return {line.split()[1]: line.split()[0] for line in lines if line.split() and line.split()[0] in actions}


def test_a_model_is_rendered_in_the_zoos_layout(project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)
    assert set(rendered_files(vcomp)) == {
        "models/tiny/README.md",
        "models/tiny/README.zh.md",
        "models/tiny/build_in/build/tiny_fp16.yaml",
        "models/tiny/build_in/build/tiny_int8.yaml",
        "models/tiny/build_in/vdsp_params/tiny-vdsp_params.json",
        "models/tiny/build_in/vsx/python/vsx_inference.py",
    }


def test_rendering_twice_changes_nothing(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    assert set(rendered_files(vcomp).values()) == {"create"}
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert set(rendered_files(vcomp).values()) == {"identical"}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_check_is_quiet_about_what_is_clean(project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)
    assert vcomp("render", "--check").exit_code == 1
    assert not (project / YAML).exists()
    vcomp("render")
    assert vcomp("render", "--check").exit_code == 0


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "README.zh.md",
        "build_in/build/tiny_fp16.yaml",
        "build_in/build/tiny_int8.yaml",
        "build_in/vdsp_params/tiny-vdsp_params.json",
        "build_in/vsx/python/vsx_inference.py",
    ],
)
def test_check_names_the_file_that_was_touched_and_shows_the_difference(project: Path, vcomp: Vcomp, file: str) -> None:
    folder = write_tiny_model(project)
    vcomp("render")
    path = folder / file
    path.write_text(path.read_text() + "# touched\n")

    result = vcomp("render", "--check")

    assert result.exit_code == 1
    assert f"update     models/tiny/{file}" in result.stdout
    assert "-# touched" in result.stdout
    assert path.read_text().endswith("# touched\n")


def test_check_notices_a_changed_spec(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    vcomp("render")
    spec = folder / "spec.py"
    spec.write_text(spec.read_text().replace('"max"', '"percentile"'))

    result = vcomp("render", "--check")

    assert result.exit_code == 1
    assert "-    calibrate_mode: max\n+    calibrate_mode: percentile" in result.stdout


def test_what_a_person_edited_is_kept_beside_the_new_file(project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)
    vcomp("render")
    (project / YAML).write_text("mine\n")

    result = vcomp("render")

    assert "edited by hand: kept as tiny_int8.yaml.edited" in result.stdout
    assert (project / f"{YAML}.edited").read_text() == "mine\n"
    assert vcomp("render", "--check").exit_code == 0


def test_a_second_edit_does_not_replace_the_first(project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)
    for text in ("mine\n", "mine again\n"):
        vcomp("render")
        (project / YAML).write_text(text)
    vcomp("render")

    assert (project / f"{YAML}.edited").read_text() == "mine\n"
    assert (project / f"{YAML}.2.edited").read_text() == "mine again\n"


def test_a_file_that_only_vcomp_wrote_is_replaced_without_a_copy(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    vcomp("render")
    (folder / "spec.py").write_text((folder / "spec.py").read_text().replace('"max"', '"mse"'))

    assert rendered_files(vcomp)[YAML] == "update"

    assert not list(folder.rglob("*.edited"))


def test_a_file_that_the_spec_no_longer_stands_for_is_removed(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    vcomp("render")
    (folder / "spec.py").write_text((folder / "spec.py").read_text().replace("Fp16(), ", ""))

    assert rendered_files(vcomp)["models/tiny/build_in/build/tiny_fp16.yaml"] == "remove"

    assert not (folder / "build_in/build/tiny_fp16.yaml").exists()


def test_out_leaves_the_model_alone(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    vcomp("render", "--out", "elsewhere")
    assert (project / "elsewhere/tiny/README.md").is_file()
    assert not (folder / "README.md").exists()


def test_rendering_stays_inside_the_folder_of_a_tampered_record(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    vcomp("render")
    (project / "precious").write_text("")
    (folder / layout.RECORD).write_text(json.dumps({"../../precious": "e3b0c442"}))
    result = vcomp("render")
    assert result.exit_code == 2
    assert (project / "precious").exists()


def test_json_output_is_versioned(project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)
    printed = json.loads(vcomp("render", "--json").stdout)
    assert printed["schema_version"] == 1
    assert {file["action"] for file in printed["files"]} == {"create"}


@pytest.mark.skipif(not ZOO.is_dir(), reason="SKIPPED LOUDLY: the zoo's files are not beside this checkout")
def test_unetpp_says_what_the_zoos_own_files_say() -> None:
    build_in = ROOT / "models/unetpp/build_in"
    ours = yaml.safe_load((build_in / "build/unetpp_int8.yaml").read_text())
    theirs = yaml.safe_load((ZOO / "build/official_unetpp.yaml").read_text())
    for document in (ours, theirs):
        del document["name"], document["frontend"]["checkpoint"], document["dataset"]["path"]
    assert ours == theirs
    ours = json.loads((build_in / "vdsp_params/unetpp-vdsp_params.json").read_text())
    assert ours == json.loads((ZOO / "vdsp_params/unetzoo-unetpp-vdsp_params.json").read_text())


def render(**changes: object) -> dict[str, str]:
    files = render_model(Model(Path("models/tiny"), (a_spec(**changes),)), [])
    return {path.name: text for path, text in files.items()}


def test_a_crop_is_rendered_as_its_centred_offset() -> None:
    files = render(
        preprocess=[Decode(), Resize(height=40, width=36), CenterCrop(height=32, width=32), Normalize(), ToTensor()]
    )
    config = json.loads(files["tiny-vdsp_params.json"])
    assert config["OpType"] == "FUSION_OP_RGB_RESIZE_CVTCOLOR_CROP_NORM_TENSOR"
    values = config["OpConfig"]
    assert (values["CropX"], values["CropY"], values["ResizeWidth"], values["ResizeHeight"]) == (2, 4, 36, 40)
    assert values["NormaType"] == "DIV255"
    assert "Mean" not in values


def test_a_letterbox_is_one_operator_there_and_two_ops_here() -> None:
    files = render(preprocess=[Decode(), Letterbox(height=32, width=32), ToTensor()])
    values = json.loads(files["tiny-vdsp_params.json"])
    assert values["OpType"] == "FUSION_OP_RGB_LETTERBOX_CVTCOLOR_NORM_TENSOR"
    assert values["OpConfig"]["Padding"] == [114, 114, 114]
    ops = yaml.safe_load(files["tiny_int8.yaml"])["dataset"]["process_ops"]
    assert ops[1:3] == [
        {"type": "Resize", "size": [32, -1], "adaptive_side": "long"},
        {"type": "Pad", "pad_to_square": True},
    ]


def test_fp16_needs_no_dataset_and_no_ranges() -> None:
    compiled = yaml.safe_load(render(targets=[Fp16()])["tiny_fp16.yaml"])
    assert "dataset" not in compiled
    assert "quantize" not in compiled["backend"]


def test_vendor_options_land_where_they_say() -> None:
    target = Int8(
        extra={"quantize.quantize_mode": "manual", "compile.new": [1, 2], "merge_params": True}, skip_conv_layers=(0, 3)
    )
    backend = yaml.safe_load(render(targets=[target])["tiny_int8.yaml"])["backend"]
    assert backend["quantize"]["quantize_mode"] == "manual"
    assert backend["quantize"]["skip_conv_layers"] == [0, 3]
    assert backend["compile"] == {"new": [1, 2]}
    assert backend["merge_params"] is True


def test_options_of_quantization_are_written_as_the_compiler_reads_them() -> None:
    options = {
        "weight_scale": "power2",
        "quantize_operators": ["!nn.vacc_matmul"],
        "ops_usingfp": ["concatenate"],
        "quantize_dsp_ops": ["vacc_upsampling"],
        "calibrate_chunk_by": -1,
    }
    quantize = yaml.safe_load(render(targets=[Int8(**options)])["tiny_int8.yaml"])["backend"]["quantize"]
    assert {key: quantize[key] for key in options} == options
    assert not options.keys() & yaml.safe_load(render(targets=[Int8()])["tiny_int8.yaml"])["backend"]["quantize"].keys()


def test_steps_that_the_chip_cannot_fuse_are_refused() -> None:
    with pytest.raises(VcompError, match="no fused operator for Resize, Resize"):
        render(preprocess=[Decode(), Resize(height=64, width=64), Resize(height=32, width=32), ToTensor()])


def test_the_script_parses_as_the_vendors_python_and_imports_only_what_is_there() -> None:
    tree = ast.parse(render()["vsx_inference.py"], feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    standard = {"argparse", "os", "sys", "threading", "time", "queue"}
    assert imported == standard | {"cv2", "numpy", "vaststreamx"}


def test_no_trace_of_the_template_is_left() -> None:
    for text in render().values():
        assert "{{" not in text
        assert "{%" not in text
        assert not any(line != line.rstrip() for line in text.splitlines())


def test_long_commands_are_broken_before_their_options() -> None:
    words = ["python", "x.py", "--first", "a" * 80, "--second", "b c", "-t", "5"]
    assert typed(words) == f"python x.py \\\n    --first {'a' * 80} \\\n    --second 'b c' -t 5"


def test_both_pages_show_the_same_commands(project: Path) -> None:
    english, chinese = (render()[name] for name in ("README.md", "README.zh.md"))
    assert english.count("```bash") == chinese.count("```bash")
    ours, theirs = ([part.split("```")[0] for part in text.split("```bash")[1:]] for text in (english, chinese))
    assert ours == theirs


def test_the_committed_pages_and_files_match_their_specs(vcomp: Vcomp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert vcomp("render", "--check").exit_code == 0


def test_a_damaged_results_file_is_named(project: Path, vcomp: Vcomp) -> None:
    folder = write_tiny_model(project)
    (folder / "results.json").write_text('{"schema_version": 1, "results": [{"model": "tiny"}]}')
    result = vcomp("render")
    assert result.exit_code == 2
    assert "results.json" in result.stderr
    shutil.rmtree(folder)
