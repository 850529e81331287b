"""PF4: a fit that takes longer than it used to."""

from __future__ import annotations

import statistics
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
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.growth import known_growth
from mlflow_pitfalls.checks.remedies import speed_up
from mlflow_pitfalls.checks.text import count, number, plural, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EarlierRun, FitFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

NORMAL_MAD = 1.4826  # of a normal distribution: its standard deviation in median absolute deviations
_FURTHEST = 2.0  # times the rows or columns up to which scaling is trusted
_WAITED = 0.7  # cores busy below which a fit waited …
_FEWER = 0.8  # … where it used to keep more busy
_SAME_WORK = 1.2  # times the CPU time that counts as the same work


@dataclass(frozen=True, slots=True)
class _Before:
    """Earlier times, scaled to this run's rows and columns."""

    seconds: tuple[float, ...]
    cpu_seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The usual time."""
        return statistics.median(self.seconds)

    @property
    def deviation(self) -> float:
        """Robust standard deviation of the times."""
        return NORMAL_MAD * statistics.median(abs(value - self.median) for value in self.seconds)


@check(
    name="time-regression",
    group=Group.TIME,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.HISTORY),
    thresholds={
        "max_ratio": Threshold(1.5, "times the earlier median", "how much longer a fit may take", "our choice"),
        "max_deviations": Threshold(
            3.0, "robust standard deviations", "how far above the median of the earlier times", "the usual bound"
        ),
        "min_runs": Threshold(5, "runs", "earlier runs that tell what is usual", "our choice"),
        "min_seconds": Threshold(1.0, "seconds", "fits below it are not judged", "clocks and machines vary more"),
    },
)
def time_regression(record: RunRecord, limits: Limits) -> Verdict:
    """The same fit takes longer than it used to.

    What it does:
        Takes the experiment's finished runs of the same estimator with the same settings (seeds and the number of
        workers aside), on at most twice or half the rows and columns, and scales their times to this run's: by the
        columns, and by the rows to the power that the estimator is known for. A fit of {min_seconds} s or more that
        takes more than {max_ratio} times their median, and lies more than {max_deviations} robust standard deviations
        above it, is flagged. It takes {min_runs} such runs.

        A fit that did the same work in CPU time and merely waited is not judged: then the machine was busy.

    Why is this bad:
        Something has changed that nobody meant to change: a library, the machine, workers that are no longer used, a
        column of another type. It costs that time in every run from now on.

    Example:
        A forest that took 12 s in its last eight runs takes 45 s since `n_jobs` got lost in a refactoring.

    How to fix:
        Compare this run with the last quick one: parameters, versions of libraries, machine, dtypes.

    References:
        Leys et al., Detecting outliers: Do not use standard deviation around the mean, use absolute deviation around
        the median, Journal of Experimental Social Psychology 49, 2013.
    """
    assert record.fit is not None and record.history is not None
    fit, name = record.fit, short(record.fit.estimator.final_class_name)
    if fit.seconds < limits["min_seconds"]:
        return not_applicable(f"{name} took {seconds(fit.seconds)}: too little to compare.")
    before = _before(record, fit)
    if len(before.seconds) < limits["min_runs"]:
        missing = limits["min_runs"] - len(before.seconds)
        return not_applicable(
            f"{plural(len(before.seconds), 'earlier run')} of {name} with these settings: {count(missing)} too few."
        )
    usual, ratio = before.median, fit.seconds / before.median
    proof = evidence(
        limits,
        "max_ratio",
        statistic=f"wall-clock of {name}'s fit in times the median of {count(len(before.seconds))} earlier ones",
        value=ratio,
        rows=fit.rows,
        would_clear=f"at most {number(limits['max_ratio'])} times their median",
    )
    told = f"{name} took {seconds(fit.seconds)}, usually {seconds(usual)} (median of {count(len(before.seconds))} runs"
    told += ", scaled to these rows and columns)"
    is_slower = ratio > limits["max_ratio"] and fit.seconds > usual + limits["max_deviations"] * before.deviation
    if not is_slower:
        return passed(f"{told}.", evidence=proof)
    if _merely_waited(fit, before):
        return inconclusive(
            f"{told}, for the same CPU time: the machine was busy", "a run on a quiet machine", evidence=proof
        )
    return flagged(
        f"{told}: {number(ratio)} times as long, more than {number(limits['max_ratio'])}. Compare with the last quick "
        "run what has changed: parameters, libraries, machine.",
        evidence=proof,
        remedies=(
            Remedy(text="Compare this run with the last quick one: libraries, machine, workers, types of columns."),
            *speed_up(fit.estimator),
        ),
    )


def _before(record: RunRecord, fit: FitFacts) -> _Before:
    history = record.history
    assert history is not None
    alike = [run for run in history.earlier if _is_alike(run, fit, history.own_estimator, history.own_settings)]
    scales = [_scale(run, fit) for run in alike]
    return _Before(
        tuple(run.seconds * scale for run, scale in zip(alike, scales, strict=True) if run.seconds),
        tuple(run.cpu_seconds * scale for run, scale in zip(alike, scales, strict=True) if run.cpu_seconds),
    )


def _is_alike(run: EarlierRun, fit: FitFacts, estimator: str, settings: str) -> bool:
    if not estimator or (run.estimator, run.settings) != (estimator, settings) or not run.seconds:
        return False
    return _is_near(run.rows, fit.rows) and _is_near(run.columns, fit.columns)


def _is_near(one: int | None, other: int) -> bool:
    return bool(one) and other > 0 and one is not None and 1 / _FURTHEST <= other / one <= _FURTHEST


def _scale(run: EarlierRun, fit: FitFacts) -> float:
    growth = known_growth(fit.estimator)
    exponent = growth.exponent if growth is not None and not growth.in_predict else 1.0
    return float((fit.rows / (run.rows or fit.rows)) ** exponent * fit.columns / (run.columns or fit.columns))


def _merely_waited(fit: FitFacts, before: _Before) -> bool:
    """Whether the fit computed as much as ever and got fewer of the cores for it than it used to."""
    if not before.cpu_seconds:
        return False
    usual = statistics.median(before.cpu_seconds)
    busy, used_to = fit.cpu_seconds / fit.seconds, usual / before.median
    return fit.cpu_seconds <= _SAME_WORK * usual and busy < _WAITED and busy < _FEWER * used_to
