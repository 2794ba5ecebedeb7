"""Every normalisation, against its formula in plain single precision."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.preprocess.strategies import noise
from vcomp.preprocess.norm_tensor import norm_tensor
from vcomp.preprocess.vdsp import NormaType

MEAN, STD = (0.485, 116.779, -3.5), (0.229, 58.0, 0.004)
Floats = NDArray[np.float32]


def stored(values: tuple[float, ...]) -> Floats:
    """Constants as the chip holds them."""
    return np.asarray(values).astype(np.float16).astype(np.float32)


FORMULAS: dict[NormaType, Callable[[Floats], Floats]] = {
    NormaType.EQUAL: lambda x: x,
    NormaType.DIV255: lambda x: x / np.float32(255),
    NormaType.DIV1275_MINUSONE: lambda x: (x - np.float32(127.5)) / np.float32(127.5),
    NormaType.MINUSMEAN: lambda x: x - stored(MEAN),
    NormaType.MINUSMEAN_DIVSTD: lambda x: (x - stored(MEAN)) / stored(STD),
    NormaType.DIV255_MINUSMEAN_DIVSTD: lambda x: (x / np.float32(255) - stored(MEAN)) / stored(STD),
}


def test_every_type_has_a_formula() -> None:
    assert set(FORMULAS) == set(NormaType)


@pytest.mark.parametrize("norma", NormaType)
def test_it_is_its_formula_to_the_bit(norma: NormaType) -> None:
    every_value = np.stack([np.arange(256, dtype=np.uint8).reshape(8, 32)] * 3, axis=-1)
    made = norm_tensor(every_value, norma, MEAN, STD)
    with np.errstate(over="ignore"):
        expected = FORMULAS[norma](every_value.astype(np.float32)).astype(np.float16)
    assert made.dtype == np.float16
    assert np.array_equal(made, expected.transpose(2, 0, 1))


def test_constants_that_a_type_does_not_use_are_ignored() -> None:
    image, nothing = noise(4, 5), (0.0, 0.0, 0.0)
    assert np.array_equal(norm_tensor(image, NormaType.DIV255, nothing, nothing), norm_tensor(image, NormaType.DIV255))


def test_a_grey_image_reads_the_first_of_the_constants() -> None:
    image = noise(4, 5)
    grey = norm_tensor(image[..., :1], NormaType.MINUSMEAN_DIVSTD, MEAN, STD)
    assert np.array_equal(grey, norm_tensor(image, NormaType.MINUSMEAN_DIVSTD, MEAN, STD)[:1])


def test_what_does_not_fit_into_fp16_is_infinite() -> None:
    image = np.full((1, 1, 3), 255, np.uint8)
    assert np.isinf(norm_tensor(image, NormaType.MINUSMEAN_DIVSTD, (0.0,) * 3, (0.001,) * 3)).all()


@pytest.mark.parametrize("part", [np.s_[::2], np.s_[:, 1:4], np.s_[..., ::-1], np.s_[::-1]])
def test_a_view_of_another_image_will_do(part: tuple[slice, ...]) -> None:
    view = noise(6, 5)[part]
    assert np.array_equal(norm_tensor(view, NormaType.EQUAL), view.transpose(2, 0, 1))
