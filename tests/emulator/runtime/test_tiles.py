"""The card's tilings: what a script tiled is what the network gets."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vcomp.emulator.runtime.tiles import tiled, untile

SIDE = st.integers(1, 20)


@given(st.integers(1, 2), st.integers(1, 9), SIDE, SIDE, st.booleans())
def test_a_tiled_image_is_found_again(batch: int, channels: int, height: int, width: int, last: bool) -> None:
    """With its channels last within a tile if there is padding to tell by."""
    last = last and channels % 4 != 0
    image = np.random.default_rng(0).normal(0, 1, (batch, channels, height, width)).astype(np.float16)
    columns, rows, layers = math.ceil(width / 8), math.ceil(height / 8), math.ceil(channels / 4)
    tiles = np.zeros((batch, columns, rows, layers, 256), np.float16)
    for n, c, y, x in np.ndindex(*image.shape):
        pixel = y % 8 * 8 + x % 8
        within = pixel * 4 + c % 4 if last else c % 4 * 64 + pixel
        tiles[n, x // 8, y // 8, c // 4, within] = image[n, c, y, x]
    assert np.array_equal(untile(tiles, image.shape), image)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([(), (1,), (1, 1)]))
def test_a_tiled_matrix_is_found_again(rows: int, columns: int, leading: tuple[int, ...]) -> None:
    matrix = np.arange(rows * columns, dtype=np.float32).reshape(*leading, rows, columns)
    tiles = np.full((math.ceil(rows / 16), math.ceil(columns / 16), 256), np.nan, np.float32)
    for m, k in np.ndindex(rows, columns):
        tiles[m // 16, k // 16, m % 16 * 16 + k % 16] = matrix[..., m, k].item()
    assert np.array_equal(untile(tiles, matrix.shape), matrix)
    assert np.array_equal(untile(tiles[np.newaxis], matrix.shape), matrix)


def test_what_is_no_tiling_of_the_shape_is_none() -> None:
    assert untile(np.zeros((1, 1, 1, 1, 256)), (1, 5, 8, 8)) is None
    assert untile(np.zeros((1, 1, 1, 1, 255)), (1, 3, 8, 8)) is None
    assert untile(np.zeros((1, 2, 256)), (16, 16)) is None
    assert untile(np.zeros((1, 1, 256)), (2, 16, 16)) is None
    assert untile(np.zeros(256), (256,)) is None
    assert untile(np.zeros(()), (1, 3, 8, 8)) is None


def test_an_output_starts_with_its_values_and_ends_with_a_whole_tile() -> None:
    classes = np.arange(1000, dtype=np.float16).reshape(1, 1000)
    flat = tiled(classes)
    assert flat.shape == (1024,)
    assert np.array_equal(flat[:1000], classes[0])
    assert not flat[1000:].any()
