"""Borders of each kind, around pixels and around NV12."""

import cv2
import numpy as np
import pytest

from tests.preprocess.strategies import noise, nv12_noise
from vcomp.preprocess.border import pad, resize_copy_make_border
from vcomp.preprocess.pictures import Edges, Nv12
from vcomp.preprocess.vdsp import PaddingType
from vcomp.spec import Kernel

EDGES = (2, 4, 6, 8)
NUMPY = {PaddingType.REPLICATE: "edge", PaddingType.REFLECT: "symmetric"}


def test_a_constant_border_has_one_value_per_channel() -> None:
    image = noise(5, 7)
    padded = pad(image, (1, 2, 3, 4), (10, 20, 30))
    assert padded.shape == (8, 14, 3)
    assert np.array_equal(padded[1:6, 3:10], image)
    assert padded[0, 0].tolist() == padded[-1, -1].tolist() == [10, 20, 30]


@pytest.mark.parametrize("kind", NUMPY)
def test_the_other_borders_are_what_numpy_calls_them(kind: PaddingType) -> None:
    image = noise(15, 17)
    expected = np.pad(image, ((2, 4), (6, 8), (0, 0)), mode=NUMPY[kind])  # type: ignore[call-overload]
    assert np.array_equal(pad(image, EDGES, (0, 0, 0), kind), expected)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_any_number_of_channels_keeps_its_axis(channels: int) -> None:
    assert pad(noise(3, 3, channels), (1, 1, 1, 1), (1, 2, 3)).shape == (5, 5, channels)


@pytest.mark.parametrize("kind", PaddingType)
def test_a_border_around_nv12_looks_the_same_in_rgb(kind: PaddingType) -> None:
    array = nv12_noise(20, 24)
    y, u, v = 90, 110, 160
    colour = cv2.cvtColor(np.asarray([[y, y], [y, y], [u, v]], np.uint8), cv2.COLOR_YUV2RGB_NV12)[0, 0]
    padded = pad(Nv12.of(array), EDGES, (y, u, v), kind).array()
    assert padded.shape == (26 * 3 // 2, 38)
    rgb = cv2.cvtColor(padded, cv2.COLOR_YUV2RGB_NV12)
    assert np.array_equal(rgb[2:22, 6:30], cv2.cvtColor(array, cv2.COLOR_YUV2RGB_NV12))
    if kind is PaddingType.CONSTANT:
        assert (rgb[:2] == colour).all()
    elif kind is PaddingType.REFLECT:
        assert np.array_equal(padded[0, 6:30], array[1])


@pytest.mark.parametrize(("edges", "says"), [((1, 0, 0, 0), "use even numbers"), ((0, 0, -2, 0), "cannot have -2")])
def test_an_impossible_border_is_refused(edges: Edges, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        pad(Nv12.of(nv12_noise(4, 4)), edges, (0, 0, 0))


def test_the_size_of_resize_copy_make_border_is_the_final_one() -> None:
    image = noise(30, 40)
    made = resize_copy_make_border(image, 20, 24, (1, 2, 3, 4), (9, 9, 9), Kernel.BILINEAR_CV)
    assert made.shape == (20, 24, 3)
    assert np.array_equal(made[1:18, 3:20], cv2.resize(image, (17, 17), interpolation=cv2.INTER_LINEAR))


def test_a_border_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\+10 rows and 0\+0 columns leaves nothing of 20×24"):
        resize_copy_make_border(noise(30, 40), 20, 24, (10, 10, 0, 0), (9, 9, 9), Kernel.BILINEAR_CV)
