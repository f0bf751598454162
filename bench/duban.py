"""`python -m bench.duban MOMENT ARGS`: the program with its clock stopped at a moment. It measures nothing."""

from __future__ import annotations

import sys
from datetime import datetime

from scheduler import clock


def main() -> None:
    moment = datetime.fromisoformat(sys.argv.pop(1)).replace(tzinfo=clock.BEIJING)
    clock.now = lambda: moment
    from scheduler.cli import main as program

    program()


if __name__ == "__main__":
    main()
