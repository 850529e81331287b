"""PF4: a model that more rows will make unaffordable."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import decided, evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.growth import Growth, growth_of
from mlflow_pitfalls.checks.remedies import speed_up
from mlflow_pitfalls.checks.text import between, count, number, seconds, short
from mlflow_pitfalls.model.outcomes import Group
from mlflow_pitfalls.model.record import FitFacts, RunRecord
from mlflow_pitfalls.model.values import Interval, Severity

_TIMES_ROWS = 10.0  # the number of rows that the message projects to


@dataclass(frozen=True, slots=True)
class _Growing:
    """A fit whose time grows faster than its rows. ``seconds`` are of what grows: the fit, or the predictions."""

    fit: FitFacts
    growth: Growth
    seconds: float

    @property
    def what(self) -> str:
        """What takes the time, in words."""
        return "predictions" if self.growth.in_predict else "fit"


@check(
    name="superlinear-fit",
    group=Group.TIME,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    thresholds={
        "max_exponent": Threshold(
            1.2,
            "power of the rows",
            "growth that counts as n log n; 1.1 at 20 000 rows",
            "the slope of n log n, with room for error",
        ),
        "min_rows": Threshold(20_000, "rows", "training rows below which growth is no matter", "our choice"),
        "min_seconds": Threshold(
            10.0,
            "seconds",
            "time below which it is not noticed; at ten times the rows, 10 s become 17 min at the least",
            "our choice: a tenfold of rows then exceeds the budget of slow-training",
        ),
    },
)
def superlinear_fit(record: RunRecord, limits: Limits) -> Verdict:
    """The estimator's time grows faster than its rows, and there are many of them already.

    What it does:
        Knows how the time of kernel machines, Gaussian processes, exact nearest neighbours (their predictions),
        hierarchical and spectral clustering and their kin grows: with the square of the rows or faster. On more than
        {min_rows} rows, when the fit (of neighbours, the predictions) took {min_seconds} s or more, it is flagged with
        the time to expect at ten times the rows. Where the learning-curve probe has measured the growth for this
        estimator, that counts rather than the table, and a growth whose interval lies below {max_exponent} passes.

        An estimator that was done within {min_seconds} s is left alone, however it grows: nothing was lost.

    Why is this bad:
        The next data set will be larger. Ten times the rows cost a hundred or a thousand times the time, and the memory
        for every pair of rows besides; a method that scales does the same in seconds.

    Example:
        `SVC()` fits 40 000 rows in 2 min: at 400 000 rows it takes over 3 h. `LinearSVC` on 100 Nystroem features
        takes a minute there.

    How to fix:
        Approximate the kernel (`Nystroem`), work on a neighbourhood graph, or take a model that scales, such as
        histogram-based boosting.

    References:
        scikit-learn, Complexity of support vector machines, https://scikit-learn.org/stable/modules/svm.html;
        Kernel Approximation, https://scikit-learn.org/stable/modules/kernel_approximation.html.
    """
    assert record.fit is not None
    growing = _longest(record)
    if growing is None:
        return not_applicable(
            f"{short(record.fit.estimator.final_class_name)} is not known to grow faster than its rows."
        )
    fit = growing.fit
    name = short(fit.estimator.final_class_name)
    exponent, interval, rows = _exponent(record, growing)
    told = f"{name}'s {growing.what} took {seconds(growing.seconds)} on {count(fit.rows)} training rows"
    if interval is not None and interval.high <= limits["max_exponent"]:
        return passed(f"{told}, and grows as rows^{number(exponent)} ({between(interval)}) as measured here.")
    if fit.rows <= limits["min_rows"] or growing.seconds < limits["min_seconds"]:
        return passed(f"{told}: no matter yet, though it grows as rows^{number(exponent)} or faster.")
    remedies = speed_up(fit.estimator)
    projected = growing.seconds * _TIMES_ROWS**exponent
    return flagged(
        f"{told} and grows as rows^{number(exponent)} or faster: at ten times the rows, about {seconds(projected)}. "
        f"{remedies[0].text}",
        evidence=evidence(
            limits,
            "max_exponent",
            statistic=f"growth of {name}'s {growing.what} with its rows",
            value=exponent,
            interval=interval,
            rows=rows,
            would_clear=f"a model that grows as its rows do, at most {count(limits['min_rows'])} rows, or less than "
            f"{seconds(limits['min_seconds'])}",
        ),
        remedies=remedies,
    )


def _longest(record: RunRecord) -> _Growing | None:
    """Of the run's fits the one whose growth costs most; None where none is known to grow faster than its rows."""
    fits = {id(fit): fit for fit in (*record.fits, record.fit) if fit is not None and not fit.error}
    found = []
    for fit in fits.values():
        growth = growth_of(fit.estimator, fit.columns)
        if growth is not None:
            taken = record.times.predict_seconds if growth.in_predict else fit.seconds
            found.append(_Growing(fit, growth, taken))
    return max(found, key=lambda growing: growing.seconds, default=None)


def _exponent(record: RunRecord, growing: _Growing) -> tuple[float, Interval | None, int]:
    """The growth as measured by the learning-curve probe, else as known; with the rows behind it."""
    curve = record.learning_curve
    is_measured = curve is not None and growing.fit == record.fit and not growing.growth.in_predict
    measured = decided(curve.time_exponent) if curve is not None and is_measured else None
    if measured is None or not 1.0 <= measured[0].value <= growing.growth.exponent + 1.0:
        return growing.growth.exponent, None, growing.fit.rows
    return measured[0].value, measured[1], measured[0].rows or growing.fit.rows
