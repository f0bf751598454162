"""The catalogue of what can be wrong with a table: every code with its level. It judges nothing."""

from __future__ import annotations

from enum import StrEnum

from scheduler.problems import Level, Place, Problem
from scheduler.words import Phrase


class Code(StrEnum):
    """The stable names of all problems of a table; `WARNINGS` lists those that do not keep it from going into force."""

    # the file itself
    FILE_MISSING = "file-missing"
    FILE_UNREADABLE = "file-unreadable"
    FILE_TOO_LARGE = "file-too-large"
    FILE_EMPTY = "file-empty"
    FILE_KIND = "file-kind"
    NOT_UTF8 = "not-utf8"
    TOO_MANY = "too-many"
    # YAML
    SYNTAX = "syntax"
    YAML_ALIAS = "yaml-alias"
    YAML_MERGE = "yaml-merge"
    YAML_TAG = "yaml-tag"
    YAML_KEY = "yaml-key"
    COLON = "colon"
    COMMENT_CUT = "comment-cut"
    YAML_DOCUMENTS = "yaml-documents"
    DUPLICATE_KEY = "duplicate-key"
    TOO_DEEP = "too-deep"
    # CSV
    CSV_HEADING = "csv-heading"
    CSV_ROW = "csv-row"
    # shape
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    BAD_VALUE = "bad-value"
    BAD_ID = "bad-id"
    BAD_DATE = "bad-date"
    BAD_TIME = "bad-time"
    BAD_DURATION = "bad-duration"
    BAD_MOMENT = "bad-moment"
    BAD_NUMBER = "bad-number"
    BAD_SHARE = "bad-share"
    BAD_SELECTOR = "bad-selector"
    BAD_RRULE = "bad-rrule"
    BAD_PERIOD = "bad-period"
    FULL_WIDTH = "full-width"
    VERSION = "version"
    # who
    OWNER_MISSING = "owner-missing"
    DUPLICATE_ID = "duplicate-id"
    RESERVED_ID = "reserved-id"
    UNKNOWN_UNIT = "unknown-unit"
    UNKNOWN_PERSON = "unknown-person"
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_TAG = "unknown-tag"
    UNKNOWN_ROLE = "unknown-role"
    SELECTS_NOBODY = "selects-nobody"
    EVENT_UNIT = "event-unit"
    ADDRESS_MISSING = "address-missing"
    BAD_ADDRESS = "bad-address"
    ADDRESS_DOMAIN = "address-domain"
    OFFICER_MISSING = "officer-missing"
    REPORTS_TO_CYCLE = "reports-to-cycle"
    UNIT_ENDED = "unit-ended"
    VIA_CYCLE = "via-cycle"
    TENURE_OVERLAP = "tenure-overlap"
    BAD_TENURE = "bad-tenure"
    BAD_ABSENCE = "bad-absence"
    DELEGATE_UNREACHABLE = "delegate-unreachable"
    ROLE_UNFILLED = "role-unfilled"
    DUTY_TWICE = "duty-twice"
    DUTY_MISSING = "duty-missing"
    DUTY_GAP = "duty-gap"
    # when
    SCHEDULE_MISSING = "schedule-missing"
    SCHEDULE_TWO = "schedule-two"
    ROLL_MISSING = "roll-missing"
    NEVER_FIRES = "never-fires"
    UNKNOWN_EVENT = "unknown-event"
    UNKNOWN_RECORD = "unknown-record"
    UNKNOWN_OBLIGATION = "unknown-obligation"
    UNKNOWN_LADDER = "unknown-ladder"
    OBLIGATION_CYCLE = "obligation-cycle"
    BAD_EXTENSION = "bad-extension"
    BAD_LADDER = "bad-ladder"
    LADDER_ORDER = "ladder-order"
    OUTER_BEFORE_DUE = "outer-before-due"
    # what
    REF_TWICE = "ref-twice"
    FORMERLY_CLASH = "formerly-clash"
    BAD_CLOSURE = "bad-closure"


WARNINGS = frozenset(
    {Code.COMMENT_CUT, Code.LADDER_ORDER, Code.OUTER_BEFORE_DUE, Code.REF_TWICE, Code.ROLE_UNFILLED}
    | {Code.DUTY_MISSING, Code.DUTY_GAP, Code.UNIT_ENDED}
)


class UnreadableError(ValueError):
    """Text that the rule language cannot read: the code, what is wrong, how to mend it."""

    def __init__(self, code: Code, message: Phrase, hint: Phrase) -> None:
        super().__init__(message.text())
        self.code = code
        self.message = message
        self.hint = hint


def problem(code: Code, message: Phrase, hint: Phrase, place: Place | None) -> Problem:
    """A Problem with the level that the catalogue gives to `code`."""
    level = Level.WARNING if code in WARNINGS else Level.ERROR
    return Problem(code.value, message, hint, place, level)
