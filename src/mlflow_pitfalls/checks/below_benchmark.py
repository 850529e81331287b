"""PF5: scores below what the domain asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width, usable, worst_first
from mlflow_pitfalls.checks.text import about_rows, between, count, number, short
from mlflow_pitfalls.model.metric_names import KNOWN_SCORERS, is_error
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task
from mlflow_pitfalls.settings import nearest

_SCORER = "one of scikit-learn's names of scorers, such as 'roc_auc' or 'neg_mean_absolute_error'"
_NEAREST = 0.005  # a score nearer to the benchmark is taken to be this far, to name a number of rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One benchmark next to what the run scored; both higher is better. ``score`` is None where it was not measured."""

    metric: str
    wanted: float
    score: Estimate | None
    interval: Interval | None

    @property
    def missing(self) -> float:
        """How far the score lies below the benchmark."""
        return self.wanted - self.score.value if self.score else 0.0


@check(
    name="below-benchmark",
    group=Group.ACCURACY,
    severity=Severity.HIGH,
    cost=Cost.FREE,
    thresholds={
        "margin": Threshold(
            0.0, "score", "how far below your benchmark a score may certainly lie", "the benchmark is your own"
        ),
    },
)
def below_benchmark(record: RunRecord, limits: Limits) -> Verdict:
    """The held-out score lies below the benchmark that the domain asks for.

    What it does:
        Compares the held-out score of each metric named in `enable(benchmark={"roc_auc": 0.80})`, or in the
        experiment's tags (`pitfalls.benchmark.roc_auc` = `0.80`), with the number given there. A score whose whole 95 %
        interval lies more than {margin} below is flagged; an interval on both sides of the benchmark is inconclusive,
        with the rows that it would take. Metrics go by scikit-learn's names of scorers or functions; of errors give the
        error itself (`"mean_absolute_error": 3.0`), and lower is better. A metric given to `enable` is computed also
        where the script did not evaluate it. A deliberate dummy is not held to it.

    Why is this bad:
        The model does not do what it is for, however much better than the last one it is.

    Example:
        The fraud team needs 0.80 to beat its rules: ROC AUC 0.76 on 5 000 payments, 95 % interval 0.73 to 0.78.

    How to fix:
        Look at the other flags of the run first: a pitfall costs more than tuning gains. Then tune, add rows, or add
        features. If nothing reaches it, the rules stay.

    References:
        Rules of Machine Learning, rules 1 and 2 (Google),
        https://developers.google.com/machine-learning/guides/rules-of-ml.
    """
    if not record.benchmark:
        return not_applicable(
            "No benchmark was given: see enable(benchmark=…), or the experiment's tags pitfalls.benchmark.<metric>."
        )
    if record.fit is not None and record.fit.estimator.family == "dummy":
        return not_applicable("The model is a dummy on purpose.")
    bars = [_bar(record, name, wanted) for name, wanted in record.benchmark if math.isfinite(wanted)]
    below = [bar for bar in bars if bar.interval and bar.wanted - bar.interval.high > limits["margin"]]
    if below:
        return _flag(record, sorted(below, key=lambda bar: -bar.missing), limits)
    open_question = _open_question(bars, limits)
    if open_question is not None:
        return open_question
    reached = ", ".join(f"{_scored(bar)} against {_shown(bar, bar.wanted)}" for bar in bars)
    return passed(f"Reaches the benchmark: {reached}." if reached else "The benchmark holds no number.")


def _open_question(bars: list[_Bar], limits: Limits) -> Verdict | None:
    """What cannot be decided about the benchmark; None where all of it is reached."""
    unknown = [bar for bar in bars if bar.metric not in KNOWN_SCORERS and bar.score is None]
    if unknown:
        hint = nearest(unknown[0].metric, KNOWN_SCORERS)
        told = f"The benchmark's '{short(unknown[0].metric)}' is no known metric{hint}"
        return inconclusive(told.rstrip("?"), _SCORER)
    unmeasured = [bar for bar in bars if bar.interval is None]
    if unmeasured:
        return inconclusive(
            f"The held-out {short(unmeasured[0].metric)} of this run, or its interval, is not known",
            "an evaluation in that metric on a few dozen held-out rows",
        )
    near = [bar for bar in bars if bar.interval and bar.interval.low < bar.wanted]
    return _undecided(max(near, key=lambda bar: bar.missing), limits) if near else None


def _bar(record: RunRecord, metric: str, wanted: float) -> _Bar:
    score = next((found for found in record.scores if found.metric == metric), None)
    estimate = usable(score.held_out) if score else None
    interval = decided(estimate)
    return _Bar(metric=metric, wanted=wanted, score=estimate, interval=interval[1] if interval else None)


def _shown(bar: _Bar, value: float) -> str:
    """A score as the user gave the benchmark: errors without their minus."""
    return number(-value if is_error(bar.metric) else value)


def _scored(bar: _Bar) -> str:
    assert bar.score is not None
    interval = bar.interval
    if interval is not None and is_error(bar.metric):
        interval = Interval(low=-interval.high, high=-interval.low, level=interval.level)
    name = short(bar.metric.removeprefix("neg_"))
    return f"{name} {_shown(bar, bar.score.value)} ({between(interval)}, {count(bar.score.rows)} held-out rows)"


def _proof(bars: list[_Bar], limits: Limits) -> Evidence:
    worst = bars[0]
    assert worst.score is not None
    return evidence(
        limits,
        "margin",
        statistic=f"benchmark minus held-out {short(worst.metric)}",
        value=worst.missing,
        rows=worst.score.rows,
        interval=_distance(worst),
        would_clear=f"{_shown(worst, worst.wanted)} inside of the score's interval",
        subjects=worst_first(
            Subject(name=bar.metric, value=bar.missing, interval=_distance(bar), severity=Severity.HIGH) for bar in bars
        ),
    )


def _distance(bar: _Bar) -> Interval | None:
    if bar.interval is None:
        return None
    return Interval(low=bar.wanted - bar.interval.high, high=bar.wanted - bar.interval.low, level=bar.interval.level)


def _flag(record: RunRecord, below: list[_Bar], limits: Limits) -> Verdict:
    worst = below[0]
    word = "above" if is_error(worst.metric) else "below"
    others = f", and so are {count(len(below) - 1)} more" if len(below) > 1 else ""
    return flagged(
        f"{_scored(worst)} is {word} your benchmark of {_shown(worst, worst.wanted)}{others}. Clear the run's other "
        "flags first, then tune, or add rows and features.",
        evidence=_proof(below, limits),
        remedies=(
            Remedy(text="Clear the other flags of this run first: a pitfall costs more than tuning gains."),
            Remedy(
                text="Tune the model in that metric.",
                code=f"RandomizedSearchCV(model, space, n_iter=30, scoring={worst.metric!r}, random_state=0)"
                if worst.metric in KNOWN_SCORERS and record.task is not Task.UNKNOWN
                else "",
            ),
            Remedy(text="Add rows, or features that know more about the target."),
        ),
    )


def _undecided(bar: _Bar, limits: Limits) -> Verdict:
    assert bar.score is not None and bar.interval is not None
    wanted = rows_for_width(bar.score.rows, bar.interval.width, 2 * max(abs(bar.missing), _NEAREST))
    return inconclusive(
        f"{_scored(bar)} may be on either side of your benchmark of {_shown(bar, bar.wanted)}",
        about_rows(wanted, bar.score.rows),
        evidence=_proof([bar], limits),
    )
