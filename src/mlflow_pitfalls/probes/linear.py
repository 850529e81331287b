"""How far a regularised linear model gets on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.checks.complexity import is_complex
from mlflow_pitfalls.checks.evidence import decided
from mlflow_pitfalls.model.record import AlternativeFitFacts, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.fits import FitFailedError, Scored, compare, fit_and_predict, own_predictions
from mlflow_pitfalls.probes.tables import PlainTable, both_sides, preparation

if TYPE_CHECKING:
    pass

KIND = "linear"
_SECONDS = 0.05  # of a small fit
_SECONDS_A_CELL = 3e-7  # and of each row × column × class
_STRENGTHS = (0.01, 1.0, 100.0)  # C of the logistic regression, when there is time to choose
_ALPHAS = (0.1, 1.0, 10.0, 100.0, 1000.0)
_FOLDS = 3
_CHOOSING = 12.0  # times one fit: so much does choosing take
_SHARE_FOR_CHOOSING = 0.25  # of what is left


def _not_needed(record: RunRecord) -> str:
    if record.fit is None or record.fit.error or not is_complex(record.fit.estimator):
        return "the model is a simple one itself"
    score = record.primary_score
    if score is None or score.held_out is None:
        return "no held-out score to compare with"
    skill = decided(score.skill)
    if skill is not None and skill[1].low <= 0:
        return "the model is not certainly better than a dummy"
    return ""


def _seconds(context: ProbeContext) -> float:
    shape = getattr(context.x_train, "shape", (context.rows, 1))
    cells = context.rows * (shape[1] if len(shape) > 1 else 1)
    classes = 1 if context.task is not Task.MULTICLASS else len(np.unique(context.y_train.astype(str)))
    return _SECONDS + _SECONDS_A_CELL * cells * classes


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    sides = both_sides(context.x_train, context.x_held_out)
    if sides is None:
        raise FitFailedError("the rows cannot be read as a table")
    fitted, name = _fitted(context, *sides)
    base = context.held_out if context.held_out is not None else own_predictions(context)
    found = compare(context, record, fitted.predictions, base)
    facts = AlternativeFitFacts(
        kind=KIND,
        description=name,
        source="probe",
        metric=context.metric.name,
        score=found.score,
        gain=found.gain,
        gain_skill=found.gain_skill,
        seconds=fitted.seconds,
        rows=fitted.rows,
    )
    return {"alternatives": (facts,)}


def _fitted(context: ProbeContext, train: PlainTable, held_out: PlainTable) -> tuple[Scored, str]:
    """A fit at the default strength; where there is time, one whose strength was chosen by cross-validation."""
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline

    def fit(model: Any, estimate: float) -> Scored:
        pipeline = make_pipeline(preparation(train), model)
        return fit_and_predict(
            context, pipeline, train.values, context.y_train, estimate=estimate, x_held_out=held_out.values
        )

    if context.task is Task.REGRESSION:
        return fit(RidgeCV(alphas=_ALPHAS), _seconds(context)), "RidgeCV"
    plain = fit(LogisticRegression(max_iter=1000), _seconds(context))
    choosing = _CHOOSING * plain.seconds
    if choosing > _SHARE_FOR_CHOOSING * context.budget.left or _rarest(context.y_train) < _FOLDS:
        return plain, "LogisticRegression"
    search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": list(_STRENGTHS)}, cv=_FOLDS, scoring="neg_log_loss")
    chosen = fit(search, choosing)
    seconds = float(chosen.model[-1].refit_time_)  # choosing is no part of a fit
    strength = chosen.model[-1].best_params_["C"]
    scored = Scored(model=chosen.model, predictions=chosen.predictions, seconds=seconds, rows=chosen.rows)
    return scored, f"LogisticRegression(C={strength:g})"


def _rarest(y: Any) -> int:
    return int(np.unique(y.astype(str), return_counts=True)[1].min())


LINEAR = Probe(
    name="linear",
    question="Does a linear model do as well?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
    needs_estimator=False,
)
