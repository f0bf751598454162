"""The JSON Schema of obligations.yaml, made from the model, for editors. The reader does not use it."""

from __future__ import annotations

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
from scheduler.register.parts import (
    ChoicePart,
    ChosenPart,
    FieldPart,
    ListPart,
    NamedPart,
    Part,
    RowPart,
    TextPart,
    part,
)
from scheduler.register.rows import INNER, Json, Row

_LISTS: dict[str, type[Row]] = {
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


def schema() -> dict[str, Json]:
    """JSON Schema (2020-12) of the file: what an admin may write, not what the program makes of it."""
    definitions: dict[str, Json] = {}
    for model in (Office, ClosureDays, Ladder, *_LISTS.values()):
        _form(part(model), definitions)
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
        "$defs": dict(sorted(definitions.items())),
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _form(found: Part, definitions: dict[str, Json]) -> Json:
    """What may be written in a place; what has a name goes to the definitions."""
    match found:
        case TextPart():
            return dict(found.form)
        case ChoicePart():
            return _choice(found, definitions)
        case ListPart():
            item = _form(found.item, definitions)
            return {"anyOf": [item, {"items": item, "type": "array"}]}
        case NamedPart():
            return {"additionalProperties": _form(found.item, definitions), "type": "object"}
        case ChosenPart():
            return {"oneOf": [_form(row, definitions) for row in found.rows]}
        case RowPart():
            return _row(found, definitions)
    raise TypeError(found)


def _choice(found: ChoicePart, definitions: dict[str, Json]) -> Json:
    if found.name is None:
        return {"const": next(iter(found.values)), "type": "string"}
    definitions[found.name] = {"enum": list(found.values), "type": "string"}
    return _ref(found.name)


def _row(found: RowPart, definitions: dict[str, Json]) -> Json:
    name = found.model.__name__
    if name not in definitions:
        definitions[name] = None  # a selector holds selectors
        fields = {key: field for key, field in found.fields.items() if not key.startswith(INNER)}
        made: dict[str, Json] = {
            "additionalProperties": False,
            "properties": {key: _of_field(field, definitions) for key, field in fields.items()},
        }
        required: Json = [key for key, field in fields.items() if field.required]
        definitions[name] = {**made, **({"required": required} if required else {}), "type": "object"}
    return _ref(name)


def _of_field(field: FieldPart, definitions: dict[str, Json]) -> Json:
    form = _form(field.part, definitions)
    return {"anyOf": [form, {"type": "null"}]} if field.optional else form


def _selector(mapping: Json) -> Json:
    return {"anyOf": [{"const": "event.unit"}, mapping, {"type": "array", "items": _ref("Selector")}]}


def _with_one_schedule(row: Json) -> Json:
    one: Json = [{"required": [key]} for key in _SCHEDULES]
    return {**row, "oneOf": one} if isinstance(row, dict) else row
