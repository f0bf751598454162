"""What a file says before it is understood: text, lists and mappings with their places. It knows no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from scheduler.problems import Place

Path = tuple[str | int, ...]
Plain = str | list["Plain"] | dict[str, "Plain"]


class Node(Struct, frozen=True, eq=False):
    """A text, a list or a mapping of a file; None where a key stands without a value. Lists hold no empty items.

    `line` and `column` (from 1) are where the value begins, `key_line` and `key_column` where its key does.
    """

    value: str | list[Node] | dict[str, Node] | None
    file: str
    line: int
    column: int
    key_line: int = 0
    key_column: int = 0
    flow: bool = False

    @property
    def place(self) -> Place:
        """Where the value begins."""
        return Place(self.file, self.line, self.column)

    @property
    def key_place(self) -> Place:
        """Where the key begins; the value, where it has none."""
        return Place(self.file, self.key_line, self.key_column) if self.key_line else self.place


def plain(node: Node) -> Plain | None:
    """The node as str, list and dict; keys and items without a value are absent."""
    value = node.value
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: said for key, child in value.items() if (said := plain(child)) is not None}
    if isinstance(value, list):
        return [said for child in value if (said := plain(child)) is not None]
    return value


def valueless(node: Node, path: Path = ()) -> Iterator[Path]:
    """The paths of keys that stand without a value: absent to the model, but perhaps no keys at all."""
    value = node.value
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child.value, str):
                continue
            if child.value is None:
                yield (*path, key)
            else:
                yield from valueless(child, (*path, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            if not isinstance(child.value, str):
                yield from valueless(child, (*path, number))


def follow(node: Node, path: Iterable[str | int]) -> Node:
    """The node at a path, as far as the path exists; steps that the file does not have are passed over."""
    for step in path:
        child = _child(node.value, step)
        if child is not None:
            node = child
    return node


def _child(value: str | list[Node] | dict[str, Node] | None, step: str | int) -> Node | None:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
        found: Node = value[step]
        return found
    return None


def entries(node: Node | None) -> Mapping[str, Node]:
    """The keys of a mapping; none where the node is something else."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items(node: Node | None) -> list[Node]:
    """The items of a list; none where the node is something else."""
    return node.value if node is not None and isinstance(node.value, list) else []


def text(node: Node | None) -> str | None:
    """The text of a scalar; None where the node is something else."""
    return node.value if node is not None and isinstance(node.value, str) else None
