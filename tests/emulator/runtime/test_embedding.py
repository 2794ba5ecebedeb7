"""Which of the six tensors of a text goes to which input of its network."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vcomp.emulator.runtime.embedding import ORDER_VARIABLE, slots_to_inputs

Slots = list[NDArray[np.int32]]


def arrays(*first: int) -> Slots:
    """One array per number, which it begins with."""
    return [np.array([number, 0, 0], np.int32) for number in first]


def chosen(slots: Slots, *names: str) -> list[int]:
    return [int(array[0]) for array in slots_to_inputs(slots, names)]


SIX = arrays(0, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("input_ids", "attention_mask", "token_type_ids"), [0, 3, 2]),
        (("token_type_ids", "input_ids", "attention_mask"), [2, 0, 3]),
        (("input_ids_1", "input_mask_1", "segment_ids_2"), [0, 3, 2]),
        (("input_ids", "position_ids"), [0, 1]),
        (("input_ids",), [0]),
        (("x", "y"), [0, 1]),  # names that say nothing: by order
        (("input_ids", "other_ids"), [0, 1]),  # two of one role: by order
    ],
)
def test_six_slots_are_chosen_by_the_names_of_the_inputs(names: tuple[str, ...], expected: list[int]) -> None:
    assert chosen(SIX, *names) == expected


def test_three_arrays_filled_up_with_the_first_stand_in_the_order_of_the_inputs() -> None:
    slots = [*arrays(0, 1, 2), *arrays(0, 0, 0)]
    assert chosen(slots, "input_ids", "attention_mask", "token_type_ids") == [0, 1, 2]
    assert chosen(slots, "input_ids", "token_type_ids", "attention_mask") == [0, 1, 2]


def test_three_arrays_filled_up_with_the_mask_hold_ids_mask_and_types() -> None:
    slots = [*arrays(0, 1, 2), *arrays(1, 1, 1)]
    assert chosen(slots, "token_type_ids", "attention_mask", "input_ids") == [2, 1, 0]


def test_fewer_than_six_go_by_order() -> None:
    assert chosen(arrays(7, 8, 9), "input_ids", "token_type_ids", "attention_mask") == [7, 8, 9]


def test_a_user_may_say_what_the_slots_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ORDER_VARIABLE, "input_ids, attention_mask, token_type_ids, position_ids, memory, cache")
    assert chosen(SIX, "input_ids", "attention_mask", "token_type_ids") == [0, 1, 2]


@pytest.mark.parametrize("said", ["input_ids", "ids,mask,types,a,b,c"])
def test_what_a_user_says_wrong_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(ORDER_VARIABLE, said)
    with pytest.raises(RuntimeError, match=ORDER_VARIABLE):
        slots_to_inputs(SIX, ["input_ids"])


def test_too_few_slots_are_refused() -> None:
    with pytest.raises(RuntimeError, match="1 tensors were given for 2 inputs: a, b"):
        slots_to_inputs(arrays(0), ["a", "b"])
