"""How the score grows with rows, and with the rounds of an iterative model."""

from __future__ import annotations

import math

from mlflow_pitfalls.model.record import LearningCurveFacts, LearningCurvePoint, RunRecord, StagedFacts
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.score_views import Table
from mlflow_pitfalls.reporting.svg_curves import CurvePoint, curve

_TEN = 10.0
_STEEPEST = 9.0  # a power that no time is projected beyond
_MEASURED_ON = {
    "held_out": "the held-out rows",
    "validation": "rows that the estimator kept back",
    "train": "the training rows",
}


def learning_curve_exhibit(record: RunRecord) -> Exhibit | None:
    """Score by rows with the run's own point, and what fewer or more rows would do."""
    facts = record.learning_curve
    if facts is None or not facts.points:
        return None
    points = [CurvePoint(x=float(point.rows), estimate=point.score) for point in facts.points]
    own = _own_score(record, facts)
    if own is not None:
        points.append(CurvePoint(x=float(facts.full_rows), estimate=own, style="held", label="this run"))
    metric = text.clean(facts.metric, text.NAME_LIMIT)
    return Exhibit(
        key="learning-curve",
        title="Learning curve: fewer rows, more rows",
        says=" ".join(part for part in (_enough(facts), _more(facts.gain_at_double), _time(facts)) if part),
        picture=curve(points, f"{metric} on the held-out rows", "training rows"),
        fold="The same with times",
        tables=(_points(facts),),
    )


def staged_exhibit(record: RunRecord) -> Exhibit | None:
    """Score by round, with the best round marked."""
    facts = record.staged
    if facts is None or not facts.rounds:
        return None
    points = [
        CurvePoint(x=float(at), estimate=Estimate(value=score))
        for at, score in zip(facts.rounds, facts.scores, strict=False)
    ]
    metric = text.clean(facts.metric, text.NAME_LIMIT)
    where = _MEASURED_ON.get(facts.measured_on, text.name(facts.measured_on))
    return Exhibit(
        key="staged",
        title="Score by round",
        says=_rounds(facts, where),
        picture=curve(
            points, f"{metric} on {where}", f"rounds ({text.name(facts.parameter)})", mark=float(facts.best_round)
        ),
    )


def _own_score(record: RunRecord, facts: LearningCurveFacts) -> Estimate | None:
    score = next((entry for entry in record.scores if entry.metric == facts.metric), None)
    return score.held_out if score is not None else None


def _enough(facts: LearningCurveFacts) -> str:
    reached = next((point for point in facts.points if _reaches(point)), None)
    if reached is None or reached.rows >= facts.full_rows:
        return "No smaller part of the rows that was tried reaches the full score."
    share = text.share(reached.rows / facts.full_rows) if facts.full_rows else text.UNKNOWN
    return (
        f"{text.number(reached.rows)} of {text.count(facts.full_rows, 'row')} ({share}) score as well as all of them "
        f"within the interval, in {text.seconds(reached.seconds)} instead of {text.seconds(facts.full_seconds)}."
    )


def _reaches(point: LearningCurvePoint) -> bool:
    gap = point.gap_to_full
    return gap is not None and gap.interval is not None and gap.interval.low <= 0


def _more(gain: Estimate | None) -> str:
    if gain is None:
        return ""
    if gain.interval is not None and gain.interval.low <= 0:
        return f"Twice the rows are not sure to add anything: {text.estimate(gain)} in skill."
    return f"Twice the rows would add about {text.estimate(gain)} in skill."


def _time(facts: LearningCurveFacts) -> str:
    exponent = facts.time_exponent
    if exponent is None or not math.isfinite(exponent.value):
        return ""
    ten = facts.full_seconds * _TEN ** min(exponent.value, _STEEPEST)
    power = f"{text.number(round(exponent.value, 2))}"
    bounds = text.interval(exponent.interval)
    return (
        f"Time grows with rows to the power of {power}{f' ({bounds})' if bounds else ''}: "
        f"ten times the rows would take about {text.seconds(ten)}."
    )


def _points(facts: LearningCurveFacts) -> Table:
    return Table(
        caption="Fits on parts of the training rows",
        head=("Rows", "Held-out score", "Full score minus this one", "Fit time"),
        rows=tuple(
            (text.number(p.rows), text.estimate(p.score), text.estimate(p.gap_to_full), text.seconds(p.seconds))
            for p in facts.points
        ),
        numeric=(1, 2, 3),
    )


def _rounds(facts: StagedFacts, where: str) -> str:
    stops = "stops early" if facts.early_stopping else "does not stop early"
    said = (
        f"{text.name(facts.estimator)} {stops}. On {where} it is best at round {text.number(facts.best_round)} of "
        f"{text.number(facts.total_rounds)}"
    )
    if facts.gain_after_best is None or facts.best_round >= facts.total_rounds:
        return f"{said}."
    return f"{said}; the rounds after that change the score by {text.estimate(facts.gain_after_best)}."
