"""Every rule fires on what it is for, and none fires on a sound model."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks import broken_builds, broken_files, broken_numbers, broken_pages
from tests.checks.breaking import MUTATIONS
from tests.checks.worlds import World, worlds
from vcomp.checks.catalogue import GROUPS, PROOF, RULES
from vcomp.checks.check import check_paths
from vcomp.checks.finding import Finding

EVERY = [*RULES, *PROOF]
OF_PROJECTS = {rule.id for group in ("Specs", "The network's file") for rule in GROUPS[group]}
assert all((broken_builds, broken_files, broken_numbers, broken_pages))  # importing them enters their mutations


def found(world: World) -> list[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        return check_paths([world.write(Path(folder))], EVERY)


def test_each_rule_on_files_has_its_mutants() -> None:
    assert set(MUTATIONS) == {rule.id for rule in EVERY} - OF_PROJECTS  # test_models.py and test_graph.py have theirs


@given(world=worlds())
@settings(max_examples=60)
def test_nothing_is_found_in_a_sound_model(world: World) -> None:
    assert found(world) == []


@pytest.mark.parametrize("rule", sorted(MUTATIONS))
@given(data=st.data())
@settings(max_examples=15)
def test_a_rule_fires_on_every_mutant(rule: str, data: st.DataObject) -> None:
    maker, mutation = MUTATIONS[rule]
    world = data.draw(maker)
    mutation(data.draw, world)

    assert rule in {finding.rule for finding in found(world)}
