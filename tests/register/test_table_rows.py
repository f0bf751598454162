"""Rows are read whole or not at all: every mistake with its path, in the order of the fields."""

from __future__ import annotations

import pytest

from scheduler.register.model import Ladder, Obligation, Rung
from scheduler.register.parts import Kind, UnfitError, fit, known_keys
from scheduler.register.tree import Path
from scheduler.register.values import Duration, Target, Unit


def faults(said: object) -> list[tuple[Kind, Path]]:
    with pytest.raises(UnfitError) as wrong:
        fit(Obligation, said)
    return [(fault.kind, fault.path) for fault in wrong.value.faults]


def test_all_that_is_wrong_with_a_row_is_told_at_once_in_the_order_of_its_fields() -> None:
    said = {
        "colour": "red",
        "quota": {"of": "training", "every": "decade", "at_least": "0"},
        "owed_by": [{"kind": ["county", "a b"]}, "somebody"],
        "id": "a/b",
    }
    assert faults(said) == [
        (Kind.UNREADABLE, ("id",)),
        (Kind.MISSING, ("title",)),
        (Kind.UNREADABLE, ("owed_by", "\0any_of", 0, "kind", 1)),
        (Kind.UNREADABLE, ("owed_by", "\0any_of", 1)),
        (Kind.TOO_SMALL, ("quota", "at_least")),
        (Kind.NO_CHOICE, ("quota", "every")),
        (Kind.UNKNOWN_KEY, ("colour",)),
    ]


def test_a_mapping_is_asked_for_where_a_row_or_names_should_be() -> None:
    said = {"id": "a", "title": "b", "owed_by": {"unit": "c"}, "due": "tomorrow", "dates": "never"}
    assert faults(said) == [(Kind.NO_MAPPING, ("due",)), (Kind.NO_MAPPING, ("dates",))]


def test_a_value_that_is_ready_is_taken_as_it_is() -> None:
    rung = Rung(after=Duration(3, Unit.WORKDAY), to=Target("deputy"))
    ladder = fit(Ladder, {"remind": "1wd", "chase": [Duration(2, Unit.WORKDAY)], "escalate": [rung]})
    assert ladder == Ladder(remind=(Duration(1, Unit.WORKDAY),), chase=(Duration(2, Unit.WORKDAY),), escalate=(rung,))
    assert ladder.escalate[0] is rung


@pytest.mark.parametrize(
    ("path", "some", "none"),
    [
        ((), {"id", "due"}, {"every", "\0any_of"}),
        (("due",), {"by", "every", "within", "lead"}, {"\0after_done"}),  # of all kinds of `due`
        (("owed_by", 0, "except"), {"kind", "except"}, {"except_"}),
        (("quota", "pace"), {"by", "at_least"}, {"every"}),
        (("dates", "2026"), {"by", "basis", "roll"}, {"2026"}),
        (("dates",), set(), {"by"}),  # any name may stand there
        (("title",), set(), {"id"}),
    ],
)
def test_the_keys_of_the_language_are_known_at_every_path(path: Path, some: set[str], none: set[str]) -> None:
    known = set(known_keys(Obligation, path))
    assert some <= known
    assert not none & known
