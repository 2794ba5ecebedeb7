"""A folder's files become one spec.py that a person could have written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.importing.world import World, a_json, a_yaml
from vcomp.importing.comparison import Status
from vcomp.spec import Checkpoint, Fp16, Int8


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def rules(world: World) -> list[str]:
    return [finding.rule for file in world.run().files for finding in file.findings]


def test_the_spec_reads_as_if_written_by_hand(world: World) -> None:
    world.write("timm_net.yaml", a_yaml(("calibrate_mode: max", "calibrate_mode: max # the best of four")))
    for network in ("net", "net_50", "net_101"):
        world.write(f"timm-{network}-vdsp_params.json", a_json())
    world.run()
    assert (
        world.text()
        == '''"""net: 3 networks, from files written by hand."""

from vcomp.spec import Checkpoint, Decode, ImageFolder, Input, Int8, ModelSpec, Normalize, Resize, ToTensor

family = "net"

# timm_net.yaml, timm-net-vdsp_params.json
# timm_net.yaml:12  calibrate_mode: the best of four
spec = ModelSpec(
    name="timm_net",
    network=Checkpoint(path="weights/net.onnx"),
    inputs=[Input(shape=(1, 3, 224, 224))],
    preprocess=[
        Decode(),
        Resize(height=224, width=224),
        Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
        ToTensor(),
    ],
    calibration=ImageFolder(path="/path/to/images", suffix="JPEG"),
    targets=[Int8(calibrate="max")],
)

variants = [
    # Of these there is only the vdsp file: they are taken to be built like timm_net.
    *(
        spec.variant(name=f"timm-{network}", network=Checkpoint(path=f"weights/{network}.onnx"))
        for network in ("net_101", "net_50")
    ),
]
'''
    )


def test_ruff_would_leave_the_spec_as_it_is(world: World) -> None:
    world.write("timm_net.yaml", a_yaml())
    world.write("mmcls_net.yaml", a_yaml(("max", "mse"), name='it\'s "q"'))
    for network in ("net_50", "net_101", "a" * 60, "b" * 60):
        world.write(f"timm-{network}-vdsp_params.json", a_json(("NO_CHANGE", "RGB2BGR")))
    world.run()
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [*ruff, *command, "--config", ROOT / "pyproject.toml", world.models], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + world.text()


def test_half_and_whole_of_one_network_are_two_targets(world: World) -> None:
    world.write("a_int8.yaml", a_yaml())
    start = a_yaml().index("  quantize"), a_yaml().index("workspace")
    half = (a_yaml()[: start[0]] + a_yaml()[start[1] :]).replace("int8", "fp16")
    world.write("b_fp16.yaml", half)
    report = world.run()
    assert {file.roundtrip for file in report.files} == {Status.EQUAL}
    assert world.specs()["timm_net"].targets == (Fp16(), Int8(calibrate="max"))


def test_two_files_that_build_into_one_folder_are_told_and_kept_apart(world: World) -> None:
    world.write("one.yaml", a_yaml())
    world.write("two.yaml", a_yaml(("max", "mse")))
    assert rules(world) == ["same-artifact"]
    specs = world.specs()
    assert list(specs) == ["timm_net", "two"]
    assert specs["two"].targets == (Int8(artifact="timm_net_int8", calibrate="mse"),)


def test_a_name_against_the_precision_is_told(world: World) -> None:
    world.write("net.yaml", a_yaml(name="timm_net_fp16"))
    assert rules(world) == ["name-against-dtype"]
    assert world.specs()["timm_net_fp16"].targets[0].artifact == "timm_net_fp16"


def test_no_two_specs_of_a_zoo_share_a_name(world: World) -> None:
    for folder in ("cv/one", "cv/two", "nlp/one/huggingface", "nlp/two/huggingface"):
        world.write("bert.yaml", a_yaml(name="bert"), folder)
    report = world.run()
    names = [path.parent.name for path in report.written]
    assert sorted(names) == ["one", "one_huggingface", "two", "two_huggingface"]
    specs = [spec for name in names for spec in world.specs(name)]
    assert len(set(specs)) == 4
    assert {spec.artifact(spec.targets[0]) for name in names for spec in world.specs(name).values()} == {"bert"}


def test_another_size_of_the_family_has_its_own_input(world: World) -> None:
    world.write("timm_net.yaml", a_yaml())
    world.write(
        "timm-net_big-vdsp_params.json", a_json(('Width": 224', 'Width": 320'), ('Height": 224', 'Height": 288'))
    )
    world.write("timm-net_other-vdsp_params.json", a_json())
    world.run()
    spec = world.specs()["timm-net_big"]
    assert spec.size == (288, 320)
    assert spec.network == Checkpoint(path="weights/net_big.onnx")


def test_an_operator_of_no_network_is_a_spec_of_its_own(world: World) -> None:
    world.write("ppcls-net-vdsp_params.json", a_json())
    world.run()
    spec = world.specs()["ppcls-net"]
    assert (spec.network, spec.inputs, spec.targets) == (None, (), ())


def test_what_exists_is_never_overwritten(world: World) -> None:
    world.write("net.yaml", a_yaml())
    own = world.models / "net" / "spec.py"
    own.parent.mkdir(parents=True)
    own.write_text("raise SystemExit('mine')\n")
    (file,) = world.run().files
    assert file.status == "refused"
    assert "exists already" in file.findings[0].message
    assert own.read_text() == "raise SystemExit('mine')\n"


def test_a_name_that_another_model_of_the_project_has_is_not_taken_and_its_spec_not_run(world: World) -> None:
    world.write("file.yaml", a_yaml())
    other = world.models / "other" / "spec.py"
    other.parent.mkdir(parents=True)
    other.write_text('raise SystemExit("run")\nspec = ModelSpec(\n    name="timm_net",\n)\n')
    world.run()
    assert list(world.specs()) == ["file"]


def test_nothing_but_the_spec_is_left_behind(world: World) -> None:
    world.write("net.yaml", a_yaml())
    before = sorted(world.zoo.rglob("*"))
    world.run()
    assert sorted(path.relative_to(world.models) for path in world.models.rglob("*") if path.is_file()) == [
        Path("net/spec.py")
    ]
    assert sorted(world.zoo.rglob("*")) == before


@pytest.mark.parametrize("hostile", ['"""\nimport os\n"""', "\\", "{network}", "'; raise SystemExit; '", "\u2028x\x7f"])
def test_no_text_of_a_file_becomes_code(world: World, hostile: str) -> None:
    text = json.dumps(hostile)
    yaml = a_yaml(("weights/net.onnx", text), ("/path/to/images", text), ("    input:", f"    {text}:"))
    world.write("net.yaml", yaml + f"# {hostile.splitlines()[0]}\n")
    (file,) = world.run().files
    assert file.roundtrip is Status.EQUAL
    (spec,) = world.specs().values()
    assert spec.inputs[0].name == hostile
    assert spec.network == Checkpoint(path=hostile, framework="onnx")
