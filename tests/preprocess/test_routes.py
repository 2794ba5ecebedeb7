"""Calibration and runtime see the same pixels: the ops of the vamc file and the fused operator agree."""

import numpy as np
import pytest
from hypothesis import given, settings

from tests.preprocess.strategies import IMAGES, fusible, noise
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.geometry import Pixels
from vcomp.preprocess.process_ops import read_process_ops, write_process_ops
from vcomp.preprocess.vdsp import (
    ColorCvtCode,
    ImageFormat,
    NormaType,
    OpType,
    VdspOp,
    fuse,
    read_vdsp,
    write_vdsp,
)
from vcomp.spec import (
    CenterCrop,
    Decode,
    Kernel,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)

NOWHERE = (1, 1)  # a network's size that no operator falls back on, since fuse() always states one


@settings(max_examples=200)
@given(ops=fusible(), image=IMAGES)
def test_the_fused_operator_gives_the_very_numbers_of_the_ops(ops: list[Op], image: Pixels) -> None:
    expected = preprocess(image, ops, half_constants=True).astype(np.float16)
    assert np.array_equal(run_vdsp(fuse(ops), image, NOWHERE), expected)


@given(ops=fusible(writable=True), image=IMAGES)
def test_it_does_so_after_both_went_through_their_files(ops: list[Op], image: Pixels) -> None:
    calibrated = preprocess(image, read_process_ops(write_process_ops(ops)), half_constants=True)
    fed = run_vdsp(read_vdsp(write_vdsp(fuse(ops)), where="json"), image, NOWHERE)
    assert np.array_equal(fed, calibrated.astype(np.float16))


def test_a_grey_network_gets_the_first_of_three_equal_channels() -> None:
    gray = noise(9, 9, 1)
    ops = [Decode(gray=True), Resize(height=5, width=5), Normalize(mean=(0.4,), std=(0.2,)), ToTensor()]
    planes = run_vdsp(fuse(ops), np.repeat(gray, 3, axis=-1), NOWHERE)
    assert np.array_equal(planes[:1], preprocess(gray, ops, half_constants=True).astype(np.float16))


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [ResizeToFit(height=8, width=8)],
        [CenterCrop(height=4, width=4)],
        [CenterCrop(height=4, width=4), Resize(height=8, width=8)],
        [Resize(height=8, width=8), Resize(height=4, width=4)],
        [ToYCrCb(), Resize(height=8, width=8)],
        [PickChannel(), Resize(height=8, width=8)],
        [Normalize(), Resize(height=8, width=8)],
    ],
)
def test_steps_without_a_fused_operator_are_refused_by_name(steps: list[Op]) -> None:
    with pytest.raises(VcompError, match="the chip has no fused operator for") as caught:
        fuse([Decode(), *steps, ToTensor()])
    for step in steps:
        assert type(step).__name__ in str(caught.value)


@pytest.mark.parametrize("swaps", range(4))
def test_an_even_number_of_swaps_is_none(swaps: int) -> None:
    op = fuse([Decode(), *[ToBGR()] * swaps, Resize(height=8, width=8), ToTensor()])
    assert op.color is (ColorCvtCode.RGB2BGR if swaps % 2 else ColorCvtCode.NO_CHANGE)


@pytest.mark.parametrize(
    ("normal", "norma"),
    [
        ([], NormaType.EQUAL),
        ([Normalize(div255=False)], NormaType.EQUAL),
        ([Normalize()], NormaType.DIV255),
        ([Normalize(mean=(1, 2, 3), std=(4, 5, 6), div255=False)], NormaType.MINUSMEAN_DIVSTD),
        ([Normalize(mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6))], NormaType.DIV255_MINUSMEAN_DIVSTD),
    ],
)
def test_each_normalisation_has_its_word(normal: list[Op], norma: NormaType) -> None:
    assert fuse([Decode(), Resize(height=8, width=8), *normal, ToTensor()]).norma is norma


def an_operator(op_type: OpType = OpType.RESIZE, norma: NormaType = NormaType.EQUAL, **changes: object) -> VdspOp:
    return VdspOp(op_type, (6, 5), norma, **changes)  # type: ignore[arg-type]


def test_div1275_minusone_maps_pixels_to_minus_one_to_one() -> None:
    image = np.asarray([0, 255], np.uint8).reshape(1, 2, 1).repeat(3, axis=-1)
    op = VdspOp(OpType.RESIZE, (1, 2), NormaType.DIV1275_MINUSONE)
    assert run_vdsp(op, image, NOWHERE).tolist() == [[[-1, 1]]] * 3


def test_both_colour_words_swap_whatever_the_format() -> None:
    image = noise(6, 5)
    for color in (ColorCvtCode.RGB2BGR, ColorCvtCode.BGR2RGB):
        for image_format in ImageFormat:
            fed = run_vdsp(an_operator(color=color, image_format=image_format), image, NOWHERE)
            assert np.array_equal(fed, image[..., ::-1].transpose(2, 0, 1))


def test_mean_belongs_to_the_channel_after_the_swap() -> None:
    op = an_operator(
        norma=NormaType.MINUSMEAN_DIVSTD, color=ColorCvtCode.RGB2BGR, mean=(1.0, 2.0, 3.0), std=(1.0, 1.0, 1.0)
    )
    fed = run_vdsp(op, np.full((6, 5, 3), (30, 20, 10), np.uint8), NOWHERE)
    assert fed[:, 0, 0].tolist() == [9, 18, 27]


def test_an_operator_without_a_size_takes_the_networks() -> None:
    op = VdspOp(OpType.LETTERBOX, None, NormaType.EQUAL)
    assert run_vdsp(op, noise(9, 9), (4, 8)).shape == (3, 4, 8)


def test_a_letterbox_without_padding_is_filled_with_114() -> None:
    assert (run_vdsp(an_operator(OpType.LETTERBOX), noise(1, 40), NOWHERE)[:, 0] == 114).all()


def test_a_crop_without_its_numbers_is_refused_when_it_runs() -> None:
    with pytest.raises(ValueError, match="states no ResizeWidth"):
        run_vdsp(an_operator(OpType.CROP), noise(9, 9), NOWHERE)


def test_a_crop_takes_the_kernel_and_the_place_that_it_states() -> None:
    image = noise(30, 20)
    op = an_operator(OpType.CROP, resize=(9, 8), crop=(3, 1), kernel=Kernel.BICUBIC_PILLOW)
    whole = preprocess(image, [Decode(), Resize(height=9, width=8, kernel=Kernel.BICUBIC_PILLOW), ToTensor()])
    assert np.array_equal(run_vdsp(op, image, NOWHERE), whole[:, 3:9, 1:6])
