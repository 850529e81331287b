from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlflow_pitfalls.comparing.compare import ComparedRun, compare_runs
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.comparison import Comparison
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.profile import TargetProfile
from mlflow_pitfalls.model.record import EstimatorFacts, FitFacts, ScoreFacts, TimeFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task
from tests.comparing.conftest import numbers, record

VALUES = np.random.default_rng(0).normal(size=300)


def estimate(value: float, half: float = 0.02) -> Estimate:
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=200)


def score(held_out: float, *, metric: str = "accuracy", primary: bool = True, train: float = 0.95) -> ScoreFacts:
    return ScoreFacts(
        metric=metric,
        primary=primary,
        perfect=1.0,
        train=estimate(train),
        held_out=estimate(held_out),
        gap=estimate(train - held_out),
        dummy=estimate(0.5),
    )


def fit(name: str = "SVC", seconds: float = 2.0, rows: int = 100, **parameters: str) -> FitFacts:
    estimator = EstimatorFacts(
        class_name=name, final_class_name=name, module="sklearn", family="svm", parameters=tuple(parameters.items())
    )
    return FitFacts(estimator=estimator, rows=rows, columns=1, seconds=seconds, cpu_seconds=seconds)


def run(**changes) -> ComparedRun:
    return ComparedRun(record=record(numbers("x", VALUES), **changes))


def flag(check: str, status: Status = Status.FLAGGED, **changes) -> Outcome:
    severity = Severity.HIGH if status is Status.FLAGGED else Severity.NONE
    facts = {"check": check, "group": Group.ACCURACY, "status": status, "message": "m", "severity": severity}
    return Outcome(**{**facts, **changes})


def with_outcomes(compared: ComparedRun, *outcomes: Outcome) -> ComparedRun:
    return replace(compared, outcomes=Outcomes(run_id="r", outcomes=outcomes))


def test_scores_gap_and_times():
    before = run(scores=(score(0.9), score(0.8, metric="f1", primary=False)), fit=fit())
    after = run(scores=(score(0.7),), fit=fit(seconds=8.0, rows=200))
    found = compare_runs(before, after)
    assert [change.metric for change in found.scores] == ["accuracy"]
    assert found.score.difference.value == pytest.approx(-0.2)
    assert found.score.difference.interval.high < 0
    assert (found.score.paired_rows, found.score.room) == (0, 0.5)
    assert found.gap.difference.value == pytest.approx(0.2)
    assert [(change.what, change.ratio) for change in found.times] == [("fit", 2.0)]


def test_losses_of_the_same_rows_make_a_paired_difference(losses):
    before = replace(run(scores=(score(0.9),)), losses=losses([1.0] * 180 + [0.0] * 20))
    after = replace(run(scores=(score(0.85),)), losses=losses([1.0] * 170 + [0.0] * 30))
    found = compare_runs(before, after).score
    assert found.paired_rows == 200
    assert found.difference.interval.high < 0
    assert found.effect < 0


def test_predictions_are_compared_a_row():
    before = run(times=TimeFacts(predict_rows=100, predict_row_seconds=1.0))
    after = run(times=TimeFacts(predict_rows=300, predict_row_seconds=1.5))
    (change,) = compare_runs(before, after).times
    assert (change.what, change.ratio) == ("predict", pytest.approx(0.5))


def test_parameters():
    found = compare_runs(run(fit=fit(C="1", gamma="2")), run(fit=fit("NuSVC", C="3"))).parameters
    assert [(change.name, change.before, change.after) for change in found] == [
        ("estimator", "SVC", "NuSVC"),
        ("C", "1", "3"),
        ("gamma", "2", None),
    ]


def test_flags_gained_and_lost():
    before = with_outcomes(run(), flag("overfit"), flag("no-lift", Status.PASSED), flag("underfit", Status.EXPLAINED))
    after = with_outcomes(
        run(),
        flag("no-lift"),
        flag("underfit"),
        flag("overfit", Status.PASSED),
        flag("score-regression", group=Group.REGRESSION),
    )
    found = compare_runs(before, after)
    assert [(change.check, change.before, change.certain) for change in found.gained] == [
        ("no-lift", Status.PASSED, False)
    ]
    assert [(change.check, change.after) for change in found.lost] == [("overfit", Status.PASSED)]


def test_a_flag_is_new_only_where_it_does_not_hover():
    def constant_in(columns: int) -> ComparedRun:
        missing = numbers("x", np.r_[VALUES, np.full(columns, np.nan)])
        return ComparedRun(record=record(missing))

    limit = 0.05 * len(VALUES)
    for rows, certain in ((round(1.1 * limit), False), (round(3 * limit), True)):
        before = with_outcomes(constant_in(round(0.5 * limit)), flag("missing-values", Status.PASSED))
        found = compare_runs(before, with_outcomes(constant_in(rows), flag("missing-values")))
        assert found.gained[0].certain is certain


def test_another_target_is_another_question():
    target = TargetProfile(name="y", task=Task.BINARY, rows=300)
    first = run(scores=(score(0.9),), target=target)
    second = run(scores=(score(0.9),), target=replace(target, name="z"))
    found = compare_runs(first, second)
    assert (found.comparable, found.scores, found.gap) == (False, (), None)
    assert compare_runs(first, run(task=Task.REGRESSION)).comparable is False


def test_the_same_rows_are_told():
    assert compare_runs(run(held_out_digest="a"), run(held_out_digest="a")).same_rows is True
    assert compare_runs(run(held_out_digest="a"), run(held_out_digest="b")).same_rows is False
    assert compare_runs(run(held_out_digest="a"), run()).same_rows is None


def test_a_comparison_can_be_stored():
    found = compare_runs(run(scores=(score(0.9),), fit=fit()), run(scores=(score(0.8),), fit=fit()))
    assert from_json(Comparison, to_json(found)) == found


def test_nothing_in_common():
    empty = ComparedRun(record=record())
    found = compare_runs(empty, empty)
    assert (found.scores, found.drift, found.data) == ((), (), ())
    assert found.notes
