"""What the held-out score loses where one column's values are shuffled, and where all useless ones are flattened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers import column_names, default_name, take_rows
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.containers.shapes import shape_of
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.checks.evidence import decided
from mlflow_pitfalls.model.record import AlternativeFitFacts, ImportanceFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.fits import (
    FitFailedError,
    OutOfBudgetError,
    Scored,
    compare,
    fit_and_predict,
    in_skill,
    interval_of,
    own_predictions,
    own_refit,
    predictions_of,
    resampled,
)

if TYPE_CHECKING:
    import pandas as pd

KIND = "fewer-columns"
MIN_COLUMNS = 4
MAX_COLUMNS = 100
MIN_ROWS = 100  # held-out rows: fewer cannot tell a useless column from a useful one
MAX_ROWS = 1_000  # held-out rows that are predicted again for each column
NEGLIGIBLE = 0.005  # skill: a column whose loss is below it, and may be none, is a candidate for leaving
MIN_SHARE = 0.3  # of the columns, from which a fit without them is worth its time
_SHUFFLES = 3
_STREAM = 13  # of the seed


def _not_needed(record: RunRecord) -> str:
    score = record.primary_score
    if record.fit is None or score is None or score.held_out is None:
        return "no held-out score to lose"
    if not MIN_COLUMNS <= record.fit.columns <= MAX_COLUMNS:
        return f"fewer than {MIN_COLUMNS} or more than {MAX_COLUMNS} columns"
    if score.held_out.rows < MIN_ROWS:
        return f"fewer than {MIN_ROWS} held-out rows"
    skill = decided(score.skill)
    return "the model is not certainly better than a dummy" if skill is not None and skill[1].low <= 0 else ""


def _seconds(context: ProbeContext) -> float:
    """The refit, the fit without the useless columns, and about as long for the predictions."""
    return 3 * context.estimated_seconds(context.rows)


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    held_out = _readable(context.x_held_out)
    if held_out is None or context.y_held_out is None:
        raise FitFailedError("single columns of these rows cannot be shuffled")
    model = own_refit(context)
    facts = _importances(context, model, held_out)
    useless = [place for place, found in enumerate(facts) if _is_useless(found.importance, record)]
    if len(useless) < MIN_SHARE * len(facts):
        return {"importances": tuple(facts)}
    return {"importances": tuple(facts), "alternatives": _without(context, record, useless, facts)}


def _importances(context: ProbeContext, model: Scored, held_out: Any) -> list[ImportanceFacts]:
    """Each column's loss: the mean over the shuffles, with the interval over shuffles and rows."""
    generator = np.random.default_rng([context.seed, _STREAM])
    rows = len(context.y_held_out)
    kept = np.sort(generator.choice(rows, min(rows, MAX_ROWS), replace=False))
    x, y = take_rows(held_out, kept), context.y_held_out[kept]
    base = predictions_of(model.model, x, y, context.metric)
    names = column_names(held_out) or tuple(default_name(place) for place in range(_width(held_out)))
    found = []
    for place, name in enumerate(names):
        if not context.budget.allows(0.0):
            raise OutOfBudgetError(0.0)
        shuffled = [
            _asked(context, model, _shuffled(x, place, generator.permutation(len(y))), y) for _ in range(_SHUFFLES)
        ]
        found.append(
            ImportanceFacts(column=name, importance=_loss(context, base, shuffled), metric=context.metric.name)
        )
    return found


def _asked(context: ProbeContext, model: Scored, x: Any, y: Any) -> Predictions:
    try:
        return predictions_of(model.model, x, y, context.metric)
    except Exception as error:
        raise FitFailedError("the model does not take shuffled columns") from error


def _loss(context: ProbeContext, base: Predictions, shuffled: Sequence[Predictions]) -> Estimate:
    found = resampled(context, [base, *shuffled])
    losses = found.scores[0] - found.scores[1:]
    value = float(found.points[0] - found.points[1:].mean())
    spread = losses[np.arange(losses.shape[1]) % len(losses), np.arange(losses.shape[1])]
    return Estimate(value=value, interval=interval_of(spread), rows=found.rows)


def _is_useless(importance: Estimate, record: RunRecord) -> bool:
    skill = decided(in_skill(importance, record))
    return skill is not None and skill[0].value < NEGLIGIBLE and skill[1].low <= 0


def _without(
    context: ProbeContext, record: RunRecord, useless: list[int], facts: list[ImportanceFacts]
) -> tuple[AlternativeFitFacts, ...]:
    """A fit for which all of them say nothing, since columns that stand in for one another look useless one by one."""
    from sklearn.base import clone

    train = _readable(context.x_train)
    assert train is not None
    values = {place: _commonest(train, place) for place in useless}
    try:
        fitted = fit_and_predict(
            context,
            clone(context.estimator),
            _flattened(train, values),
            context.y_train,
            estimate=context.estimated_seconds(context.rows),
            x_held_out=_flattened(_readable(context.x_held_out), values),
        )
    except (OutOfBudgetError, FitFailedError):
        return ()
    found = compare(context, record, fitted.predictions, own_predictions(context))
    return (
        AlternativeFitFacts(
            kind=KIND,
            description=f"without {len(useless)} of {len(facts)} columns",
            source="probe",
            metric=context.metric.name,
            score=found.score,
            gain=found.gain,
            gain_skill=found.gain_skill,
            seconds=fitted.seconds,
            rows=fitted.rows,
        ),
    )


def _readable(x: Any) -> Any:
    """A pandas frame or a plain array, the containers whose single columns can be changed; None for others."""
    family, shape = family_of(x), shape_of(x)
    if shape is None or family not in (Family.PANDAS_FRAME, Family.ARRAY):
        return None
    return None if family is Family.ARRAY and (x.ndim != 2 or x.dtype.names) else x


def _width(x: Any) -> int:
    return int(x.shape[1])


def _shuffled(x: Any, place: int, order: Any) -> Any:
    if family_of(x) is Family.ARRAY:
        changed = x.copy()
        changed[:, place] = x[order, place]
        return changed
    return _replaced(x, place, x.iloc[order, place].set_axis(x.index))


def _flattened(x: Any, values: Mapping[int, Any]) -> Any:
    changed = x.copy()
    for place, value in values.items():
        if family_of(x) is Family.ARRAY:
            changed[:, place] = value
        else:
            column = x.iloc[:, place]
            changed = _replaced(changed, place, _constant(column, value))
    return changed


def _constant(column: pd.Series[Any], value: Any) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([value] * len(column), index=column.index, dtype=column.dtype, name=column.name)


def _replaced(frame: pd.DataFrame, place: int, column: pd.Series[Any]) -> pd.DataFrame:
    """By position: names may stand twice."""
    import pandas as pd

    columns = [frame.iloc[:, each] if each != place else column for each in range(frame.shape[1])]
    return pd.concat(columns, axis=1).set_axis(frame.columns, axis=1)


def _commonest(x: Any, place: int) -> Any:
    import pandas as pd

    column = pd.Series(x[:, place]) if family_of(x) is Family.ARRAY else x.iloc[:, place]
    counts = column.value_counts()
    return counts.index[0] if len(counts) else column.iloc[0]


IMPORTANCES = Probe(
    name="importances",
    question="Which columns carry nothing?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
)
