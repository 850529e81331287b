"""From a judged run to what to tune next."""

from __future__ import annotations

from mlflow_pitfalls.checks.text import short
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import HistoryAdvice, SearchSpace, Suggestions
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.aims import aims_of, to_mend
from mlflow_pitfalls.tuning.suggestions.advice import advice_of
from mlflow_pitfalls.tuning.suggestions.gains import expected_gain
from mlflow_pitfalls.tuning.suggestions.priors import next_by_priors

FOLDS = 5
_FOLD_SHARE = 0.8  # of the training rows that each of five folds fits
_DEFAULT_METRICS = {
    Task.BINARY: "roc_auc",
    Task.MULTICLASS: "balanced_accuracy",
    Task.REGRESSION: "neg_root_mean_squared_error",
}
_FALLBACK_METRIC = "r2"


def suggestions_of(
    record: RunRecord, outcomes: Outcomes, space: SearchSpace, *, history: HistoryAdvice | None = None
) -> Suggestions:
    """What to tune, over which ranges, what to try next, and what it should gain and cost.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        space: What may be set, most promising parameter first; without parameters its note says why.
        history: What earlier comparable runs tell; None where they were not read.
    """
    metric, notes = metric_of(record)
    seconds = trial_seconds(record)
    told = history if history is not None else HistoryAdvice(metric=metric, greater_is_better=True)
    has_next = bool(space.parameters) and not to_mend(outcomes)
    by_history = has_next and bool(told.next)
    proposed = told.next if by_history else next_by_priors(space, aims_of(outcomes))
    return Suggestions(
        run_id=record.run.run_id,
        metric=metric,
        space=space,
        next=proposed if has_next else (),
        basis="history" if by_history else "prior",
        history_runs=told.runs_used,
        importances=told.importances,
        gain=expected_gain(record, metric) if has_next else None,
        trial_seconds=seconds,
        advice=advice_of(record, outcomes, metric=metric, trial_seconds=seconds),
        notes=(*_nothing_to_tune(space), *notes, *told.notes),
        tried=told.tried,
    )


def metric_of(record: RunRecord) -> tuple[str, tuple[str, ...]]:
    """The scorer to tune for, and a note where it is not the run's own metric."""
    own = record.primary_score.metric if record.primary_score is not None else ""
    if own and _is_scorer(own):
        return own, ()
    chosen = _DEFAULT_METRICS.get(record.task, _FALLBACK_METRIC)
    if not own:
        return chosen, (f"The run has no held-out score: {chosen} stands in for its metric.",)
    return chosen, (f"{short(own)} is no scorer of scikit-learn: {chosen} stands in for it.",)


def trial_seconds(record: RunRecord) -> float | None:
    """Wall-clock of one trial: as many fits as folds, each of a part of the rows; None where no fit was timed."""
    search, fit = record.search, record.fit
    if search is not None and search.fits and search.seconds > 0:
        return search.seconds / (search.fits + 1) * FOLDS
    if fit is None or fit.seconds <= 0:
        return None
    return fit.seconds * _FOLD_SHARE * FOLDS


def _nothing_to_tune(space: SearchSpace) -> tuple[str, ...]:
    if space.parameters:
        return ()
    return (space.note or f"Nothing is known to tune in {short(space.estimator) or 'this model'}.",)


def _is_scorer(name: str) -> bool:
    from sklearn.metrics import get_scorer_names

    return name in get_scorer_names()
