"""Fits what is to be written into MLflow's limits, so that no single value can spoil a batch or raise a warning."""

from __future__ import annotations

import hashlib
import logging
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from mlflow_pitfalls.model.items import Artifact, LogItems, Metric, Tag

logger = logging.getLogger("mlflow_pitfalls")

# mlflow.utils.validation of MLflow 3.15 … 3.18
MAX_KEY_LENGTH = 250
MAX_TAG_LENGTH = 8_000
MAX_TAGS = 100  # of one batch
MAX_METRICS = 1_000  # of one batch

MAX_ARTIFACT_DEPTH = 4
ELLIPSIS = "…"
EXTENSIONS = frozenset({"csv", "html", "json", "md", "png", "py", "svg", "txt", "yaml"})

_FOREIGN = re.compile(r"[^A-Za-z0-9_./ :-]")
_SLUG = re.compile(r"[a-z0-9_-]{1,64}")
_DIGEST_BYTES = 4

Item = TypeVar("Item", Tag, Metric, Artifact)


def fit(items: LogItems) -> LogItems:
    """The same items within MLflow's limits; of two with the same name the later one stays.

    Tags and metrics beyond one batch and artifacts with foreign names are left out.
    """
    tags = _unique((tag.key, tag) for tag in map(_fit_tag, items.tags) if tag)
    metrics = _unique((metric.key, metric) for metric in map(_fit_metric, items.metrics) if metric)
    artifacts = _unique((file.path, file) for file in items.artifacts if is_artifact_path(file.path))
    left_out = (
        len(items.tags) + len(items.metrics) + len(items.artifacts) - len(tags) - len(metrics) - len(artifacts)
        + max(0, len(tags) - MAX_TAGS) + max(0, len(metrics) - MAX_METRICS)
    )  # fmt: skip
    if left_out:
        logger.debug("%d items do not fit into MLflow's limits", left_out)
    return replace(items, tags=tags[:MAX_TAGS], metrics=metrics[:MAX_METRICS], artifacts=artifacts)


def fit_key(key: str) -> str:
    """A key of allowed characters, at most 250 of them; empty where nothing is left.

    A shortened key ends in a digest of the whole, so that two long keys stay two.
    """
    parts = (part for part in _FOREIGN.sub("_", key).split("/") if part.strip() not in ("", ".", ".."))
    clean = "/".join(parts)
    if len(clean) <= MAX_KEY_LENGTH:
        return clean
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{clean[: MAX_KEY_LENGTH - len(digest) - 1]}-{digest}"


def fit_text(text: str, limit: int = MAX_TAG_LENGTH) -> str:
    """Text that every store can hold: no NUL, no lone surrogates, at most ``limit`` characters."""
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= limit else clean[: limit - 1] + ELLIPSIS


def is_artifact_path(path: str) -> bool:
    """Whether an artifact's path is made of our own slugs and has an extension that MLflow's UI can show."""
    *folders, name = path.split("/")
    stem, _, extension = name.rpartition(".")
    return (
        len(folders) < MAX_ARTIFACT_DEPTH
        and extension in EXTENSIONS
        and all(_SLUG.fullmatch(part) for part in (*folders, stem))
    )


def _fit_tag(tag: Tag) -> Tag | None:
    key = fit_key(tag.key)
    return Tag(key=key, value=fit_text(tag.value)) if key else None


def _fit_metric(metric: Metric) -> Metric | None:
    key, value = fit_key(metric.key), float(metric.value)
    return Metric(key=key, value=value) if key and math.isfinite(value) else None


def _unique(named: Iterable[tuple[str, Item]]) -> tuple[Item, ...]:
    return tuple(dict(named).values())
