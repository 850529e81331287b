"""What a run's probes are made from: taken on the user's thread, looked at in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.capture.containers import shape_of, take_rows
from mlflow_pitfalls.capture.estimators.attributes import attribute
from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.recording.drafts import FitState
from mlflow_pitfalls.capture.recording.scoring import held_out_predictions
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.copying import CannotCopyError, quiet_copy
from mlflow_pitfalls.probes.engine import DONE, NOT_NEEDED, Answer, merged, untried
from mlflow_pitfalls.probes.helper import Helper

_TASKS = frozenset({Task.BINARY, Task.MULTICLASS, Task.REGRESSION})
_NO_ROWS = "the run's rows, targets or metric are of a kind that is not probed"
_GONE = "the estimator was gone before its run settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An unfitted copy of one run's estimator, or why there is none, beside the run's bounded samples.

    Attributes:
        estimator: The copy; None where there is none.
        problem: Why there is none.
        refit_seconds: What a search's last fit took, the one of the chosen estimator on all rows; None elsewhere.
        config: scikit-learn's configuration on the user's thread, which other threads do not inherit.
        sources: The samples.
    """

    estimator: Any
    problem: str
    refit_seconds: float | None
    config: dict[str, Any]
    sources: Sources

    def answers(self, record: RunRecord, probes: Sequence[Probe], budget: Budget, helper: Helper) -> Iterator[Answer]:
        """Each probe's answer; those that are known since the same fit settled before are not made again."""
        context = context_of(self, budget)
        if context is None:
            yield from (untried(probe, NOT_NEEDED, _NO_ROWS) for probe in probes)
            return
        known = self._known()
        made = dict(known)
        for answer in known.values():
            record = merged(record, answer.found)
        missing = [probe for probe in probes if probe.name not in known]
        for answer in helper.answers(record, context, missing, self.config):
            made[answer.facts.name] = answer
            if answer.facts.status == DONE:
                known[answer.facts.name] = answer
        yield from (made[probe.name] for probe in probes if probe.name in made)

    def _known(self) -> dict[str, Answer]:
        """By probe; kept with the fit for as long as its held-out rows and metric are the same."""
        held, metric = self.sources.held_out, self.sources.metric
        key = (held.rows.number if held is not None else 0, metric.name if metric is not None else "")
        known: dict[str, Answer] = self.sources.fit.memo.setdefault(key, {})
        return known


def take_material(fit: FitState, sources: Sources) -> Material:
    """Copy the estimator of a run's primary fit; on the user's thread, in milliseconds.

    Args:
        fit: The fit, with its live estimator.
        sources: Its samples.
    """
    estimator, problem, config = None, _unrepeatable(fit), {}
    live = fit.live()
    problem = problem or ("" if live is not None else _GONE)
    with guard("copying the estimator"):
        import sklearn

        config = sklearn.get_config()
        if not problem:
            try:
                estimator = quiet_copy(live, sources.settings.seed)
            except CannotCopyError as error:
                problem = str(error)
    return Material(
        estimator=estimator,
        problem=problem or ("" if estimator is not None else "the estimator cannot be cloned"),
        refit_seconds=_refit_seconds(live),
        config=config,
        sources=sources,
    )


def context_of(material: Material, budget: Budget) -> ProbeContext | None:
    """What the probes are given; None where the run has no rows, targets or metric to probe with."""
    sources = material.sources
    training, metric = sources.training, sources.metric
    if training.x is None or training.y is None or metric is None or training.task not in _TASKS:
        return None
    if _rows(training.x) != len(training.y):
        return None
    x_held_out, y_held_out = _held_out(sources)
    fit = sources.fit
    seconds = material.refit_seconds if material.refit_seconds is not None else max(fit.seconds, fit.cpu_seconds)
    predictions = held_out_predictions(fit, sources.held_out, metric.needs)
    own_threshold = sources.held_out is not None and sources.held_out.own_labels and metric.needs == "labels"
    return ProbeContext(
        estimator=material.estimator,
        problem=material.problem,
        x_train=training.x,
        y_train=training.y,
        x_held_out=x_held_out,
        y_held_out=y_held_out,
        held_out=None if own_threshold or y_held_out is None else predictions,
        fit_rows=fit.rows,
        fit_seconds=seconds,
        task=training.task,
        metric=metric,
        seed=sources.settings.seed,
        resamples=sources.settings.confidence_resamples,
        budget=budget,
    )


def _held_out(sources: Sources) -> tuple[Any, Any]:
    """Held-out rows and targets, only those that the run's own model was asked about."""
    held, metric = sources.held_out, sources.metric
    if held is None or held.x is None or held.y is None or metric is None or _rows(held.x) != len(held.y):
        return None, None
    output = held.labels if metric.needs == "labels" else held.scores
    if output is None or output.index is None:
        return held.x, held.y
    return take_rows(held.x, output.index), held.y[output.index]


def _unrepeatable(fit: FitState) -> str:
    """Why a fit from X and y alone would not be the same as the user's; empty where it would be."""
    if fit.method != "fit" or fit.calls > 1:
        return f"the estimator was fitted by {fit.method}, not in one go"
    if fit.arguments:
        return f"the fit was given {', '.join(fit.arguments)} besides X and y"
    return ""


def _refit_seconds(estimator: Any) -> float | None:
    found = attribute(estimator, "refit_time_")
    return float(found) if isinstance(found, float | int) else None


def _rows(data: Any) -> int:
    shape = shape_of(data)
    return shape[0] if shape is not None else -1
