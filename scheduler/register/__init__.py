"""obligations.yaml → Register: reading with marks, the model, checks, who is meant. Only `loader` opens files."""

from scheduler.register.loader import load
from scheduler.register.model import Obligation, Register
from scheduler.register.parsing import Loaded, parse
from scheduler.register.roster import Holder, Roster
from scheduler.workdays import Region

__all__ = ["Holder", "Loaded", "Obligation", "Region", "Register", "Roster", "load", "parse"]
