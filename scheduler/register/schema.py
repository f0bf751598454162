"""The JSON Schema of obligations.yaml, made from the model, for editors. The reader does not use it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind, models_json_schema

from scheduler.register.model import (
    ClosureDays,
    DutyDay,
    Event,
    Ladder,
    Obligation,
    Office,
    OfficeUnit,
    Person,
    RecordKind,
    SummaryRow,
    Untracked,
)
from scheduler.register.rows import TAG

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_LISTS: dict[str, type[BaseModel]] = {
    "units": OfficeUnit,
    "people": Person,
    "events": Event,
    "records": RecordKind,
    "obligations": Obligation,
    "not_tracked": Untracked,
    "summaries": SummaryRow,
    "duty": DutyDay,
}
_SCHEDULES = ("due", "quota", "coverage", "measure", "review")


class _Quiet(GenerateJsonSchema):
    """Defaults are not part of the schema, so those that JSON cannot say are no trouble."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Pass over what is not said."""


def schema() -> dict[str, Json]:
    """JSON Schema (2020-12) of the file: what an admin may write, not what the program makes of it."""
    models: list[type[BaseModel]] = [Office, ClosureDays, Ladder, *_LISTS.values()]
    _, made = models_json_schema([(model, "validation") for model in models], schema_generator=_Quiet)
    definitions = _tidied(made["$defs"])
    if isinstance(definitions, dict):
        for definition in definitions.values():
            if isinstance(definition, dict):
                definition.pop("description", None)  # it speaks to developers
        definitions["Selector"] = _selector(definitions["Selector"])
        definitions["Tenure"] = {"anyOf": [{"type": "string"}, definitions["Tenure"]]}
        definitions["Obligation"] = _with_one_schedule(definitions["Obligation"])
    files: Json = {"type": "string", "description": "units.yaml、people.csv、duty.csv"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "obligations.yaml",
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "office"],
        "properties": {
            "version": {"const": 1},
            "office": _ref("Office"),
            "include": {"anyOf": [files, {"type": "array", "items": files}]},
            **{name: {"type": "array", "items": _ref(model.__name__)} for name, model in _LISTS.items()},
            "ladders": {"type": "object", "additionalProperties": _ref("Ladder")},
            "calendar": _ref("ClosureDays"),
        },
        "$defs": _used(definitions),
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _tidied(part: Json) -> Json:
    """Without defaults, names made from names, and fields that no key of a file can fill."""
    if isinstance(part, Mapping):
        return {key: _tidied(value) for key, value in part.items() if not _internal(key, value)}
    return [_tidied(item) for item in part] if isinstance(part, list) else part


def _internal(key: str, value: Json) -> bool:
    return key.startswith(TAG) or key in ("default", "discriminator") or (key == "title" and isinstance(value, str))


def _used(definitions: Json) -> Json:
    """Without the definitions that nothing names: the values behind texts."""
    if not isinstance(definitions, dict):
        return definitions
    roots = {"Office", "ClosureDays", "Ladder", *(model.__name__ for model in _LISTS.values())}
    used: set[str] = set()
    while roots - used:
        used |= roots
        roots = {name for one in used for name in definitions if f'"#/$defs/{name}"' in json.dumps(definitions[one])}
    return {name: part for name, part in definitions.items() if name in used}


def _selector(mapping: Json) -> Json:
    return {"anyOf": [{"const": "event.unit"}, mapping, {"type": "array", "items": _ref("Selector")}]}


def _with_one_schedule(row: Json) -> Json:
    one: Json = [{"required": [key]} for key in _SCHEDULES]
    return {**row, "oneOf": one} if isinstance(row, dict) else row
