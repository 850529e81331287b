"""A run beside the experiment's others: does it take longer than it used to, and is there a simple model at all?"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from mlflow_pitfalls.checks.baselines import no_baseline_run
from mlflow_pitfalls.checks.complexity import is_complex
from mlflow_pitfalls.checks.text import count, number, plural, seconds, short
from mlflow_pitfalls.checks.time_history import NORMAL_MAD, time_regression
from mlflow_pitfalls.model.logged import LoggedRun
from mlflow_pitfalls.model.outcomes import Evidence, Outcome, Remedy, Status
from mlflow_pitfalls.model.record import EstimatorFacts
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.scan.answers import answer

TIME, BASELINE = time_regression.name, no_baseline_run.name
# Parameters that change neither the model nor how long it should take.
_INDIFFERENT = frozenset({"random_state", "random_seed", "seed", "verbose", "verbosity"})


def judge_time(run: LoggedRun, others: Sequence[LoggedRun]) -> Outcome:
    """Whether a run took longer than earlier ones with the same parameters.

    The thresholds are the check's own. A flag is of severity low: MLflow knows how long a run was open, not how long
    its fit took.

    Args:
        run: The run.
        others: The experiment's other runs.
    """
    limits = time_regression.limits()
    if run.seconds is None or run.seconds < limits["min_seconds"]:
        return answer(TIME, Status.NOT_APPLICABLE, "The run's time is not known, or too short to compare.")
    if not run.params:
        return answer(TIME, Status.NOT_APPLICABLE, "No parameters were logged by which to find runs like it.")
    settings = _settings(run)
    before = [
        other.seconds
        for other in others
        if other.started_ms < run.started_ms and other.seconds and _settings(other) == settings
    ]
    if len(before) < limits["min_runs"]:
        missing = f"{plural(len(before), 'earlier run')} with these parameters: too few."
        return answer(TIME, Status.NOT_APPLICABLE, missing)
    usual = statistics.median(before)
    deviation = NORMAL_MAD * statistics.median(abs(value - usual) for value in before)
    ratio = run.seconds / usual
    told = f"It took {seconds(run.seconds)}, usually {seconds(usual)} (median of {count(len(before))} runs)"
    proof = Evidence(
        statistic=f"wall-clock of the run in times the median of {count(len(before))} earlier ones",
        value=ratio,
        threshold=limits["max_ratio"],
        unit=limits.thresholds["max_ratio"].unit,
        rows=run.train_rows or 0,
        threshold_source=limits.source("max_ratio"),
        would_clear=f"at most {number(limits['max_ratio'])} times their median",
    )
    if ratio <= limits["max_ratio"] or run.seconds <= usual + limits["max_deviations"] * deviation:
        return answer(TIME, Status.PASSED, f"{told}.", evidence=proof)
    return answer(
        TIME,
        Status.FLAGGED,
        f"{told}: {number(ratio)} times as long. A hint: that is all the time for which the run was open.",
        severity=Severity.LOW,
        evidence=proof,
        remedies=(Remedy(text="Compare it with the last quick run: libraries, machine, rows, workers."),),
    )


def judge_baseline(run: LoggedRun, others: Sequence[LoggedRun], *, complete: bool) -> Outcome:
    """Whether a complex model has a simple one to compare with.

    Args:
        run: The run.
        others: The experiment's other runs.
        complete: Whether those are all that there are.
    """
    if not run.family or not run.kind:
        return answer(BASELINE, Status.NOT_APPLICABLE, "The run does not tell its model's class.")
    facts = EstimatorFacts(
        class_name=run.estimator, final_class_name=run.estimator, module="", family=run.family, parameters=run.params
    )
    if not is_complex(facts):
        return answer(BASELINE, Status.NOT_APPLICABLE, f"{short(run.estimator)} is a simple model itself.")
    alike = [other for other in others if other.kind == run.kind]
    found = sum(other.is_baseline for other in alike)
    limits = no_baseline_run.limits()
    if found >= limits["min_baselines"]:
        return answer(BASELINE, Status.PASSED, f"{plural(found, 'simple model')} to compare with.")
    if not complete:
        return answer(
            BASELINE, Status.INCONCLUSIVE, "No simple model among the runs looked at. It would take a look at all."
        )
    return answer(
        BASELINE,
        Status.FLAGGED,
        f"{short(run.estimator)} has nothing simple to compare with among {plural(len(alike), 'other run')}.",
        severity=Severity.LOW,
        evidence=Evidence(
            statistic="finished runs of a simple model",
            value=float(found),
            threshold=limits["min_baselines"],
            unit="runs",
            rows=0,
            threshold_source=limits.source("min_baselines"),
            would_clear="a finished run of a simple model in this experiment",
        ),
        remedies=(Remedy(text="Log one run of a dummy and one of a linear model; they take seconds."),),
    )


def _settings(run: LoggedRun) -> tuple[str, tuple[tuple[str, str], ...]]:
    kept = sorted((name, value) for name, value in run.params if name.rpartition("__")[2] not in _INDIFFERENT)
    return run.estimator, tuple(kept)
