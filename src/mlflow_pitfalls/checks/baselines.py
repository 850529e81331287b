"""PF2: is there a simple model to compare with?"""

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
from mlflow_pitfalls.checks.complexity import is_complex
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.text import count, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity, Task

_BASELINE_FAMILIES = frozenset({"dummy", "linear", "bayes"})


@check(
    name="no-baseline-run",
    group=Group.DATA,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.HISTORY),
    thresholds={
        "min_baselines": Threshold(
            1, "runs", "finished runs of a simple model on the same task", "Rules of Machine Learning, rule 4"
        ),
    },
)
def no_baseline_run(record: RunRecord, limits: Limits) -> Verdict:
    """A complex model was trained, and the experiment holds no run of a simple one to compare with.

    What it does:
        For an ensemble, boosting, a kernel SVM or a network, looks among the experiment's finished runs of the same
        task for a dummy, linear, naive Bayes or shallow tree model; fewer than {min_baselines} is flagged. A simple
        model fitted in the same run counts.

    Why is this bad:
        Without it nobody knows what the complexity buys. Often the answer is a point of accuracy for a hundred
        times the cost, or nothing.

    Example:
        Thirty runs of gradient boosting at 0.84, and nobody tried the logistic regression that reaches 0.84 too.

    How to fix:
        Log one run of a dummy and one of a linear model; they take seconds.

    References:
        Rules of Machine Learning, rule 4: keep the first model simple (Google),
        https://developers.google.com/machine-learning/guides/rules-of-ml.
    """
    assert record.fit is not None and record.history is not None
    estimator = record.fit.estimator
    if not is_complex(estimator):
        return not_applicable(f"{short(estimator.final_class_name)} is a simple model itself.")
    own = sum(_is_baseline(fit.estimator) for fit in record.fits)
    found = record.history.baseline_runs + own
    if found >= limits["min_baselines"]:
        return passed(f"{plural(found, 'simple model')} to compare with in this experiment.")
    if not record.history.complete:
        return inconclusive(
            f"{count(found)} simple models among the {plural(record.history.runs_seen, 'run')} looked at, of more",
            "a look at the experiment's older runs",
        )
    simple = _simple_model(record.task)
    runs = plural(record.history.comparable_runs, "comparable run")
    return flagged(
        f"{short(estimator.final_class_name)} has nothing simple to compare with: {runs} in the experiment, "
        f"{count(found)} of them of a simple model (at least {count(limits['min_baselines'])} wanted). "
        f"Log one of {simple}.",
        evidence=evidence(
            limits,
            "min_baselines",
            statistic="finished runs of a simple model",
            value=found,
            rows=record.fit.rows,
            would_clear=f"a finished run of {simple} in this experiment",
        ),
        remedies=(
            Remedy(
                text="Log a linear model on the same split.",
                code=f"make_pipeline(StandardScaler(), {simple}()).fit(X_train, y_train)",
            ),
            Remedy(text="And a dummy, which costs nothing.", code=f"{_dummy(record.task)}().fit(X_train, y_train)"),
        ),
    )


def _is_baseline(estimator: EstimatorFacts) -> bool:
    return estimator.family in _BASELINE_FAMILIES


def _simple_model(task: Task) -> str:
    return "Ridge" if task is Task.REGRESSION else "LogisticRegression"


def _dummy(task: Task) -> str:
    return "DummyRegressor" if task is Task.REGRESSION else "DummyClassifier"
