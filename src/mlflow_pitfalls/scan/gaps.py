"""The gap between a run's training and held-out metric."""

from __future__ import annotations

from mlflow_pitfalls.checks.accuracy import overfit
from mlflow_pitfalls.checks.complexity import gap_costs
from mlflow_pitfalls.checks.evidence import share_interval
from mlflow_pitfalls.checks.text import between, number, short
from mlflow_pitfalls.model.logged import LoggedRun
from mlflow_pitfalls.model.outcomes import Evidence, Outcome, Remedy, Status
from mlflow_pitfalls.model.record import EstimatorFacts
from mlflow_pitfalls.model.values import Interval, Severity
from mlflow_pitfalls.scan.answers import answer
from mlflow_pitfalls.scan.names import Side
from mlflow_pitfalls.scan.pairs import Pair, finite, names_of, pairs_of

CHECK = "overfit"
NO_HELD_OUT = "no-held-out-score"
LOSS_RATIO = 2.0  # times the training loss from which the held-out loss is worth a hint; our choice
_COUNTED = frozenset({"accuracy", "acc"})  # shares of rows, so that the rows give their interval
_HINT = "A hint: the run tells neither rows nor intervals, so that chance is not excluded."
_REMEDY = Remedy(text="Run the script with mlflow_pitfalls.enable(): it finds out whether a simpler fit does better.")


def judge_gap(run: LoggedRun) -> Outcome:
    """Whether the held-out metric lies far below the training metric.

    A flag is of severity low, a hint, but where data sets tell how many rows are behind an accuracy: then it asks for
    a 95 % interval of the gap above the check's least gap, and is medium. Models that are known to lose little by
    a gap, such as forests, are not flagged.

    Args:
        run: What MLflow knows of the run.
    """
    values = dict(run.metrics)
    pairs = [pair for pair in pairs_of(run) if finite(values[pair.train.key]) and finite(values[pair.held_out.key])]
    if not pairs:
        return answer(CHECK, Status.NOT_APPLICABLE, "No metric was logged for both training and held-out rows.")
    pair = pairs[0]
    train, held_out = values[pair.train.key], values[pair.held_out.key]
    told = f"{short(pair.train.key)} {number(train)}, {short(pair.held_out.key)} {number(held_out)}"
    if not pair.held_out.is_share:
        return _judge_loss(run, pair, train, held_out, told)
    return _judge_share(run, pair, train, held_out, told)


def judge_evaluation(run: LoggedRun) -> Outcome:
    """Whether metrics were logged of training rows only."""
    sides = {name.side for name in names_of(run)}
    if Side.HELD_OUT in sides:
        return answer(NO_HELD_OUT, Status.PASSED, "A metric of held-out rows was logged.")
    if Side.TRAIN not in sides:
        return answer(NO_HELD_OUT, Status.NOT_APPLICABLE, "No metric's name tells whose rows it is of.")
    if Side.UNKNOWN in sides:
        return answer(NO_HELD_OUT, Status.INCONCLUSIVE, "Some metrics' names do not tell whose rows they are of.")
    return answer(
        NO_HELD_OUT,
        Status.FLAGGED,
        "Every metric is of training rows by its name. A hint: scores that were not logged are not known.",
        severity=Severity.LOW,
        remedies=(Remedy(text="Log a score of held-out rows, or cross-validate."),),
    )


def _judge_share(run: LoggedRun, pair: Pair, train: float, held_out: float, told: str) -> Outcome:
    limits = overfit.limits()
    gap = train - held_out
    least = max(limits["min_gap"], limits["relative_gap"] * max(0.0, held_out))
    interval = _interval(run, pair, train, held_out)
    proof = Evidence(
        statistic="training minus held-out metric",
        value=gap,
        threshold=least,
        unit="score",
        rows=run.held_out_rows or 0,
        interval=interval,
        threshold_source=limits.source("min_gap"),
        would_clear="a gap below it, or an interval that reaches it",
    )
    if gap < least:
        return answer(CHECK, Status.PASSED, f"{told}: a gap of {number(gap)}, below {number(least)}.", evidence=proof)
    if _loses_little(run):
        message = f"{told}: a gap of {number(gap)}, but a {run.estimator} often loses nothing by one"
        return answer(CHECK, Status.INCONCLUSIVE, f"{message}. It would take a simpler fit to compare with.")
    if interval is None:
        message = f"{told}: a gap of {number(gap)}. {_HINT}"
        return answer(CHECK, Status.FLAGGED, message, severity=Severity.LOW, evidence=proof, remedies=(_REMEDY,))
    if interval.low <= limits["min_gap"]:
        message = f"{told}: a gap of {number(gap)} ({between(interval)}) may be chance; more rows would tell."
        return answer(CHECK, Status.INCONCLUSIVE, message, evidence=proof)
    message = f"{told}: a gap of {number(gap)} ({between(interval)}), by the rows of the logged data sets."
    return answer(CHECK, Status.FLAGGED, message, severity=Severity.MEDIUM, evidence=proof, remedies=(_REMEDY,))


def _judge_loss(run: LoggedRun, pair: Pair, train: float, held_out: float, told: str) -> Outcome:
    if pair.held_out.higher_is_better or train <= 0 or held_out <= 0:
        return answer(CHECK, Status.NOT_APPLICABLE, f"{told}: no scale on which a gap could be judged.")
    ratio = held_out / train
    proof = Evidence(
        statistic="held-out loss in times the training loss",
        value=ratio,
        threshold=LOSS_RATIO,
        unit="times",
        rows=run.held_out_rows or 0,
        threshold_source="our choice",
        would_clear=f"less than {number(LOSS_RATIO)} times",
    )
    if ratio < LOSS_RATIO:
        return answer(CHECK, Status.PASSED, f"{told}: {number(ratio)} times.", evidence=proof)
    if _loses_little(run):
        message = f"{told}: {number(ratio)} times, but a {run.estimator} often loses nothing by a gap"
        return answer(CHECK, Status.INCONCLUSIVE, f"{message}. It would take a simpler fit to compare with.")
    message = f"{told}: {number(ratio)} times. {_HINT}"
    return answer(CHECK, Status.FLAGGED, message, severity=Severity.LOW, evidence=proof, remedies=(_REMEDY,))


def _interval(run: LoggedRun, pair: Pair, train: float, held_out: float) -> Interval | None:
    """Of a gap between two accuracies of known numbers of rows, which are independent samples (Wilson, Newcombe)."""
    is_share = 0.0 <= train <= 1.0 and 0.0 <= held_out <= 1.0
    if pair.held_out.stem not in _COUNTED or not is_share or not run.train_rows or not run.held_out_rows:
        return None
    one = share_interval(train * run.train_rows, run.train_rows)
    other = share_interval(held_out * run.held_out_rows, run.held_out_rows)
    gap = train - held_out
    below = ((train - one.low) ** 2 + (other.high - held_out) ** 2) ** 0.5
    above = ((one.high - train) ** 2 + (held_out - other.low) ** 2) ** 0.5
    return Interval(low=gap - below, high=gap + above)


def _loses_little(run: LoggedRun) -> bool:
    """Whether it is a model of a known family of which a gap alone is no evidence."""
    if not run.family:
        return False
    facts = EstimatorFacts(
        class_name=run.estimator,
        final_class_name=run.estimator,
        module="",
        family=run.family,
        parameters=tuple((name.rpartition("__")[2], value) for name, value in run.params),
    )
    return not gap_costs(facts)
