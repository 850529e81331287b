"""What becomes of each probe, and that the budget is kept: counted by the fits' own seconds, without a clock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sklearn.linear_model import LogisticRegression

from mlflow_pitfalls import errors
from mlflow_pitfalls.model.record import AlternativeFitFacts
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.probes.base import Probe
from mlflow_pitfalls.probes.engine import run_probes
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError


def probe(name="a", *, reason="", seconds=0.0, run=lambda context, record: {}, **changes) -> Probe:
    return Probe(
        name=name,
        question="?",
        not_needed=lambda record: reason,
        seconds=lambda context: seconds,
        run=run,
        **changes,
    )


@pytest.fixture
def made(make_context):
    return make_context(LogisticRegression(max_iter=5000), seconds=10.0)


def statuses(record):
    return [(facts.name, facts.status) for facts in record.probes]


def alternative(kind):
    return AlternativeFitFacts(
        kind=kind,
        description="",
        source="probe",
        metric="accuracy",
        score=Estimate(value=1.0),
        gain=Estimate(value=0.0),
        seconds=0.25,
    )


def test_what_probes_find_is_put_together(made):
    record = run_probes(
        *made,
        [
            probe("a", run=lambda context, record: {"alternatives": (alternative("simpler"),)}),
            probe("b", run=lambda context, record: {"alternatives": (alternative("linear"),), "notes": ("said",)}),
            probe("c", run=lambda context, record: {"notes": (f"{len(record.alternatives)} known",)}),
        ],
    )
    assert [found.kind for found in record.alternatives] == ["simpler", "linear"]
    assert record.notes == ("said", "2 known")
    assert statuses(record) == [("a", "done"), ("b", "done"), ("c", "done")]
    assert record.times.linear_baseline_seconds == 0.25
    assert record.times.probe_seconds == sum(facts.seconds for facts in record.probes) > 0


def test_what_is_not_needed_costs_nothing(made):
    record = run_probes(*made, [probe(reason="too few rows", run=lambda context, record: 1 / 0)])
    assert statuses(record) == [("a", "not_needed")] and record.probes[0].reason == "too few rows"
    assert made[1].budget.spent == 0


def test_a_budget_too_small_says_the_line_that_runs_it(made):
    record = run_probes(*made, [probe(seconds=11.0), probe("b", seconds=9.0)])
    assert statuses(record) == [("a", "cut"), ("b", "done")]
    assert "mlflow_pitfalls.probe(model, X_train, y_train, budget=60)" in record.probes[0].reason
    assert "11 s" in record.probes[0].reason


def test_a_budget_that_ends_within_a_probe_cuts_it(made):
    def run(context, record):
        raise OutOfBudgetError(3.0)

    assert statuses(run_probes(*made, [probe(run=run)])) == [("a", "cut")]


def test_no_fit_begins_after_the_budget_has_ended(made):
    record, context = made
    spent = 0.0

    def run(context, record):
        nonlocal spent
        while context.budget.allows(0.0):
            with context.budget._lock:
                context.budget._spent += 3.0  # a fit that took three seconds
            spent += 3.0
        raise OutOfBudgetError(3.0)

    found = run_probes(record, context, [probe("a", run=run), probe("b"), probe("c")])
    assert statuses(found) == [("a", "cut"), ("b", "cut"), ("c", "cut")]
    assert spent == 12.0  # ten, and what the last one overshot


def test_a_failing_fit_is_told_and_the_others_go_on(made):
    def run(context, record):
        raise FitFailedError("an extra fit ended with ValueError")

    record = run_probes(*made, [probe(run=run), probe("b")])
    assert statuses(record) == [("a", "failed"), ("b", "done")] and "ValueError" in record.probes[0].reason


def test_a_fault_of_ours_goes_no_further(made):
    record = run_probes(*made, [probe(run=lambda context, record: 1 / 0), probe("b")])
    assert statuses(record) == [("a", "failed"), ("b", "done")]
    errors.set_test_mode(True)
    with pytest.raises(ZeroDivisionError):
        run_probes(*made, [probe(run=lambda context, record: 1 / 0)])
    errors.set_test_mode(False)


def test_a_model_that_cannot_be_copied_fails_only_what_needs_it(made):
    record, context = made
    context = replace(context, estimator=None, problem="it is frozen")
    found = run_probes(record, context, [probe("a"), probe("b", needs_estimator=False)])
    assert statuses(found) == [("a", "failed"), ("b", "done")] and found.probes[0].reason == "it is frozen"


def test_each_probe_that_begins_is_told(made):
    begun = []
    run_probes(
        *made, [probe("a"), probe("b", reason="no"), probe("c")], on_start=lambda probe: begun.append(probe.name)
    )
    assert begun == ["a", "c"]
