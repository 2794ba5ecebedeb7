"""Drawn images, and drawn sequences of ops, for the tests of the preprocessing."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from vcomp.spec import (
    CenterCrop,
    Decode,
    Kernel,
    Letterbox,
    Normalize,
    Op,
    PickChannel,
    Resize,
    ResizeToFit,
    ToBGR,
    ToTensor,
    ToYCrCb,
)

SIDES = st.integers(1, 40)
KERNELS = st.sampled_from(Kernel)
COMPILED_KERNELS = st.sampled_from([Kernel.BILINEAR_CV, Kernel.BILINEAR_PILLOW, Kernel.BICUBIC_PILLOW])


def noise(height: int, width: int, channels: int = 3, *, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def nv12_noise(height: int, width: int, *, seed: int = 0) -> NDArray[np.uint8]:
    """An NV12 image of any bytes: height and width are those of the picture, both even."""
    return noise(height * 3 // 2, width, 1, seed=seed)[..., 0]


IMAGES = st.builds(noise, SIDES, SIDES, seed=st.integers(0, 9))
EVEN_SIDES = st.integers(1, 20).map(lambda half: 2 * half)
NV12_IMAGES = st.builds(nv12_noise, EVEN_SIDES, EVEN_SIDES, seed=st.integers(0, 9))


def _signed(least: float, most: float) -> st.SearchStrategy[float]:
    return st.builds(lambda size, sign: size * sign, st.floats(least, most), st.sampled_from((1, -1)))


def normalizations(channels: int = 3) -> st.SearchStrategy[Normalize]:
    def values(one: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
        return st.tuples(*[one] * channels)

    return st.one_of(
        st.builds(Normalize, div255=st.booleans()),
        st.builds(Normalize, mean=values(_signed(0, 300)), std=values(_signed(0.02, 300)), div255=st.booleans()),
    )


@st.composite
def fusible(draw: st.DrawFn, *, writable: bool = False) -> list[Op]:
    """A sequence for which the chip has one operator; if `writable`, one that a vamc file can say as well."""
    height, width, kernel = draw(SIDES), draw(SIDES), draw(COMPILED_KERNELS if writable else KERNELS)
    shape: list[Op] = draw(
        st.one_of(
            st.just([Resize(height=height, width=width, kernel=kernel)]),
            st.builds(
                lambda cut_height, cut_width: [
                    Resize(height=height, width=width, kernel=kernel),
                    CenterCrop(height=cut_height, width=cut_width),
                ],
                st.integers(1, height),
                st.integers(1, width),
            ),
            st.just([Letterbox(height=height, width=height, kernel=kernel)])
            if writable
            else st.builds(
                lambda fill: [Letterbox(height=height, width=width, fill=fill, kernel=kernel)], st.integers(0, 255)
            ),
        )
    )
    for _ in range(draw(st.integers(0, 2))):
        shape.insert(draw(st.integers(0, len(shape))), ToBGR())
    normal = draw(st.lists(normalizations(), max_size=1))
    return [Decode(), *shape, *normal, ToTensor()]


# What a vamc file can say; its Pad makes squares, filled as the default says.
WRITABLE = st.lists(
    st.one_of(
        st.builds(Decode, gray=st.booleans()),
        st.just(ToBGR()),
        st.just(ToYCrCb()),
        st.builds(PickChannel, index=st.integers(0, 2)),
        st.builds(Resize, height=SIDES, width=SIDES, kernel=COMPILED_KERNELS),
        st.builds(ResizeToFit, height=SIDES, width=SIDES, kernel=COMPILED_KERNELS),
        st.builds(
            lambda side, kernel: Letterbox(height=side, width=side, fill=None, kernel=kernel), SIDES, COMPILED_KERNELS
        ),
        st.builds(CenterCrop, height=SIDES, width=SIDES),
        normalizations(1),
        normalizations(3),
        st.just(ToTensor()),
    ),
    min_size=1,
    max_size=6,
)
