"""How text becomes a value of the rule language: ids, days, durations, moments, in English or Chinese. It reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from scheduler.register.values import Duration, Moment, Share, Target

T = TypeVar("T")

Id = Annotated[str, StringConstraints(min_length=1)]
Words = Annotated[str, StringConstraints(min_length=1)]
Several = tuple[T, ...]
Frozen = Mapping[str, T]
DateText = date
TimeText = time
OnceText = date
DurationText = Duration
MomentText = Moment
ShareText = Share
TargetText = Target
__all__ = ["AfterValidator", "BeforeValidator"]
