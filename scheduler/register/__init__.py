"""obligations.yaml → Register: reading with marks, the model, checks, who is meant. Only `loader` opens files."""

from scheduler.register.model import Obligation, Register
from scheduler.workdays import Region

__all__ = ["Obligation", "Region", "Register"]
