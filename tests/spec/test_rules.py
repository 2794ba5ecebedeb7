"""What a spec accepts and refuses, and how the refusal is told."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.builders import TINY_SPEC, a_spec
from vcomp.errors import VcompError
from vcomp.project import load_model
from vcomp.spec import (
    CenterCrop,
    Decode,
    Fp16,
    ImageFolder,
    Input,
    Int8,
    Letterbox,
    Normalize,
    OnnxNetwork,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
)

RESIZE, TENSOR = Resize(height=32, width=32), ToTensor()


def refusal(**changes: object) -> str:
    """What a spec with these fields is refused for."""
    with pytest.raises(ValidationError) as caught:
        a_spec(**changes)
    (error,) = caught.value.errors()
    return " | ".join(f"{'.'.join(map(str, fault.at))}: {fault.says}" for fault in error["ctx"]["faults"])


def test_a_sound_spec_is_frozen_and_compared_by_value() -> None:
    assert a_spec() == a_spec()
    with pytest.raises(ValidationError):
        a_spec().name = "other"


def test_a_spec_survives_json() -> None:
    spec = a_spec()
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_a_variant_is_checked_anew() -> None:
    assert a_spec().variant(name="smaller").name == "smaller"
    with pytest.raises(ValidationError):
        a_spec().variant(preprocess=[Decode(), TENSOR])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"preprocess": [Decode(), RESIZE, Normalize(mean=(0.5,), std=(0.5,)), TENSOR]},
            "preprocess.2.mean: mean has 1",
        ),
        (
            {"preprocess": [Decode(), Resize(height=31, width=32), TENSOR]},
            "preprocess.1.height: preprocessing ends at 31",
        ),
        ({"preprocess": [RESIZE, Decode(), TENSOR]}, "preprocess.0: Decode() is the first op"),
        ({"preprocess": [Decode(), TENSOR, RESIZE]}, "ToTensor() is the last op"),
        ({"preprocess": [Decode(), Normalize(), RESIZE, TENSOR]}, "preprocess.1: Normalize() stands before"),
        ({"preprocess": [Decode(), TENSOR]}, "depends on the picture"),
        ({"preprocess": [Decode(), ResizeToFit(height=32, width=32), TENSOR]}, "depends on the picture"),
        (
            {"preprocess": [Decode(), ResizeToFit(height=40, width=40), CenterCrop(height=32, width=32), TENSOR]},
            "preprocess.2: CenterCrop() follows ResizeToFit(), whose result may be smaller",
        ),
        ({"preprocess": [Decode(gray=True), RESIZE, TENSOR]}, "ends with 1 channel, input 'input' has 3"),
        ({"preprocess": [Decode(gray=True), ToBGR(), RESIZE, TENSOR]}, "ToBGR() needs three channels"),
        ({"preprocess": [Decode(), RESIZE, CenterCrop(height=40, width=32), TENSOR]}, "a crop of 40×32 does not fit"),
        ({"inputs": [Input(shape=(2, 3, 32, 32))]}, "inputs.0.shape"),
        ({"inputs": [Input(shape=(1, 3, 32, 32)), Input(shape=(1, 4))]}, "two inputs are called 'input'"),
        ({"calibration": None}, "an int8 target needs images"),
        ({"targets": [Int8(), Int8(calibrate="max")]}, "two targets are int8"),
        ({"network": OnnxNetwork(file="../elsewhere.onnx")}, "leads out of its folder"),
        ({"calibration": ImageFolder(path="/abs")}, "calibration.path: path '/abs' leads out"),
        ({"calibration": ImageFolder(path="C:\\abs")}, "leads out"),
    ],
)
def test_parts_that_do_not_fit_are_named(changes: dict[str, object], says: str) -> None:
    assert says in refusal(**changes)


@pytest.mark.parametrize(
    "preprocess",
    [
        [Decode(), Letterbox(height=32, width=32), TENSOR],
        [Decode(), Resize(height=40, width=40), CenterCrop(height=32, width=32), Normalize(), TENSOR],
    ],
)
def test_other_ways_to_the_same_size_are_fine(preprocess: list[object]) -> None:
    assert a_spec(preprocess=preprocess).size == (32, 32)


def test_one_channel_networks_take_grey_images_or_one_of_three_channels() -> None:
    inputs = [Input(shape=(1, 1, 32, 32))]
    for first in ([Decode(gray=True)], [Decode(), PickChannel()]):
        assert a_spec(inputs=inputs, preprocess=[*first, RESIZE, TENSOR]).channels == 1


def test_an_artifact_is_named_after_model_and_precision() -> None:
    spec = a_spec()
    assert [spec.artifact(target) for target in spec.targets] == ["tiny_fp16", "tiny_int8"]


def test_mean_without_std_is_refused() -> None:
    with pytest.raises(ValidationError, match="both mean and std"):
        Normalize(mean=(0.5,))


def test_a_std_that_vanishes_in_half_precision_is_refused() -> None:
    with pytest.raises(ValidationError, match="zero"):
        Normalize(mean=(0.0,), std=(5.96e-8,))


def test_a_mean_that_half_precision_cannot_hold_is_refused() -> None:
    with pytest.raises(ValidationError, match="65504"):
        Normalize(mean=(70000.0,), std=(1.0,))


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", ".hidden", "a\nb", "ü"])
def test_names_that_are_unsafe_as_files_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        a_spec(name=name)


def test_a_vendor_option_goes_through_the_escape_hatch_only() -> None:
    assert Fp16(extra={"compile.new_option": 3}).extra == {"compile.new_option": 3}
    with pytest.raises(ValidationError):
        Fp16(extra={"compile.a.b": 3})


def told(tmp_path: Path, old: str, new: str) -> str:
    """What loading the small spec says after one edit; the path is shortened."""
    assert old in TINY_SPEC
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "spec.py").write_text(TINY_SPEC.replace(old, new))
    with pytest.raises(VcompError) as caught:
        load_model(folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_misspelt_field_is_told_with_its_line_and_the_nearest_spelling(tmp_path: Path) -> None:
    text = told(tmp_path, "threshold=0.5", "treshold=0.5")
    assert text.startswith("spec.py:10  treshold: BinarySegmentation has no field 'treshold'")
    assert "did you mean 'threshold'?" in text


def test_a_misspelt_word_is_told_with_what_is_allowed(tmp_path: Path) -> None:
    text = told(tmp_path, 'calibrate="max"', 'calibrate="kl_divergense"')
    assert text.startswith("spec.py:21  calibrate: 'kl_divergense' is not known")
    assert "'kl_divergence', 'percentile', 'max' or 'mse'" in text
    assert "did you mean 'kl_divergence'?" in text


def test_a_fault_across_fields_is_told_at_the_field_to_change(tmp_path: Path) -> None:
    text = told(tmp_path, "mean=(0.5, 0.5, 0.5)", "mean=(0.5,)")
    assert text.startswith("spec.py:16  preprocess[2].mean: mean has 1 value, the image has 3 channels here")
    assert "write mean=(0.5, 0.5, 0.5)" in text


def test_several_faults_are_told_together(tmp_path: Path) -> None:
    text = told(
        tmp_path, "Decode(),\n        Resize(height=32, width=32)", "Decode(),\n        Resize(height=33, width=31)"
    )
    assert "spec.py:15  preprocess[1].height: preprocessing ends at 33×31" in text
    text = told(tmp_path / "second", "(1, 3, 32, 32)", "(2, 5, 32, 32)")
    assert text.startswith("spec.py:12  inputs[0].shape: the image input has shape (2, 5, 32, 32)")


def test_an_exception_of_the_users_own_code_is_told_with_its_line(tmp_path: Path) -> None:
    assert "spec.py:15  NameError" in told(tmp_path, "Resize(height=32, width=32)", "Resise(height=32, width=32)")


def test_a_missing_field_says_which(tmp_path: Path) -> None:
    assert "ModelSpec lacks 'evaluation'" in told(tmp_path, "    evaluation=", "    # evaluation=")


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    assert "spec.py:9  not Python" in told(
        tmp_path,
        'name="tiny",',
        'name="tiny" "',
    )


def test_a_spec_called_otherwise_than_its_folder_is_refused(tmp_path: Path) -> None:
    assert "the spec is called 'other', its folder 'tiny'" in told(tmp_path, 'name="tiny"', 'name="other"')
