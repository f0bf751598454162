"""The promises can be broken: each mutant spoils a year in the way it must, and the program as it is spoils none."""

import pytest

from .checks import violations
from .mutants import MUTANTS
from .world import World, prepared

ROUNDS = 200  # a program that is broken may go round for ever
SEEDS = sorted({seed for _, seed in MUTANTS.values()})


def broken(seed):
    """The promises that were not kept in a year, as far as it goes."""
    with prepared():
        return violations(World(seed, ROUNDS).run())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_as_it_is_keeps_every_promise(seed):
    assert broken(seed) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_promise_is_seen(mutant, monkeypatch):
    promise, first = MUTANTS[mutant]
    mutant(monkeypatch)
    # A crash falls elsewhere when the program has a step more: then another of these years shows it.
    years = ({line.partition(":")[0] for line in broken(seed)} for seed in dict.fromkeys((first, *SEEDS)))
    assert any(promise.name in found for found in years)
