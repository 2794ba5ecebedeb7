"""The dict beside the inputs of a call."""

from typing import Any

import numpy as np
import pytest

from vcomp.emulator.runtime.run_parameters import ItemParameters, read_run_parameters


def test_each_item_gets_its_own() -> None:
    given = {
        "rgb_letterbox_ext": [(8, 6, 1, 1, 0, 0), np.array([4, 4, 2, 2, 2, 2])],
        "crop_resize_ext": [[1, 2, 30, 40], None],
        "dynamic_model_input_shapes": [[[1, 3, 8, 8]], [(1, 3, 16, 16)]],
    }
    assert read_run_parameters(given, 2) == [
        ItemParameters((8, 6, 1, 1, 0, 0), (1, 2, 30, 40), ((1, 3, 8, 8),)),
        ItemParameters((4, 4, 2, 2, 2, 2), None, ((1, 3, 16, 16),)),
    ]


@pytest.mark.parametrize("nothing", [None, {}])
def test_there_need_be_none(nothing: Any) -> None:
    assert read_run_parameters(nothing, 3) == [ItemParameters()] * 3


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rgb_leterbox_ext": []}, "did you mean 'rgb_letterbox_ext'"),
        ({"rgb_letterbox_ext": [(1, 2, 3)]}, "resize_w, resize_h, top, bottom, left, right"),
        ({"rgb_letterbox_ext": [(8, 6, 1, 1, 0, -1)]}, "integers from 0"),
        ({"rgb_letterbox_ext": [(8, 6.5, 1, 1, 0, 0)]}, "integers from 0"),
        ({"crop_resize_ext": [(0, 0, 8, 8), (0, 0, 8, 8)]}, "2 entries for 1 inputs"),
        ({"crop_resize_ext": (0, 0, 8, 8)}, "4 entries for 1 inputs"),
        ({"dynamic_model_input_shapes": [[1, 3, 8, 8]]}, "[[1, 3, 640, 640]]"),
        ({"dynamic_model_input_shapes": [8]}, "[[1, 3, 640, 640]]"),
        ([1], "expected a dict"),
    ],
)
def test_what_is_wrong_is_said(given: Any, says: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        read_run_parameters(given, 1)
    assert says in str(raised.value)
