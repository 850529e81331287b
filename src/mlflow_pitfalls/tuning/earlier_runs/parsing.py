"""MLflow keeps parameters as strings: what they were before."""

from __future__ import annotations

import ast
import re
from enum import Enum
from typing import Final

from mlflow_pitfalls.model.suggestions import Value


class Unknown(Enum):
    """The mark of a value that cannot be had back; None is a value."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Parsed = Value | tuple[float, ...] | Unknown

TRUNCATED: Final = "..."  # how MLflow's autologging ends what is too long for the store
_LONGEST: Final = 400  # characters; a longer text is no setting that is searched
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_LITERAL: Final = re.compile(rf"{_NUMBER}|[(\[](?:{_NUMBER}(?:, ?{_NUMBER})*,?)?[)\]]")
_NAMED: Final[dict[str, Value]] = {
    "None": None,
    "True": True,
    "False": False,
    "inf": float("inf"),
    "-inf": float("-inf"),
    "nan": float("nan"),
}


def parse(text: str) -> Parsed:
    """The value of which ``text`` is the ``str()``.

    Numbers, None, booleans, and tuples and lists of numbers (both as tuples) come back as such; all else, such as
    ``sqrt`` or a dictionary, stays the text that it is.

    Args:
        text: A parameter as MLflow keeps it.

    Returns:
        ``UNKNOWN`` where the text was cut off.
    """
    if text in _NAMED:
        return _NAMED[text]
    if text.endswith(TRUNCATED):
        return UNKNOWN
    if len(text) > _LONGEST or not _LITERAL.fullmatch(text):
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):  # "007"
        return text
    if isinstance(value, list | tuple):
        return tuple(value)
    number: int | float = value
    return number
