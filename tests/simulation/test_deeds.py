"""What people add by hand is judged, too: spoiled on purpose, a year shows it."""

import pytest

from scheduler.daemon.corrections import Corrector
from scheduler.planning import byhand, chasing, history, verdicts
from scheduler.planning.people import Directory

from .checks import violations
from .world import World, prepared

SEED, ROUNDS = 13, 400


def no_throttle(patch):
    asked = []
    overtaken = verdicts._overtaken
    patch.setattr(chasing, "_other", lambda *_: None)
    patch.setattr(chasing, "_name", lambda _, day: asked.append(day) or f"{byhand.name_of(day)}-{len(asked)}")
    patch.setattr(verdicts, "_overtaken", lambda case, step: not step.by_hand and overtaken(case, step))


def nobody_asked(patch):
    patch.setattr(history.History, "asked", lambda *_: frozenset())
    patch.setattr("scheduler.planning.cases.asked_steps", lambda *_: ())


def corrected_for_the_admin(patch):
    patch.setattr(Corrector, "receivers", lambda self, _, now: (Directory(self.plan.roster).admin(now.date()),))


@pytest.mark.parametrize(
    ("spoil", "promise"), [(no_throttle, "A_DAY"), (nobody_asked, "LOST"), (corrected_for_the_admin, "READER")]
)
def test_a_spoiled_deed_is_seen(monkeypatch, spoil, promise):
    spoil(monkeypatch)
    with prepared():
        found = violations(World(SEED, ROUNDS, by_hand=True).run())
    assert promise in {line.partition(":")[0] for line in found}
