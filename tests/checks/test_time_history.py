from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EarlierRun, HistoryFacts

TIMES = (10.0, 9.5, 10.5, 10.2, 9.8)


def run(seconds, cpu=None, **changes):
    facts = {"estimator": "SVC", "settings": "s", "rows": 1000, "columns": 3, **changes}
    return EarlierRun(run_id="r", seconds=seconds, cpu_seconds=seconds if cpu is None else cpu, **facts)


def judged(judge, make, seconds=30.0, *, cpu=None, before=None, name="SVC", rows=1000, columns=3):
    earlier = tuple(run(value) for value in TIMES) if before is None else tuple(before)
    history = HistoryFacts(runs_seen=9, comparable_runs=9, earlier=earlier, own_estimator=name, own_settings="s")
    fit = make.fit(
        estimator=make.estimator(name, "svm"),
        seconds=seconds,
        cpu_seconds=seconds if cpu is None else cpu,
        rows=rows,
        columns=columns,
    )
    return judge("time-regression", make.record(fit=fit, fits=(fit,), history=history))


def test_three_times_the_usual_time_is_flagged(judge, make):
    verdict = judged(judge, make)
    assert verdict.status is Status.FLAGGED
    assert "took 30 s, usually 10 s" in verdict.message and "3.00 times" in verdict.message


def test_the_bounds_pass(judge, make):
    assert judged(judge, make, 15.0).status is Status.PASSED
    varied = [run(value) for value in (4.0, 8.0, 10.0, 16.0, 20.0)]
    assert judged(judge, make, 30.0, before=varied).status is Status.PASSED  # within three deviations


def test_times_are_scaled_to_rows_and_columns(judge, make):
    assert judged(judge, make, 30.0, rows=2000, columns=3).status is Status.PASSED  # quadratic: 40 s are usual
    assert judged(judge, make, 70.0, rows=2000).status is Status.FLAGGED
    forest = [run(value, estimator="RandomForestClassifier") for value in TIMES]
    linear = judged(judge, make, 31.0, before=forest, name="RandomForestClassifier", rows=2000)
    assert linear.status is Status.FLAGGED and "usually 20 s" in linear.message
    assert judged(judge, make, 25.0, columns=6).status is Status.PASSED


@pytest.mark.parametrize(
    "other",
    [
        {"settings": "other"},
        {"estimator": "NuSVC"},
        {"rows": 100},
        {"rows": None},
        {"columns": 30},
    ],
)
def test_other_runs_do_not_compare(other, judge, make):
    before = [run(value, **other) for value in TIMES]
    assert judged(judge, make, before=before).status is Status.NOT_APPLICABLE


def test_few_runs_or_short_fits_are_not_applicable(judge, make):
    assert judged(judge, make, before=[run(10.0)] * 4).status is Status.NOT_APPLICABLE
    assert judged(judge, make, 0.9, before=[run(0.1)] * 9).status is Status.NOT_APPLICABLE
    assert judge("time-regression", make.record(history=None)).status is Status.NOT_APPLICABLE


def test_a_busy_machine_is_no_regression(judge, make):
    assert judged(judge, make, 30.0, cpu=10.0).status is Status.INCONCLUSIVE


def test_lost_workers_are_one(judge, make):
    parallel = [run(value, cpu=4 * value) for value in TIMES]
    assert judged(judge, make, 40.0, cpu=40.0, before=parallel).status is Status.FLAGGED
