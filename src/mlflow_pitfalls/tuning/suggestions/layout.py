"""Python expressions as readable text: on one line where they fit, else one argument a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text

WIDTH = 100  # characters of a line
INDENT = "    "
LINE = 200  # characters of what is told in one line


@dataclass(frozen=True, slots=True)
class Group:
    """A call, list, tuple or dict. Items are pairs: what stands before the value (``"C="``, or nothing), the value."""

    opening: str
    items: tuple[tuple[str, Node], ...]
    closing: str


Node = str | Group


def quoted(words: str) -> str:
    """A string as code, in double quotes where it holds no quotes; what cannot be printed is escaped."""
    code = repr(words)
    return code if '"' in code or "\\'" in code else f'"{code[1:-1]}"'


def one_line(words: Any) -> str:
    """Text that may stand in a comment or in the docstring: nothing in it ends either."""
    plain = "".join(char if char.isprintable() else " " for char in safe_text(words, limit=LINE))
    return " ".join(plain.replace("\\", "/").replace('"""', "'''").split()).strip('"')


def call(name: str, items: list[tuple[str, Node]]) -> Group:
    """``name(a=1, b=2)``."""
    return Group(f"{name}(", tuple((f"{key}=", value) for key, value in items), ")")


def sequence(items: list[Node], *, is_tuple: bool = False) -> Group:
    """``[a, b]`` or ``(a, b)``."""
    if not is_tuple:
        return Group("[", tuple(("", item) for item in items), "]")
    return Group("(", tuple(("", item) for item in items), ",)" if len(items) == 1 else ")")


def mapping(items: list[tuple[str, Node]]) -> Group:
    """``{a: b}``; the keys are code."""
    return Group("{", tuple((f"{key}: ", value) for key, value in items), "}")


def text(node: Node, *, indent: int = 0, before: int = 0) -> str:
    """The node as code.

    Args:
        node: What to write.
        indent: Levels by which the line that it begins on is indented.
        before: Characters that stand on that line before it.
    """
    flat = _flat(node)
    if isinstance(node, str) or not node.items or len(INDENT) * indent + before + len(flat) <= WIDTH:
        return flat
    inside = _flat(Group("", node.items, ""))
    if not any(isinstance(value, Group) for _, value in node.items) and len(inside) + len(INDENT) * indent + 4 <= WIDTH:
        return "\n".join([node.opening, f"{INDENT * (indent + 1)}{inside}", f"{INDENT * indent}{node.closing}"])
    lines = [
        f"{INDENT * (indent + 1)}{key}{text(value, indent=indent + 1, before=len(key) + 1)},"
        for key, value in node.items
    ]
    closing = node.closing.removeprefix(",")
    return "\n".join([node.opening, *lines, f"{INDENT * indent}{closing}"])


def _flat(node: Node) -> str:
    if isinstance(node, str):
        return node
    return node.opening + ", ".join(f"{key}{_flat(value)}" for key, value in node.items) + node.closing
