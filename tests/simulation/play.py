"""Plays many years on all processors and adds up what befell them. It knows neither fault nor promise."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from .checks import violations
from .world import LENGTH, World, prepared


@dataclass(frozen=True)
class Year:
    """What is left of one year: its seed, what was done to it, what was not kept."""

    seed: int
    days: int
    letters: int
    counts: Counter[str]
    wrong: tuple[str, ...]


def one(seed: int) -> Year:
    """One year, from its seed alone."""
    world = World(seed, by_hand=seed % 2 == 1)
    try:
        with prepared():
            wrong = violations(world.run())
    except Exception:  # noqa: BLE001 - a year that ends in an error is a finding; its seed must be told
        wrong = [traceback.format_exc()]
    return Year(seed, LENGTH, len(world.server.log), world.counts, tuple(wrong))


def play(seeds: Iterable[int]) -> Iterator[Year]:
    """The years of these seeds, in their order, on all processors."""
    processors = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(processors, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, seeds)


def told(played: list[Year]) -> str:
    """The years in words: the faults that were injected, by kind, and each seed that failed."""
    counts = sum((year.counts for year in played), Counter())
    days, letters = sum(year.days for year in played), sum(year.letters for year in played)
    seeds = f"seeds {played[0].seed}–{played[-1].seed}" if played else "no seeds"
    lines = [f"{days / 365:.0f} office-years, {seeds}, {letters} letters accepted"]
    lines += [f"  {n:6d}  {what}" for what, n in sorted(counts.items())]
    for year in played:
        lines += [f"seed {year.seed}: {wrong}" for wrong in year.wrong]
        lines += [f"play it again: python -m tests.simulation {year.seed}"] if year.wrong else []
    return "\n".join(lines)
