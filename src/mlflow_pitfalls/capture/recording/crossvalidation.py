"""Facts of the user's own cross-validations and searches."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlflow_pitfalls.capture.estimators.attributes import attribute
from mlflow_pitfalls.model.events import CallEvent, place
from mlflow_pitfalls.model.record import CrossValidationFacts

_DEFAULT_FOLDS = 5  # scikit-learn's, since 0.22
_MAX_SCORES = 100


def cross_validation_facts(event: CallEvent) -> CrossValidationFacts | None:
    """``cross_val_score``, ``cross_validate`` and ``cross_val_predict``; None for what yields no scores by fold."""
    estimator = event.args[0] if event.args else event.kwargs.get("estimator")
    scoring = event.kwargs.get("scoring")
    scores: Any = None
    train: Any = None
    if event.name == "cross_val_score":
        scores = event.result
    elif event.name == "cross_validate" and isinstance(event.result, dict):
        key = next((k for k in event.result if k.startswith("test_")), None)
        scores = event.result.get(key) if key else None
        train = event.result.get("train_" + key.removeprefix("test_")) if key else None
        scoring = scoring if isinstance(scoring, str) else (key or "").removeprefix("test_")
    elif event.name != "cross_val_predict":
        return None
    cv = event.kwargs.get("cv")
    return CrossValidationFacts(
        function=event.name,
        estimator=type(estimator).__name__,
        splitter=type(cv).__name__ if cv is not None and not isinstance(cv, int) else "",
        folds=len(scores) if scores is not None else (cv if isinstance(cv, int) else _DEFAULT_FOLDS),
        metric=scoring if isinstance(scoring, str) else "",
        scores=_finite(scores),
        train_scores=_finite(train),
        seconds=event.seconds,
        site=place(event.site),
    )


def search_facts(event: CallEvent) -> CrossValidationFacts | None:
    """The best candidate's folds of a finished search; None for other estimators."""
    results = attribute(event.owner, "cv_results_")
    best = attribute(event.owner, "best_index_")
    if not isinstance(results, dict) or best is None:
        return None
    refit = attribute(event.owner, "refit", True)
    suffix = refit if isinstance(refit, str) and f"split0_test_{refit}" in results else "score"
    folds = [key for key in results if key.startswith("split") and key.endswith(f"_test_{suffix}")]
    scoring = attribute(event.owner, "scoring")
    return CrossValidationFacts(
        function=type(event.owner).__name__,
        estimator=type(attribute(event.owner, "estimator")).__name__,
        splitter="",
        folds=len(folds),
        metric=scoring if isinstance(scoring, str) else "",
        scores=_finite([results[key][best] for key in folds]),
        seconds=event.seconds,
        site=place(event.site),
    )


def _finite(values: Any) -> tuple[float, ...]:
    if values is None:
        return ()
    array = np.asarray(values, dtype=float).ravel()[:_MAX_SCORES]
    return tuple(float(value) for value in array if np.isfinite(value))
