"""How far a regularised linear model gets on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers import take_sample
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.checks.complexity import is_complex
from mlflow_pitfalls.checks.evidence import decided
from mlflow_pitfalls.model.record import AlternativeFitFacts, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.fits import FitFailedError, Scored, compare, fit_and_predict, own_predictions

if TYPE_CHECKING:
    import pandas as pd

KIND = "linear"
_SECONDS = 0.05  # of a small fit
_SECONDS_A_CELL = 3e-7  # and of each row × column × class
_STRENGTHS = (0.01, 1.0, 100.0)  # C of the logistic regression, when there is time to choose
_ALPHAS = (0.1, 1.0, 10.0, 100.0, 1000.0)
_FOLDS = 3
_CHOOSING = 12.0  # times one fit: so much does choosing take
_SHARE_FOR_CHOOSING = 0.25  # of what is left
_MAX_LEVELS = 20
_MIN_LEVEL_ROWS = 5
_MAX_DISTINCT_SHARE = 0.5  # a text column with more distinct values names rows
_HUGE = 1e30  # larger numbers are cut to it: their squares are still finite


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Both sides as plain numbers; of the columns the first so many hold numbers, the others codes."""

    train: Any
    held_out: Any
    numeric: int


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
    table = _table(context)
    if table is None:
        raise FitFailedError("the rows cannot be read as a table")
    fitted, name = _fitted(context, table)
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


def _fitted(context: ProbeContext, table: _Table) -> tuple[Scored, str]:
    """A fit at the default strength; where there is time, one whose strength was chosen by cross-validation."""
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline

    def fit(model: Any, estimate: float) -> Scored:
        pipeline = make_pipeline(_preparation(table), model)
        return fit_and_predict(
            context, pipeline, table.train, context.y_train, estimate=estimate, x_held_out=table.held_out
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


def _table(context: ProbeContext) -> _Table | None:
    """Both sides read together, so that a category has one code."""
    import pandas as pd

    if family_of(context.x_train) is Family.SPARSE:
        return _Table(context.x_train, context.x_held_out, -1)
    sides = [
        take_sample(x, positions=np.arange(len(y)))
        for x, y in ((context.x_train, context.y_train), (context.x_held_out, context.y_held_out))
    ]
    frames = [side.frame for side in sides if side is not None]
    if len(frames) < 2 or frames[0].shape[1] != frames[1].shape[1]:
        return None
    values, numeric = _plain(pd.concat(frames, ignore_index=True))
    return None if not values.shape[1] else _Table(values[: context.rows], values[context.rows :], numeric)


def _plain(frame: pd.DataFrame) -> tuple[Any, int]:
    columns = [read_column(frame[place]) for place in frame.columns]
    numbers = [np.where(np.isinf(column.numbers), np.nan, column.numbers).clip(-_HUGE, _HUGE)
               for column in columns if column.numbers is not None]  # fmt: skip
    codes = [column.codes.astype(np.float64) for column in columns if column.codes is not None and _groups(column)]
    return np.column_stack([*numbers, *codes]) if numbers or codes else np.empty((len(frame), 0)), len(numbers)


def _groups(column: SampledColumn) -> bool:
    assert column.codes is not None
    return len(np.unique(column.codes)) <= max(2.0, _MAX_DISTINCT_SHARE * len(column.codes))


def _preparation(table: _Table) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, StandardScaler

    if table.numeric < 0:
        return MaxAbsScaler()
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    levels = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=_MIN_LEVEL_ROWS, max_categories=_MAX_LEVELS
    )
    total = table.train.shape[1]
    return make_column_transformer((numbers, list(range(table.numeric))), (levels, list(range(table.numeric, total))))


linear = Probe(
    name="linear",
    question="Does a linear model do as well?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
    needs_estimator=False,
)
