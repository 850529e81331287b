"""Records and outcomes to JSON and back, strictly."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast

from mlflow_pitfalls.errors import SchemaError

T = TypeVar("T")


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Serialise a model dataclass. Infinite numbers and NaN become null, as JSON has neither.

    Lone surrogates become question marks, since other readers take them for no text.

    Args:
        value: An instance of a dataclass of this package's model.
        indent: Spaces a level; None for one line.
    """
    plain = _finite(dataclasses.asdict(value))
    return json.dumps(plain, indent=indent, allow_nan=False, ensure_ascii=True)


def from_json(kind: type[T], text: str | bytes) -> T:
    """Read what :func:`to_json` wrote; null is read as NaN where a number cannot be missing.

    Args:
        kind: The dataclass to build, e.g. ``RunRecord``.
        text: The JSON text.

    Raises:
        SchemaError: The text is no JSON, was written by a newer version, or does not fit ``kind``.
    """
    from pydantic import ValidationError

    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"not a JSON document: {error}") from error
    _check_version(kind, plain)
    adapter = _adapter(cast(Any, kind))
    try:
        try:
            return cast(T, adapter.validate_json(json.dumps(plain), strict=True))
        except ValidationError as error:
            if not _restore_nan(plain, error.errors(include_url=False)):
                raise
            return cast(T, adapter.validate_json(json.dumps(plain), strict=True))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SchemaError(f"no {kind.__name__} of this version: {place}: {first['msg']}") from error


def _restore_nan(plain: Any, errors: Sequence[Any]) -> bool:
    """Put NaN where null stands for a number that cannot be missing. Returns whether that was all that was wrong."""
    if any(error["type"] != "float_type" or error["input"] is not None for error in errors):
        return False
    for error in errors:
        *path, last = error["loc"]
        parent = plain
        for step in path:
            parent = parent[step]
        parent[last] = math.nan
    return True


def _check_version(kind: type[Any], plain: Any) -> None:
    if not isinstance(plain, dict):
        raise SchemaError(f"no {kind.__name__}: expected an object, found {type(plain).__name__}")
    known = next((f.default for f in dataclasses.fields(kind) if f.name == "schema_version"), None)
    found = plain.get("schema_version", known)
    if known is not None and found != known:
        raise SchemaError(
            f"{kind.__name__} has schema version {found!r}, this mlflow-pitfalls reads version {known}: "
            "use the version of mlflow-pitfalls that wrote it"
        )


@cache
def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates are no text to other readers
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
