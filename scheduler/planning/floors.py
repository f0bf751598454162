"""Recorded numbers against a floor: `3`, `85%`, `52/57`. Compared exactly, never as floats."""

from __future__ import annotations

from fractions import Fraction

from scheduler.planning.model import Scalar
from scheduler.register.model import Measure


def reaches(value: Scalar, measure: Measure) -> bool:
    """Whether a recorded value meets the measure's floor; what is no number does not.

    A plain number under a `share` is a percentage: 85 is 85%.
    """
    number = _number(value)
    if number is None:
        return False
    if measure.share is None:
        return number >= (measure.at_least or 0)
    plain = not ("%" in str(value) or "/" in str(value))
    part = number / 100 if plain else number
    return part * measure.share.denominator >= measure.share.numerator


def _number(value: Scalar) -> Fraction | None:
    text = str(value).strip().replace("％", "%")
    try:
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
