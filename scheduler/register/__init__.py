"""obligations.yaml → Register: reading with marks, the model, checks, who is meant. Only `loader` opens files."""

from scheduler.register.changes import Change, ChangeKind, diff
from scheduler.register.duty import gaps
from scheduler.register.loader import load
from scheduler.register.mistakes import Code
from scheduler.register.model import Obligation, Register
from scheduler.register.parsing import Loaded, parse
from scheduler.register.roster import Holder, Roster
from scheduler.register.schema import schema
from scheduler.workdays import Region

__all__ = [
    "Change",
    "ChangeKind",
    "Code",
    "Holder",
    "Loaded",
    "Obligation",
    "Region",
    "Register",
    "Roster",
    "diff",
    "gaps",
    "load",
    "parse",
    "schema",
]
