from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import DuplicateFacts
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Severity

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


def _fields(facts):
    return {name: getattr(facts, name) for name in facts.__slots__}
