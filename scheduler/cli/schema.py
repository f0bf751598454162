"""`duban schema`: the JSON Schema of the table, for editors that complete and check while one types."""

from __future__ import annotations

from scheduler.cli.options import command
from scheduler.cli.output import print_json
from scheduler.register.schema import schema as made
from scheduler.words import say


@command(
    "schema",
    formats=("text", "json"),
    example="duban schema > obligations.schema.json",
    more=say("在台账第一行写 # yaml-language-server: $schema=obligations.schema.json，编辑器即可提示。"),
)
def schema() -> None:
    print_json(made())
