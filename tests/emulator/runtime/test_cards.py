"""What the emulated module says of cards: one that says it is emulated, and nothing invented."""

import os

import numpy as np
import pytest

from vcomp.emulator.errors import EmulatorError
from vcomp.emulator.runtime.cards import Die, get_all_cards, get_all_cards_count


def test_there_is_one_card_with_one_die_and_it_says_that_it_is_emulated() -> None:
    [card] = get_all_cards()
    assert get_all_cards_count() == 1
    assert [die.device_id for die in card.dies] == [0]
    assert "emulated" in card.card_type
    assert card.uuid == get_all_cards()[0].uuid


def test_a_die_has_this_machines_memory_and_no_sensors() -> None:
    die = Die(0)
    assert (die.temperature, die.power) == ({}, {})
    assert die.memory["total"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert die.memory["used"] + die.memory["free"] == die.memory["total"]
    assert die.utilization == {"ai": 0, "vdsp": 0, "vemcu": 0, "vdmcu": 0}


def test_a_die_is_made_from_a_number_or_from_one_that_a_card_lists() -> None:
    assert Die(3).device_id == Die(np.int64(3)).device_id == 3  # type: ignore[arg-type]
    assert Die(get_all_cards()[0].dies[0]).device_id == 0


@pytest.mark.parametrize("number", [-1, "0", None, True])
def test_what_is_no_number_is_no_die(number: object) -> None:
    with pytest.raises(EmulatorError, match="there is no die"):
        Die(number)  # type: ignore[arg-type]
