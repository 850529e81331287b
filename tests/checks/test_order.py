from __future__ import annotations

import ast

import pytest

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import GroupFacts, TimeOrderFacts


def timed(make, dependence: float = 0.6, half: float | None = 0.05, **changes) -> TimeOrderFacts:
    defaults = {"source": "column", "column": "day", "rows": 1000, "held_out_before_last": 0.99, "between": 0.94}
    return TimeOrderFacts(**{**defaults, "dependence": make.estimate(dependence, half), **changes})


def by_time(judge, make, facts):
    return judge("shuffled-time", make.record(time_order=facts))


def test_like_neighbours_torn_apart_are_flagged(judge, make):
    verdict = by_time(judge, make, timed(make))
    assert verdict.status is Status.FLAGGED
    assert "'day'" in verdict.message and "94 %" in verdict.message
    assert "sort_values('day')" in verdict.remedies[0].code
    indexed = by_time(judge, make, timed(make, source="index", column=""))
    assert "sort_index()" in indexed.remedies[0].code


def test_the_lower_bound_of_the_dependence_decides(judge, make):
    assert by_time(judge, make, timed(make, 0.26)).status is Status.FLAGGED
    assert by_time(judge, make, timed(make, 0.24)).status is Status.INCONCLUSIVE
    assert by_time(judge, make, timed(make, 0.05)).status is Status.PASSED
    assert by_time(judge, make, timed(make, half=None)).status is Status.INCONCLUSIVE


def test_a_split_that_keeps_the_order_passes(judge, make):
    assert by_time(judge, make, timed(make, between=0.02)).status is Status.PASSED
    assert by_time(judge, make, timed(make, between=0.49)).status is Status.PASSED


@pytest.mark.parametrize("name", ["birth_date", "DateOfBirth", "dob"])
def test_dates_of_birth_tell_an_age(name, judge, make):
    assert by_time(judge, make, timed(make, column=name)).status is Status.PASSED


def test_without_times_or_groups_the_question_does_not_arise(judge, make):
    assert by_time(judge, make, None).status is Status.NOT_APPLICABLE
    assert judge("group-leakage", make.record()).status is Status.NOT_APPLICABLE


def group(make, column: str = "patient", lift: float = 0.4, half: float | None = 0.1, **changes) -> GroupFacts:
    defaults = {"groups": 60, "shared_groups": 58, "held_out_share": 0.98, "mean_rows": 9.0, "rows": 200}
    values = {**defaults, "p_value": 0.002, "likeness": 0.1, **changes}
    return GroupFacts(column=column, lift=make.estimate(lift, half), **values)


def by_group(judge, make, *facts):
    return judge("group-leakage", make.record(groups=facts))


def test_a_key_that_tells_the_target_is_flagged(judge, make):
    verdict = by_group(judge, make, group(make), group(make, "user_id", 0.3))
    assert verdict.status is Status.FLAGGED
    assert "58 keys of 'patient'" in verdict.message and "1 other column" in verdict.message
    for remedy in verdict.remedies:
        ast.parse(remedy.code)
    prefixed = by_group(judge, make, group(make, "name", likeness=0.8, is_prefix=True))
    assert "rsplit" in prefixed.remedies[0].code


def test_the_lift_and_the_shuffle_test_decide(judge, make):
    assert by_group(judge, make, group(make, lift=0.16)).status is Status.FLAGGED
    assert by_group(judge, make, group(make, lift=0.14)).status is Status.PASSED
    assert by_group(judge, make, group(make, p_value=0.02)).status is Status.PASSED
    chance = [group(make, f"id {i}", p_value=0.6) for i in range(9)]
    assert by_group(judge, make, group(make, p_value=0.002), *chance).status is Status.PASSED
    assert by_group(judge, make, group(make, held_out_share=0.1)).status is Status.PASSED
    assert by_group(judge, make, group(make, half=None)).status is Status.PASSED


def test_an_ordinary_category_is_a_feature(judge, make):
    assert by_group(judge, make, group(make, "postcode")).status is Status.PASSED
    assert by_group(judge, make, group(make, "postcode", likeness=0.55)).status is Status.FLAGGED


def test_copied_rows_explain_groups(make):
    record = make.record(groups=(group(make),), overlap=make.overlap(matched=300))
    outcome = next(o for o in run_checks(record).outcomes if o.check == "group-leakage")
    assert (outcome.status, outcome.explained_by) == (Status.EXPLAINED, "train-test-overlap")
