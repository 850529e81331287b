"""Records and outcomes to JSON and back, strictly."""

from __future__ import annotations

import dataclasses
import json
import math
from functools import cache
from typing import Any, TypeVar, cast

from mlflow_pitfalls.errors import SchemaError

T = TypeVar("T")


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Serialise a model dataclass. Infinite numbers and NaN become null, as JSON has neither.

    Args:
        value: An instance of a dataclass of this package's model.
        indent: Spaces a level; None for one line.
    """
    plain = _finite(dataclasses.asdict(value))
    return json.dumps(plain, indent=indent, allow_nan=False, ensure_ascii=True)


def from_json(kind: type[T], text: str | bytes) -> T:
    """Read what :func:`to_json` wrote.

    Args:
        kind: The dataclass to build, e.g. ``RunRecord``.
        text: The JSON text.

    Raises:
        SchemaError: The text is no JSON, was written by a newer version, or does not fit ``kind``.
    """
    from pydantic import ValidationError

    try:
        plain = json.loads(text)
    except ValueError as error:
        raise SchemaError(f"not a JSON document: {error}") from error
    _check_version(kind, plain)
    try:
        return cast(T, _adapter(cast(Any, kind)).validate_json(json.dumps(plain), strict=True))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SchemaError(f"not a {kind.__name__} of this version: {place}: {first['msg']}") from error


def _check_version(kind: type[Any], plain: Any) -> None:
    if not isinstance(plain, dict):
        raise SchemaError(f"not a {kind.__name__}: expected an object, found {type(plain).__name__}")
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
