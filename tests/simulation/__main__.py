"""`python -m tests.simulation SEED …` plays single years again; `--years N [--from SEED]` plays many."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from .play import play, told


def main() -> int:
    """Play, print (each hundred years how far it is), and say by the exit code whether all promises were kept."""
    ask = argparse.ArgumentParser(prog="python -m tests.simulation")
    ask.add_argument("seeds", nargs="*", type=int)
    ask.add_argument("--years", type=int, default=0)
    ask.add_argument("--from", dest="first", type=int, default=0)
    given = ask.parse_args()
    seeds = given.seeds or range(given.first, given.first + given.years)
    played = []
    for year in play(seeds):
        played.append(year)
        if year.wrong or len(played) % 100 == 0:
            print(f"seed {year.seed}, {len(played)} of {len(seeds)} years", *year.wrong, sep="\n  ", flush=True)
    print(told(played))
    return 1 if any(year.wrong for year in played) else 0


if __name__ == "__main__":
    sys.exit(main())
