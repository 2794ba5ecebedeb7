"""The six tensors of a text as the inputs of its network."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcomp.emulator.errors import EmulatorError

Array = NDArray[Any]

ROLES = ("input_ids", "position_ids", "token_type_ids", "attention_mask", "memory", "cache")
ORDER_VARIABLE = "VCOMP_BERT_SLOTS"

# Published data sets disagree on the order. Of these parts of an input's name the first that occurs tells its role.
_PARTS = (
    ("position", "position_ids"),
    ("type", "token_type_ids"),
    ("segment", "token_type_ids"),
    ("mask", "attention_mask"),
    ("memory", "memory"),
    ("cache", "cache"),
    ("ids", "input_ids"),
    ("input", "input_ids"),
)


def slots_to_inputs(slots: Sequence[Array], names: Sequence[str]) -> list[Array]:
    """One array per input of the network, chosen by the name of the input.

    Six slots hold what ROLES says, in that order, or what VCOMP_BERT_SLOTS says, separated by commas. Two older forms
    are recognised by the copies that fill them up: three arrays in the order of the network's inputs and copies of the
    first; ids, mask, types and copies of the mask. Fewer than six, or inputs with names that tell nothing, go by order.
    """
    if len(slots) < len(names):
        raise EmulatorError(
            f"{len(slots)} tensors were given for {len(names)} inputs: {', '.join(names)}",
            expected=f"{len(ROLES)} tensors: {', '.join(ROLES)}",
        )
    roles = [_role(name) for name in names]
    order = _order(slots)
    if order is None or None in roles or len(set(roles)) < len(roles):
        return list(slots[: len(names)])
    by_role = dict(zip(reversed(order), reversed(slots), strict=True))  # of a role that stands twice, the first
    missing = [str(role) for role in roles if role not in by_role]
    if missing:
        raise EmulatorError(f"no slot holds {', '.join(missing)}", expected=f"{ORDER_VARIABLE} to name all inputs")
    return [by_role[str(role)] for role in roles]


def _order(slots: Sequence[Array]) -> Sequence[str] | None:
    """The role of each slot; None where the slots stand in the order of the network's inputs."""
    said = os.environ.get(ORDER_VARIABLE)
    if said:
        return _said_order(said, len(slots))
    if len(slots) != len(ROLES):
        return None
    first, second, _, *rest = slots
    if all(np.array_equal(slot, first) for slot in rest):
        return None
    if all(np.array_equal(slot, second) for slot in rest):
        return ("input_ids", "attention_mask", "token_type_ids", *["attention_mask"] * len(rest))
    return ROLES


def _said_order(said: str, count: int) -> Sequence[str]:
    order = [word.strip() for word in said.split(",")]
    if len(order) != count or not set(order) <= set(ROLES):
        raise EmulatorError(
            f"{ORDER_VARIABLE} is {said!r}", expected=f"one of {', '.join(ROLES)} for each of the {count} tensors"
        )
    return order


def _role(name: str) -> str | None:
    return next((role for part, role in _PARTS if part in name.lower()), None)
