"""Whole office-years under a seed: the real daemon, a clock, faults, crashes, edits, and an oracle of its own."""
