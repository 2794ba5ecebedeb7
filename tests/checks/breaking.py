"""How a sound model is broken at random: the register of mutations, and what they have in common."""

import copy
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.checks.worlds import FAMILIES, World, worlds

Draw = Callable[[st.SearchStrategy[Any]], Any]
Mutation = Callable[[Draw, World], None]
Maker = st.SearchStrategy[World]

MUTATIONS: dict[str, tuple[Maker, Mutation]] = {}


def breaks(rule: str, maker: Maker | None = None) -> Callable[[Mutation], Mutation]:
    """Enter a mutation of what `maker` draws as one that the rule is to find."""

    def enter(mutation: Mutation) -> Mutation:
        MUTATIONS[rule] = (worlds() if maker is None else maker, mutation)
        return mutation

    return enter


def pick(draw: Draw, *values: Any) -> Any:
    return draw(st.sampled_from(values))


def misspelt(draw: Draw, word: str) -> str:
    """The word with one letter too few, too many, or two exchanged: never the word itself."""
    at = draw(st.integers(1, len(word) - 2))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    spellings = {before + after, before + letter * 2 + after, before[:-1] + letter + before[-1] + after}
    return draw(st.sampled_from(sorted(spellings - {word})))


def renamed(section: dict[str, Any], old: str, new: str) -> None:
    items = [(new if key == old else key, value) for key, value in section.items()]
    section.clear()
    section.update(items)


def another_json(world: World, variant: str, **changes: Any) -> None:
    """Add a vdsp_params JSON of the same origin; a change to None removes the key."""
    config = {key: value for key, value in (world.config | changes).items() if value is not None}
    name = f"build_in/vdsp_params/{world.origin}-{variant}-vdsp_params.json"
    world.others[name] = json.dumps(copy.deepcopy({**world.vdsp, "OpConfig": config}))


def other_family(world: World) -> str:
    return next(name for name in FAMILIES if name != world.family)
