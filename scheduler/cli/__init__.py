"""The command line: a file per command; it parses, calls, prints and chooses the exit code, and computes nothing."""

from scheduler.cli.app import main

__all__ = ["main"]
