"""The softmax that classifiers are compiled with."""

import numpy as np
import pytest
import torch

from tests.emulator.postprocess.planted import Network, detect, export, fitted
from vcomp.emulator.postprocess import apply, describe, read_extra_op


@pytest.mark.parametrize(("shape", "axis"), [((1, 1000), 1), ((1, 21, 5), 1), ((1, 21, 5, 7), 1), ((9,), 0)])
def test_each_output_becomes_probabilities_along_its_channels(shape, axis):
    values = np.random.default_rng(0).normal(0, 5, shape).astype(np.float16)
    op = read_extra_op("softmax", None)

    returned = apply(op, [values, values * 2], (8, 8))

    for array, given in zip(returned, (values, values * 2), strict=True):
        expected = torch.softmax(torch.from_numpy(given.astype(np.float32)), dim=axis).numpy()
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, expected, rtol=1e-5, atol=1e-7)


def test_large_values_do_not_overflow():
    (returned,) = apply(read_extra_op("softmax", None), [np.asarray([[60000, 0, 60000]], np.float16)], (8, 8))

    assert returned.tolist() == [[0.5, 0, 0.5]]


def test_a_network_of_any_outputs_can_be_followed_by_it():
    values = np.zeros((1, 4, 8, 12))
    network = export(Network([values], [8], lambda maps: maps[0].mean(dim=(2, 3))))

    assert describe(fitted("softmax", {}, network)) == "softmax"
    assert detect("softmax", {}, [values], lambda maps: maps[0].mean(dim=(2, 3)), strides=[8])[0].tolist() == [
        [0.25] * 4
    ]
