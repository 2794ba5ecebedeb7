"""The prover names the op at which calibration and runtime part, and none where they agree."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcomp.checks.effect import effect_of_ops, effect_of_vdsp, furthest
from vcomp.checks.prove import probe, prove
from vcomp.preprocess.apply import preprocess
from vcomp.preprocess.fuse import fuse
from vcomp.preprocess.vdsp import ColorCvtCode, NormaType, VdspOp
from vcomp.spec import CenterCrop, Decode, Kernel, Letterbox, Normalize, Op, Resize, ToBGR, ToTensor

UNIT = Normalize(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
PIXEL = Normalize(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375), div255=False)

geometries = st.sampled_from(
    [
        [Resize(height=40, width=56)],
        [Resize(height=64, width=64), CenterCrop(height=40, width=48)],
        [Letterbox(height=48, width=48)],
    ]
)


def a_chain(geometry: list[Op], *, swaps: bool, normal: Normalize = UNIT) -> list[Op]:
    return [Decode(), *([ToBGR()] if swaps else []), *geometry, normal, ToTensor()]


def tolerance(ops: list[Op]) -> float:
    effect = effect_of_ops(ops)
    assert effect is not None
    return max(line.error for line in effect.lines)


@given(geometry=geometries, swaps=st.booleans(), normal=st.sampled_from([UNIT, PIXEL, Normalize()]))
@settings(max_examples=20)
def test_what_was_fused_out_of_the_ops_never_parts_from_them(
    geometry: list[Op], swaps: bool, normal: Normalize
) -> None:
    ops = a_chain(geometry, swaps=swaps, normal=normal)

    assert prove(ops, fuse(ops), (40, 48), tolerance(ops)) is None


def test_two_ways_to_write_one_map_do_not_part() -> None:
    ops = a_chain([Resize(height=40, width=48)], swaps=False, normal=PIXEL)
    fed = fuse(a_chain([Resize(height=40, width=48)], swaps=False, normal=UNIT))

    assert prove(ops, fed, (40, 48), tolerance(ops)) is None


def parted(op: VdspOp, ops: list[Op]) -> tuple[type | None, float | None]:
    parting = prove(ops, op, (48, 48), tolerance(ops))
    assert parting is not None
    return (type(parting.op) if parting.op else None), parting.error


CROPPED: list[Op] = [Resize(height=64, width=64), CenterCrop(height=48, width=48)]


@pytest.mark.parametrize(
    ("change", "op", "least"),
    [
        ({"color": ColorCvtCode.RGB2BGR}, None, 50),
        ({"kernel": Kernel.NEAREST}, Resize, 1),
        ({"resize": (80, 80)}, Resize, None),
        ({"crop": (0, 0)}, CenterCrop, 1),
        ({"mean": (0.4, 0.456, 0.406)}, Normalize, 0.3),
        ({"norma": NormaType.DIV255}, Normalize, 1),
    ],
)
def test_the_first_op_that_differs_is_named_with_the_error(
    change: dict[str, object], op: type | None, least: float | None
) -> None:
    ops = a_chain(CROPPED, swaps=False)

    named, error = parted(replace(fuse(ops), **change), ops)  # type: ignore[arg-type]

    assert named is op
    assert (error is None) if least is None else (error is not None and error >= least)


def test_the_swap_of_the_calibration_alone_is_named() -> None:
    ops = a_chain(CROPPED, swaps=True)

    assert parted(replace(fuse(ops), color=ColorCvtCode.NO_CHANGE), ops)[0] is ToBGR


def test_the_largest_error_is_what_a_plain_comparison_gives() -> None:
    ops = a_chain([Resize(height=48, width=48)], swaps=False)
    other = Normalize(mean=(0.5, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    picture = probe()

    _, error = parted(fuse(a_chain([Resize(height=48, width=48)], swaps=False, normal=other)), ops)

    changed = [*ops[:-2], other, ToTensor()]
    expected = np.abs(preprocess(picture, ops, half_constants=True) - preprocess(picture, changed, half_constants=True))
    assert error == pytest.approx(expected.max(), abs=2e-3)  # the runtime is rounded to fp16


@given(mean=st.floats(0.1, 0.9), std=st.floats(0.1, 0.9), other=st.floats(0.1, 0.9), stretch=st.floats(0.5, 2.0))
@settings(max_examples=60)
def test_maps_are_apart_exactly_when_more_than_rounding_separates_them(
    mean: float, std: float, other: float, stretch: float
) -> None:
    one = a_chain([Resize(height=8, width=8)], swaps=False, normal=Normalize(mean=(mean,) * 3, std=(std,) * 3))
    fed = fuse(
        a_chain(
            [Resize(height=8, width=8)],
            swaps=False,
            normal=Normalize(mean=(other,) * 3, std=(std * stretch,) * 3),
        )
    )
    pixels = np.arange(256) / 255
    gap = np.abs((pixels - mean) / std - (pixels - other) / (std * stretch)).max()
    effect = effect_of_ops(one)
    assert effect is not None

    worst, apart = furthest(effect.lines, effect_of_vdsp(fed, None).lines)

    assert worst == pytest.approx(gap, abs=4 * effect.lines[0].error)
    if gap > 4 * max(line.error for line in (*effect.lines, *effect_of_vdsp(fed, None).lines)):
        assert apart
    if gap == 0:
        assert not apart
