"""A spooled write as JSON and back."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.items import (
    Artifact,
    DataInput,
    ExperimentPage,
    Issue,
    LogItems,
    Metric,
    Note,
    SavedView,
    Tag,
)
from mlflow_pitfalls.model.values import Severity

SPOOL_SCHEMA_VERSION = 1
# What foreign JSON raises while it is read: too deep, numbers too large, values of other kinds.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWrite:
    """What an entry holds. The tracking URI is without credentials."""

    tracking_uri: str
    items: LogItems


def encode(tracking_uri: str, items: LogItems) -> bytes:
    """A write as ASCII JSON.

    Args:
        tracking_uri: Where it goes, without credentials.
        items: What is written.
    """
    document = {
        "schema_version": SPOOL_SCHEMA_VERSION,
        "tracking_uri": tracking_uri,
        "run_id": items.run_id,
        "stage": items.stage,
        "timestamp_ms": items.timestamp_ms,
        "tags": [[tag.key, tag.value] for tag in items.tags],
        "metrics": [[metric.key, metric.value] for metric in items.metrics],
        "artifacts": [[file.path, base64.b64encode(file.content).decode("ascii")] for file in items.artifacts],
        "note": items.note.markdown if items.note else None,
        "page": asdict(items.page) if items.page else None,
        "issues": [asdict(issue) for issue in items.issues] if items.issues is not None else None,
        "inputs": [asdict(data) for data in items.inputs],
    }
    return json.dumps(document, allow_nan=False).encode("ascii")


def decode(content: bytes) -> StoredWrite:
    """What :func:`encode` made.

    Raises:
        SchemaError: It is damaged, or of another version.
    """
    try:
        document = json.loads(content)
        found = document["schema_version"]
    except _DAMAGE as error:
        raise SchemaError("not a spooled write of mlflow-pitfalls") from error
    if found != SPOOL_SCHEMA_VERSION:
        raise SchemaError(
            f"spooled with schema version {found!r}, this mlflow-pitfalls reads version {SPOOL_SCHEMA_VERSION}: "
            "use the version of mlflow-pitfalls that wrote it"
        )
    try:
        return StoredWrite(tracking_uri=_text(document["tracking_uri"]), items=_items(document))
    except _DAMAGE as error:
        raise SchemaError(f"damaged spooled write: {type(error).__name__}") from error


def _items(document: dict[str, Any]) -> LogItems:
    note = document["note"]
    return LogItems(
        run_id=_text(document["run_id"]),
        stage=_text(document["stage"]),
        timestamp_ms=int(_number(document["timestamp_ms"])),
        tags=tuple(Tag(key=_text(key), value=_text(value)) for key, value in document["tags"]),
        metrics=tuple(Metric(key=_text(key), value=_number(value)) for key, value in document["metrics"]),
        artifacts=tuple(
            Artifact(path=_text(path), content=base64.b64decode(data, validate=True))
            for path, data in document["artifacts"]
        ),
        note=Note(markdown=_text(note)) if note is not None else None,
        page=_page(document.get("page")),
        issues=_issues(document.get("issues")),
        inputs=tuple(_input(data) for data in document.get("inputs", ())),
    )


def _page(document: dict[str, Any] | None) -> ExperimentPage | None:
    """What concerns the experiment; earlier versions of the package wrote none."""
    if document is None:
        return None
    views = tuple(
        SavedView(key=_text(view["key"]), name=_text(view["name"]), state=_text(view["state"]))
        for view in document["views"]
    )
    return ExperimentPage(views=views, line=_text(document["line"]))


def _issues(documents: list[dict[str, Any]] | None) -> tuple[Issue, ...] | None:
    if documents is None:
        return None
    return tuple(
        Issue(
            check=_text(issue["check"]),
            severity=Severity(issue["severity"]),
            description=_text(issue["description"]),
            subjects=tuple(_text(name) for name in issue["subjects"]),
        )
        for issue in documents
    )


def _input(data: dict[str, Any]) -> DataInput:
    return DataInput(
        name=_text(data["name"]),
        context=_text(data["context"]),
        digest=_text(data["digest"]),
        schema=_text(data["schema"]),
        profile=_text(data["profile"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)
