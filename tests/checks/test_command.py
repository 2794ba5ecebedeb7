"""`vcomp check` as a person meets it."""

import json
import re
from pathlib import Path

import pytest

from tests.builders import write_tiny_model
from tests.conftest import Vcomp

YAML = """# settings of the first build
name: demo_hazelnet_int8   # the name
frontend:
  checkpoint: /path/to/hazelnet.onnx
  type: onnx
  shape: {input: [1, 3, 32, 32]}
backend:
  dtype: int8
  quantize:
    alibrate_mode: max
dataset:
  type: tvm
  path: data/train
  sampler: {suffix: jpg, get_data_num: "50"}
  process_ops:
  - type: DecodeImage
  - {type: Resize, size: [32, 32]}
  - type: Normalize
    div255: null   # beside pixels
    mean: [127.5, 127.5, 127.5]
    std: [128, 128, 128]
  - type: ToTensor
workspace:
  path: ./deploy_weights
"""


@pytest.fixture
def zoo(project: Path) -> Path:
    file = project / "hazelnet" / "build_in" / "build" / "demo_hazelnet.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(YAML)
    return file


def test_it_names_file_line_rule_values_and_mend(zoo: Path, vcomp: Vcomp) -> None:
    result = vcomp("check", "hazelnet")

    assert result.exit_code == 1
    assert "hazelnet/build_in/build/demo_hazelnet.yaml:10: error VC101" in result.stdout
    assert "'alibrate_mode'" in result.stdout
    assert "write 'calibrate_mode'" in result.stdout


def test_fix_changes_exactly_the_values_that_it_names(zoo: Path, vcomp: Vcomp) -> None:
    result = vcomp("check", "hazelnet", "--fix")

    mended = (
        YAML.replace("alibrate_mode", "calibrate_mode").replace('"50"', "50").replace("div255: null", "div255: false")
    )
    assert zoo.read_text() == mended
    assert result.exit_code == 0, result.stdout
    assert result.stderr.count("mended") == 3


def test_fix_keeps_line_endings_and_what_is_no_utf8_free_of_harm(zoo: Path, vcomp: Vcomp) -> None:
    zoo.write_bytes(YAML.replace("\n", "\r\n").encode("utf-8-sig"))

    vcomp("check", "hazelnet", "--fix")

    text = zoo.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.count(b"\r\n") == text.count(b"\n") == YAML.count("\n")
    assert b"div255: false   # beside pixels\r\n" in text


def test_fix_writes_nothing_where_nothing_is_to_be_mended(zoo: Path, vcomp: Vcomp) -> None:
    vcomp("check", "hazelnet", "--fix")
    before = zoo.stat()

    vcomp("check", "hazelnet", "--fix")

    assert zoo.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("words", [("--json",), ("--format", "json")])
def test_json_has_the_promised_shape(words: tuple[str, ...], zoo: Path, vcomp: Vcomp) -> None:
    told = json.loads(vcomp("check", "hazelnet", *words).stdout)

    assert told["schema_version"] == 1
    assert all(
        list(item) == ["rule", "severity", "path", "line", "message", "mend"] and not Path(item["path"]).is_absolute()
        for item in told["findings"]
    )
    assert {item["rule"] for item in told["findings"]} >= {"VC101", "VC201", "VC203"}


def test_sarif_names_each_rule_and_place(zoo: Path, vcomp: Vcomp) -> None:
    log = json.loads(vcomp("check", "hazelnet", "--format", "sarif").stdout)

    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0"
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    place = next(result for result in run["results"] if result["ruleId"] == "VC203")["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "hazelnet/build_in/build/demo_hazelnet.yaml"},
        "region": {"startLine": 19},
    }


def test_github_gets_one_command_a_line(zoo: Path, vcomp: Vcomp) -> None:
    lines = vcomp("check", "hazelnet", "--format", "github").stdout.splitlines()

    pattern = r"::(error|warning|notice) file=[^,]+,line=\d+,title=VC\d+::.+"
    assert lines and all(re.fullmatch(pattern, line) for line in lines)


def test_select_and_ignore_take_ids_and_beginnings(zoo: Path, vcomp: Vcomp) -> None:
    def rules(*words: str) -> set[str]:
        told = json.loads(vcomp("check", "hazelnet", "--json", *words).stdout)
        return {item["rule"] for item in told["findings"]}

    assert rules("--select", "VC101") == {"VC101"}
    assert rules("--select", "VC1,VC203", "--ignore", "VC101") == {"VC203"}
    assert "VC101" not in rules("--ignore", "vc1")


def test_a_rule_is_explained_by_its_id(project: Path, vcomp: Vcomp) -> None:
    result = vcomp("check", "--explain", "vc601")

    assert result.exit_code == 0
    assert result.stdout.startswith("VC601 CodeAgainstFormat (error)\n\nColorCvtCode converts from")


@pytest.mark.parametrize("words", [("--explain", "VC999"), ("--select", "XY"), ("no/such/folder",), ("nobody",)])
def test_what_is_not_there_is_no_verdict(words: tuple[str, ...], project: Path, vcomp: Vcomp) -> None:
    write_tiny_model(project)

    result = vcomp("check", *words)

    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_single_file_is_compared_with_the_others_of_its_model_and_only_its_own_faults_are_told(
    zoo: Path, vcomp: Vcomp
) -> None:
    config = {
        "IimageFormat": "RGB_PLANAR",
        "ColorCvtCode": "RGB2BGR",
        "NormaType": "EQUAL",
        "ResizeType": "BILINEAR_CV",
    }
    other = zoo.parent.parent / "vdsp_params" / "demo-hazelnet-vdsp_params.json"
    other.parent.mkdir()
    other.write_text(json.dumps({"OpType": "FUSION_OP_RGB_RESIZE_CVTCOLOR_NORM_TENSOR", "OpConfig": config}))

    told = json.loads(vcomp("check", zoo, "--json").stdout)["findings"]

    assert {item["path"] for item in told} == {"hazelnet/build_in/build/demo_hazelnet.yaml"}
    assert {item["rule"] for item in told} >= {"VC701", "VC703"}


def test_warnings_and_questions_are_no_failure(zoo: Path, vcomp: Vcomp) -> None:
    zoo.write_text(YAML.replace("alibrate_mode", "calibrate_mode").replace('"50"', "50").replace("null", "false"))
    text = zoo.read_text().replace("data/train", "data/val")
    zoo.write_text(text)

    result = vcomp("check", "hazelnet")

    assert "question VC811" in result.stdout
    assert result.exit_code == 0


def test_a_value_cannot_move_the_cursor_or_forge_an_annotation(zoo: Path, vcomp: Vcomp) -> None:
    zoo.write_text(YAML.replace("alibrate_mode: max", '"\\e[2Jx\\n::error::forged": max'))

    shown = vcomp("check", "hazelnet").stdout
    annotated = vcomp("check", "hazelnet", "--format", "github").stdout

    assert "\x1b" not in shown
    assert not any(line.startswith("::error::forged") for line in annotated.splitlines())
