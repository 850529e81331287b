from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import DuplicateFacts
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task

AFTER_SPLIT = ResamplingFacts(
    sampler="SMOTE", rows_before=700, rows_after=1000, before_split=False, held_out_resampled=False
)


def duplicated(make, duplicates: int, expected: float = 0.0, **changes):
    facts = DuplicateFacts(rows_checked=1000, duplicates=duplicates, expected=expected)
    return make.record(train=make.profile(duplicates=facts), **changes)


def test_duplicates_are_graded(judge, make):
    low, medium = judge("duplicate-rows", duplicated(make, 30)), judge("duplicate-rows", duplicated(make, 150))
    assert (low.status, low.severity) == (Status.FLAGGED, Severity.LOW)
    assert (medium.status, medium.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert "150 of 1 000" in medium.message


def test_few_duplicates_pass(judge, make):
    # 15 of 1 000 are 1.5 %, but the interval's lower bound is 0.9 %.
    assert judge("duplicate-rows", duplicated(make, 15)).status is Status.PASSED


def test_duplicates_that_chance_makes_pass(judge, make):
    assert judge("duplicate-rows", duplicated(make, 300, expected=290)).status is Status.PASSED
    assert judge("duplicate-rows", duplicated(make, 300, expected=180)).status is Status.PASSED
    assert judge("duplicate-rows", duplicated(make, 300, expected=100)).status is Status.FLAGGED


def test_resampled_training_rows_repeat_on_purpose(judge, make):
    record = duplicated(make, 300, resamplings=(AFTER_SPLIT,))
    assert judge("duplicate-rows", record).status is Status.NOT_APPLICABLE


def test_duplicates_not_searched_are_not_applicable(judge, make):
    assert judge("duplicate-rows", make.record(train=make.profile(duplicates=None))).status is Status.NOT_APPLICABLE


def test_overlap_is_flagged(judge, make):
    verdict = judge("train-test-overlap", make.record(overlap=make.overlap(matched=40)))
    assert verdict.status is Status.FLAGGED
    assert "4 % of 1 000 held-out rows" in verdict.message


def test_overlap_within_error_or_chance_passes(judge, make):
    assert judge("train-test-overlap", make.record(overlap=make.overlap(matched=15))).status is Status.PASSED
    # One repeated row among 38 held-out ones, as in the iris data, shows nothing.
    assert judge("train-test-overlap", make.record(overlap=make.overlap(1, checked=38))).status is Status.PASSED
    by_chance = make.overlap(matched=300, expected=0.25)
    assert judge("train-test-overlap", make.record(overlap=by_chance)).status is Status.PASSED


def test_overlap_of_a_sampled_training_side_uses_the_wider_interval(judge, make):
    facts = make.overlap(matched=40)
    wide = Estimate(value=0.04, interval=Interval(low=0.005, high=0.10), rows=1000)
    record = make.record(overlap=type(facts)(**{**_fields(facts), "share": wide}))
    assert judge("train-test-overlap", record).status is Status.PASSED


def test_overlap_not_looked_for_is_not_applicable(judge, make):
    assert judge("train-test-overlap", make.record(overlap=None)).status is Status.NOT_APPLICABLE


def test_drift_is_flagged_by_probability_and_effect(judge, make):
    drifted = make.drift("year", p_value=1e-8, effect=0.4)
    verdict = judge("train-test-drift", make.record(drift=(drifted, make.drift())))
    assert verdict.status is Status.FLAGGED
    assert "'year'" in verdict.message and "0.40" in verdict.message


@pytest.mark.parametrize(("p_value", "effect"), [(1e-8, 0.09), (0.02, 0.4)])
def test_drift_needs_both(p_value, effect, judge, make):
    record = make.record(drift=(make.drift(p_value=p_value, effect=effect),))
    assert judge("train-test-drift", record).status is Status.PASSED


def test_drift_of_the_target_needs_more_and_comes_first(judge, make):
    def target(effect: float):
        return make.drift("y", p_value=1e-8, effect=effect, is_target=True)

    assert judge("train-test-drift", make.record(drift=(target(0.14),))).status is Status.PASSED
    both = make.record(drift=(make.drift("year", p_value=1e-8, effect=0.9), target(0.16)))
    verdict = judge("train-test-drift", both)
    assert verdict.message.startswith("The target differs")
    assert verdict.evidence.threshold == 0.15


def test_drift_is_corrected_over_columns(judge, make):
    one = make.drift("a", p_value=0.005, effect=0.2)
    others = tuple(make.drift(f"c{i}", p_value=0.9, effect=0.2) for i in range(50))
    assert judge("train-test-drift", make.record(drift=(one,))).status is Status.FLAGGED
    assert judge("train-test-drift", make.record(drift=(one, *others))).status is Status.PASSED


def test_two_halves_of_one_table_do_not_drift(judge, make):
    rng = np.random.default_rng(0)
    flagged = 0
    for _ in range(40):
        sides = rng.normal(size=(2, 60, 10))
        facts = tuple(
            make.drift(f"c{i}", p_value=float(stats.ks_2samp(sides[0, :, i], sides[1, :, i]).pvalue), effect=0.5)
            for i in range(10)
        )
        flagged += judge("train-test-drift", make.record(drift=facts)).status is Status.FLAGGED
    assert flagged <= 2


def test_drift_of_a_resampled_side_is_on_purpose(judge, make):
    drifted = (make.drift(p_value=1e-8, effect=0.4),)
    record = make.record(drift=drifted, resamplings=(AFTER_SPLIT,))
    assert judge("train-test-drift", record).status is Status.NOT_APPLICABLE
    assert judge("train-test-drift", make.record(drift=())).status is Status.NOT_APPLICABLE


def test_remedies_stratify_classes_only(judge, make):
    drifted = (make.drift(p_value=1e-8, effect=0.4),)
    regression = judge("train-test-drift", make.record(drift=drifted, task=Task.REGRESSION))
    assert "stratify" not in regression.remedies[0].code
    assert "stratify" in judge("train-test-drift", make.record(drift=drifted)).remedies[0].code


def _fields(facts):
    return {name: getattr(facts, name) for name in facts.__slots__}
