"""What is to be written to MLflow, independent of how: the only thing a sink is given."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.values import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A run tag."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A run metric; ``value`` is finite."""

    key: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file of the run. ``path`` is relative to the artifact root, made of our own slugs."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Markdown for the run's description; the sink keeps it between our markers and leaves the user's text alone."""

    markdown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A view of an experiment's runs that MLflow's menu *Views* offers. ``state`` is JSON as MLflow's UI reads it."""

    key: str
    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPage:
    """What the run's experiment is given once: views of its runs, and a line of Markdown for its description."""

    views: tuple[SavedView, ...]
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A flag as an issue that people can resolve or reject on MLflow's page of the run; plain text.

    ``subjects`` are the columns that it is about, for which alone a rejection holds; empty where it is about the run.
    """

    check: str
    severity: Severity
    description: str
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInput:
    """A dataset that the run used. ``schema`` and ``profile`` are JSON as MLflow's UI reads them, without any row."""

    name: str
    context: str  # "train" or "eval"
    digest: str
    schema: str
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogItems:
    """All that one write says about one run.

    ``stage`` is ``partial`` after a fit and ``settled`` for the full report; a settled write drops the flag tags of
    earlier ones that ``tags`` no longer holds. ``page`` is for the run's experiment.
    ``issues`` are all that the run is to have; None leaves them as they are.
    """

    run_id: str
    stage: str
    tags: tuple[Tag, ...] = ()
    metrics: tuple[Metric, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    note: Note | None = None
    timestamp_ms: int = 0
    page: ExperimentPage | None = None
    issues: tuple[Issue, ...] | None = None
    inputs: tuple[DataInput, ...] = ()
