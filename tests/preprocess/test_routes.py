"""Calibration and runtime see the same pixels: the ops of the vamc file and the fused operator agree."""

import numpy as np
import pytest
from hypothesis import given, settings

from tests.preprocess.strategies import IMAGES, fusible, noise
from vcomp.errors import VcompError
from vcomp.preprocess.apply import preprocess
from vcomp.preprocess.fuse import fuse
from vcomp.preprocess.fused import run_vdsp
from vcomp.preprocess.pictures import Pixels
from vcomp.preprocess.process_ops import read_process_ops, write_process_ops
from vcomp.preprocess.vdsp import ColorCvtCode, NormaType
from vcomp.preprocess.vdsp_json import read_vdsp, write_vdsp
from vcomp.spec import (
    CenterCrop,
    Decode,
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
