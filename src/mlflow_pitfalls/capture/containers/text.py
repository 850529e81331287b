"""Text made of foreign objects: bounded, encodable, and never raising."""

from __future__ import annotations

from typing import Any

MAX_NAME_LENGTH = 200


def safe_text(value: Any, *, default: str = "?", limit: int = MAX_NAME_LENGTH) -> str:
    """A value as text of at most ``limit`` characters that every encoder takes.

    Args:
        value: Any object; its ``__str__`` may raise.
        default: What stands in for an object without text.
        limit: Longest text; a longer one ends in an ellipsis.
    """
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - foreign __str__
        return default
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    # Lone surrogates cannot be written as UTF-8, and readers of JSON refuse them.
    return text.encode("utf-8", "replace").decode("utf-8")
