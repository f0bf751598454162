"""`python -m scheduler.cli` is the command `duban`."""

from scheduler.cli import main

main()
