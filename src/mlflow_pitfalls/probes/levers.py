"""The run's own estimator, made simpler or richer by the moves that the checks advise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlflow_pitfalls.checks.accuracy import has_certain_gap
from mlflow_pitfalls.checks.complexity import UNPENALISED_CLASSES
from mlflow_pitfalls.checks.levers import Move, probed_moves, richer_moves, simpler_moves
from mlflow_pitfalls.checks.underfit import underfit
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import AlternativeFitFacts, EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.fits import (
    FitFailedError,
    OutOfBudgetError,
    Scored,
    compare,
    fit_and_predict,
    own_predictions,
)
from mlflow_pitfalls.probes.tables import both_sides, preparation

_FITS = 2  # moves that are tried
_BOOSTING_SECONDS = 0.5  # of a small fit …
_BOOSTING_SECONDS_A_CELL = 5e-6  # … and of each row × column × class, on one core
_ALPHAS = (0.1, 1.0, 10.0, 100.0, 1000.0)
_RICH_FAMILIES = frozenset({"forest", "boosting", "network"})
_SEARCH_PREFIX = "estimator__"

# A description, and what is fitted with the seconds that are expected of it.
_Candidate = tuple[str, Scored]


def _simpler_not_needed(record: RunRecord) -> str:
    if not has_certain_gap(record):
        return "no gap between training and held-out score that could cost accuracy"
    assert record.fit is not None
    if not simpler_moves(record.fit.estimator) and not _is_unpenalised(record.fit.estimator):
        return "no parameter is known that makes this estimator simpler"
    return ""


def _richer_not_needed(record: RunRecord) -> str:
    if record.fit is None or record.primary_score is None:
        return "no score of a fitted model"
    return "" if underfit(record).status is Status.INCONCLUSIVE else "the model is not poor on its own training rows"


def _own_seconds(context: ProbeContext) -> float:
    """One fit, and the own one beside it where the user's saw other rows."""
    return context.estimated_seconds(context.rows) * (1 if context.is_whole and context.held_out is not None else 2)


def _simpler(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    assert record.fit is not None
    facts = record.fit.estimator
    if _is_unpenalised(facts):
        return _compared(context, record, "simpler", _penalised(context, facts))
    return _compared(context, record, "simpler", _moved(context, facts, probed_moves(facts)))


def _richer(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    assert record.fit is not None
    facts = record.fit.estimator
    if facts.family in _RICH_FAMILIES:
        return _compared(context, record, "richer", _moved(context, facts, richer_moves(facts)))
    return _compared(context, record, "richer", _boosting(context))


def _compared(
    context: ProbeContext, record: RunRecord, kind: str, candidates: Iterator[_Candidate]
) -> Mapping[str, object]:
    """What each candidate gains; with those that there was time for."""
    base, found, facts = own_predictions(context), list(candidates), []
    for description, scored in found:
        comparison = compare(context, record, scored.predictions, base, tests=len(found))
        facts.append(
            AlternativeFitFacts(
                kind=kind,
                description=description,
                source="probe",
                metric=context.metric.name,
                score=comparison.score,
                gain=comparison.gain,
                gain_skill=comparison.gain_skill,
                seconds=scored.seconds,
                rows=scored.rows,
            )
        )
    return {"alternatives": tuple(facts)}


def _moved(context: ProbeContext, facts: EstimatorFacts, moves: tuple[Move, ...]) -> Iterator[_Candidate]:
    from sklearn.base import clone

    for done, move in enumerate(moves[:_FITS]):
        try:
            changed = clone(context.estimator).set_params(**{_prefix(facts) + move.lever.parameter: move.value})
        except ValueError as error:
            raise FitFailedError(f"{move.words} cannot be set") from error
        try:
            yield move.words, _fit(context, changed)
        except OutOfBudgetError:
            if not done:
                raise
            return


def _penalised(context: ProbeContext, facts: EstimatorFacts) -> Iterator[_Candidate]:
    """Plain least squares, with its coefficients penalised."""
    from sklearn.base import clone
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    ridge = make_pipeline(StandardScaler(with_mean=False), RidgeCV(alphas=_ALPHAS))
    step = _prefix(facts).removesuffix("__")
    yield "RidgeCV", _fit(context, clone(context.estimator).set_params(**{step: ridge}) if step else ridge)


def _boosting(context: ProbeContext) -> Iterator[_Candidate]:
    """A model that finds curves and interactions by itself."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.pipeline import make_pipeline

    sides = both_sides(context.x_train, context.x_held_out)
    if sides is None or sides[0].is_sparse:
        raise FitFailedError("the rows cannot be read as a table")
    regression = context.task is Task.REGRESSION
    model = (HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier)(random_state=context.seed)
    estimate = _BOOSTING_SECONDS + _BOOSTING_SECONDS_A_CELL * context.rows * sides[0].columns
    pipeline = make_pipeline(preparation(sides[0]), model)
    yield (
        type(model).__name__,
        fit_and_predict(
            context, pipeline, sides[0].values, context.y_train, estimate=estimate, x_held_out=sides[1].values
        ),
    )


def _fit(context: ProbeContext, estimator: Any) -> Scored:
    return fit_and_predict(
        context, estimator, context.x_train, context.y_train, estimate=context.estimated_seconds(context.rows)
    )


def _prefix(facts: EstimatorFacts) -> str:
    """What stands before the predictor's parameters; the context's estimator is the one that a search chose."""
    return facts.parameter_prefix.removeprefix(_SEARCH_PREFIX) if facts.is_search else facts.parameter_prefix


def _is_unpenalised(facts: EstimatorFacts) -> bool:
    return facts.final_class_name in UNPENALISED_CLASSES


SIMPLER = Probe(
    name="simpler",
    question="Does the same model do better on new rows when it is regularised more?",
    not_needed=_simpler_not_needed,
    seconds=_own_seconds,
    run=_simpler,
)
RICHER = Probe(
    name="richer",
    question="Is there more to learn in these rows?",
    not_needed=_richer_not_needed,
    seconds=_own_seconds,
    run=_richer,
)
