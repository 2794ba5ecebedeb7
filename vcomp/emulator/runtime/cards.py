"""What is known of the card: that there is none. One card with one die stands for this machine."""

import os
from dataclasses import dataclass

from vcomp.emulator.runtime.integers import integer_from


class Die:
    """One die, under any number: as with `set_device`, there is one. A `Die` in place of its number is taken too.

    There are no sensors, so `temperature` and `power` are empty; nothing runs on the units of a card, so all of
    `utilization` is 0 percent. `memory` is this machine's, in bytes.
    """

    def __init__(self, id: "int | Die" = 0) -> None:
        number = id.device_id if isinstance(id, Die) else id
        self.device_id: int = integer_from(0, number, f"there is no die {id!r}")

    @property
    def temperature(self) -> dict[str, int]:
        return {}

    @property
    def power(self) -> dict[str, int]:
        return {}

    @property
    def memory(self) -> dict[str, int]:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES")
        return {"total": total, "free": free, "used": total - free}

    @property
    def utilization(self) -> dict[str, int]:
        return dict.fromkeys(("ai", "vdsp", "vemcu", "vdmcu"), 0)

    def __repr__(self) -> str:
        return f"<Die {self.device_id}>"


@dataclass(frozen=True)
class Card:
    uuid: str
    card_type: str
    dies: list[Die]


def get_all_cards_count() -> int:
    return len(get_all_cards())


def get_all_cards() -> list[Card]:
    """One card; its type says that it is emulated."""
    return [Card("emulated-0", "emulated by vcomp, no card", [Die(0)])]
