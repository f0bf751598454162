"""What every row of the table is made of: a frozen model without unknown keys. It names no row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict

# Fields that the file fills in another way; no key of a file can be spelled so.
ANY_OF, EVENT_UNIT, AFTER_DONE, CHASE_EVERY = "\0any_of", "\0event_unit", "\0after_done", "\0chase_every"
TAG = "\0"  # before the names of the kinds of `due`, so that no path of an error mistakes them for keys


def empty() -> Mapping[str, Any]:
    """A mapping with nothing in it, for good."""
    return MappingProxyType({})


class Row(BaseModel):
    """Base of everything in the table: frozen, and no key that the language does not have."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True, defer_build=True
    )
