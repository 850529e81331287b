"""PF4 and PF5: what the learning curve says about fewer rows, and about more."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.evidence import decided, evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.probed import untold, wanted_rows
from mlflow_pitfalls.checks.text import between, count, number, percent, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import LearningCurveFacts, LearningCurvePoint, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Severity

PROBE = "learning-curve"
_MIN_ROOM = 1e-9  # between the dummy and perfection


@check(
    name="diminishing-rows",
    group=Group.TIME,
    severity=Severity.MEDIUM,
    cost=Cost.PROBE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=("no-lift",),
    thresholds={
        "max_share": Threshold(0.5, "share of the training rows", "the largest part that is worth taking", "half"),
        "margin": Threshold(
            0.01, "skill", "what the part may certainly lose, at most, against all rows", "one point of skill"
        ),
        "min_seconds": Threshold(1.0, "seconds", "below it a fit's time is nobody's concern", "skore: 1 s"),
    },
)
def diminishing_rows(record: RunRecord, limits: Limits) -> Verdict:
    """A part of the training rows gives the same score in a fraction of the time.

    What it does:
        Fits the run's own estimator to growing parts of (a sample of) its training rows, scores each on the same
        held-out rows, and compares with the run's own score. A part of at most {max_share} of the rows is enough where
        the whole 95 % interval of what it loses lies below {margin} in skill: certainly next to nothing, rather than
        merely "not significantly less". Parts are looked at from large to small, and the first that fails ends it, so
        that the claim needs no correction. Fits of under {min_seconds} s are left alone.

    Why is this bad:
        Every experiment waits for rows that teach the model nothing. The same hours would pay for ten times as many
        experiments.

    Example:
        A random forest fits 200 000 rows in 60 s; 5 000 of them give the same score within 0.004, in 1 s.

    How to fix:
        Explore and tune on the part, and fit the final model once on all rows.

    References:
        Provost, Jensen and Oates, Efficient progressive sampling, KDD 1999, https://doi.org/10.1145/312129.312188;
        Mohr and van Rijn, Learning curves for decision making in supervised machine learning, Machine Learning 2024.
    """
    assert record.fit is not None and record.primary_score is not None
    if record.fit.seconds < limits["min_seconds"]:
        return not_applicable(f"The fit took only {seconds(record.fit.seconds)}.")
    curve, room = record.learning_curve, _room(record.primary_score)
    if curve is None or curve.metric != record.primary_score.metric:
        return untold(record, PROBE)
    parts = [point for point in curve.points if point.rows <= limits["max_share"] * curve.full_rows]
    losses = [(point, lost) for point in parts if (lost := _in_skill(point.gap_to_full, room)) is not None]
    if not losses:
        return not_applicable("What parts of the rows lose against all of them, with intervals, is not known.")
    losses.sort(key=lambda found: -found[0].rows)
    enough = _enough(losses, limits["margin"])
    if enough is None:
        return _not_enough(curve, limits, *losses[0])
    point, (loss, interval) = enough
    return flagged(
        f"{_told(curve, point, loss, interval)}: {percent(point.rows / curve.full_rows)} of the rows "
        f"suffice, in about {seconds(point.seconds)} instead of {seconds(curve.full_seconds)}. "
        "Explore and tune on them.",
        evidence=evidence(
            limits,
            "margin",
            statistic=f"held-out skill that {count(point.rows)} of {count(curve.full_rows)} rows lose, paired",
            value=loss.value,
            rows=loss.rows,
            interval=interval,
            would_clear=f"a loss whose interval reaches above {number(limits['margin'])} in skill",
        ),
        remedies=(
            Remedy(
                text="Explore and tune on a part of the rows; fit the final model once on all of them.",
                code=f"X_part, _, y_part, _ = train_test_split(X_train, y_train, train_size={point.rows}, "
                "random_state=0)",
            ),
            Remedy(text="Spend the time on other features or models instead: rows are not what is missing here."),
        ),
    )


@check(
    name="more-data-helps",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.PROBE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=("no-lift", "train-test-overlap"),
    thresholds={
        "min_gain": Threshold(
            0.01, "skill", "what twice the rows must promise, at least, beside being certainly above 0", "one point"
        ),
    },
)
def more_data_helps(record: RunRecord, limits: Limits) -> Verdict:
    """The learning curve still rises at the last row: more rows would make the model better.

    What it does:
        Fits the run's own estimator to growing parts of its training rows, and an inverse power law to the held-out
        scores. A flag asks for an extrapolated gain at twice the rows of more than {min_gain} in skill, with a 95 %
        interval above 0 over resampled held-out rows and over different parts of the same size, and for a last step
        of the curve that is itself certainly a gain.

    Why is this bad:
        It is not; it says where accuracy is to be had. Tuning a model that starves for rows is time badly spent.

    Example:
        A model reaches 0.71 with 1 000 rows, 0.76 with 2 000 and 0.80 with 4 000: with 8 000 expect 0.83.

    How to fix:
        Collect or label more rows before tuning further. Where there are none, regularise more, or augment.

    References:
        Figueroa et al., Predicting sample size required for classification performance, BMC Medical Informatics 2012,
        https://doi.org/10.1186/1472-6947-12-8; Viering and Loog, The shape of learning curves: a review, TPAMI 2023.
    """
    assert record.fit is not None and record.primary_score is not None
    curve, room = record.learning_curve, _room(record.primary_score)
    if curve is None or curve.metric != record.primary_score.metric:
        return untold(record, PROBE)
    gain, last = decided(curve.gain_at_double), _last_step(curve, room)
    if gain is None or last is None:
        return not_applicable("The curve has too few points to be extrapolated.")
    told = f"Twice the {count(curve.full_rows)} rows promise {number(gain[0].value)} in skill ({between(gain[1])})"
    proof = evidence(
        limits,
        "min_gain",
        statistic="extrapolated gain in held-out skill at twice the rows",
        value=gain[0].value,
        rows=gain[0].rows,
        interval=gain[1],
        would_clear=f"a promise of at most {number(limits['min_gain'])}, or an interval that reaches 0",
    )
    if gain[0].value <= limits["min_gain"] or gain[1].low <= 0 or last[1].low <= 0:
        return passed(f"{told}: the curve is flat, or its rise may be chance.", evidence=proof)
    point = max(_below_full(curve), key=lambda found: found.rows)
    return flagged(
        f"{told}: from {count(point.rows)} rows to {count(curve.full_rows)} it gained {number(last[0].value)}. "
        "Rows will pay better than tuning.",
        evidence=proof,
        remedies=(
            Remedy(text=f"Collect or label more rows: about {count(2 * curve.full_rows)} in all."),
            Remedy(
                text="See how the curve goes on.",
                code="learning_curve(model, X_train, y_train, train_sizes=[0.25, 0.5, 0.75, 1.0])",
            ),
            Remedy(text="Where there are no more rows to be had, regularise more, or augment those that there are."),
        ),
    )


def _enough(
    losses: list[tuple[LearningCurvePoint, tuple[Estimate, Interval]]], margin: float
) -> tuple[LearningCurvePoint, tuple[Estimate, Interval]] | None:
    """The smallest part that, with all larger ones, certainly loses less than the margin."""
    found = None
    for point, loss in losses:
        if loss[1].high >= margin:
            break
        found = point, loss
    return found


def _not_enough(
    curve: LearningCurveFacts, limits: Limits, point: LearningCurvePoint, loss: tuple[Estimate, Interval]
) -> Verdict:
    told = _told(curve, point, *loss)
    if loss[1].low > 0:
        return passed(f"{told}: the rows pay.")
    gained = Interval(low=-loss[1].high, high=-loss[1].low)
    needs = wanted_rows(loss[0].rows, -loss[0].value, gained, limits["margin"])
    return inconclusive(f"{told}, which may be more than {number(limits['margin'])}", needs)


def _told(curve: LearningCurveFacts, point: LearningCurvePoint, loss: Estimate, interval: Interval) -> str:
    lost = "gain" if loss.value < 0 else "lose"
    return (
        f"{count(point.rows)} of {count(curve.full_rows)} training rows {lost} {number(abs(loss.value))} in skill "
        f"of {short(curve.metric)} ({between(interval)} of the loss)"
    )


def _below_full(curve: LearningCurveFacts) -> list[LearningCurvePoint]:
    return [point for point in curve.points if point.rows < curve.full_rows]


def _last_step(curve: LearningCurveFacts, room: float) -> tuple[Estimate, Interval] | None:
    """What all rows gain over the largest part."""
    parts = _below_full(curve)
    return _in_skill(max(parts, key=lambda point: point.rows).gap_to_full, room) if parts else None


def _room(score: ScoreFacts) -> float:
    return score.perfect - score.dummy.value if score.dummy is not None else 0.0


def _in_skill(difference: Estimate | None, room: float) -> tuple[Estimate, Interval] | None:
    found = decided(difference)
    if found is None or not room > _MIN_ROOM:
        return None
    interval = Interval(low=found[1].low / room, high=found[1].high / room, level=found[1].level)
    scaled = Estimate(value=found[0].value / room, interval=interval, rows=found[0].rows)
    return decided(scaled)
