from __future__ import annotations

import pytest

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ColumnKind, SentinelFacts, ValueCount


def code(value: str = "999", count: int = 100, **changes) -> SentinelFacts:
    defaults = {"distance": 3.0, "relative_distance": 1.0, "neighbours": 1.0}
    return SentinelFacts(value=value, count=count, sampled_rows=1000, **{**defaults, **changes})


def word(value: str = "?", count: int = 100) -> SentinelFacts:
    return SentinelFacts(value=value, count=count, sampled_rows=1000)


def coded(make, **columns: SentinelFacts):
    """A record whose columns hold these candidates."""
    profiles = (
        make.column(name, sentinels=(found,), position=place) for place, (name, found) in enumerate(columns.items())
    )
    return make.record(train=make.profile(*profiles))


def test_a_code_that_stands_out_twice_is_flagged(judge, make):
    verdict = judge("disguised-missing", coded(make, pdays=code()))
    assert verdict.status is Status.FLAGGED
    assert "'pdays' has 999 in 10 % of its rows" in verdict.message
    assert verdict.remedies[0].code == "X['pdays'] = X['pdays'].replace([999], np.nan)"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"distance": 0.9}, Status.PASSED),
        ({"distance": 0.1, "breaks_sign": True}, Status.FLAGGED),
        ({"relative_distance": 0.1}, Status.PASSED),
        ({"neighbours": 80.0}, Status.PASSED),
        ({"neighbours": 80.0, "distance": 11.0}, Status.FLAGGED),
        ({"count": 4}, Status.PASSED),
        ({"count": 5, "neighbours": 1.0}, Status.PASSED),  # 5 of 10 may be chance
        ({"count": 8, "neighbours": 1.0}, Status.FLAGGED),
    ],
)
def test_value_and_frequency_both_count(changes, status, judge, make):
    assert judge("disguised-missing", coded(make, pdays=code(**changes))).status is status


def test_words_are_flagged(judge, make):
    verdict = judge("disguised-missing", coded(make, root=word()))
    assert verdict.status is Status.FLAGGED
    assert verdict.remedies[0].code == "X['root'] = X['root'].replace(['?'], np.nan)"
    assert judge("disguised-missing", coded(make, root=word(count=4))).status is Status.PASSED
    withheld = judge("disguised-missing", coded(make, root=word("", 8)))
    assert "a code in 8" in withheld.message


def test_a_zero_that_cannot_be_brings_others_to_mind(judge, make):
    near = code("0", 300, distance=0.2)
    assert judge("disguised-missing", coded(make, insulin=near)).status is Status.PASSED
    both = judge("disguised-missing", coded(make, pressure=code("0", 35), insulin=near))
    assert [subject.name for subject in both.evidence.subjects] == ["insulin", "pressure"]


def test_a_blank_among_numbers_is_told_as_mixed_types(make):
    kinds = (ValueCount(value="number written as text", count=990), ValueCount(value="text", count=10))
    column = make.column("total", ColumnKind.CATEGORICAL, kinds=kinds, sentinels=(word("", 10),))
    outcomes = {one.check: one for one in run_checks(make.record(train=make.profile(column))).outcomes}
    assert outcomes["disguised-missing"].explained_by == "mixed-types"


def test_clean_columns_pass(judge, make):
    assert judge("disguised-missing", make.record()).status is Status.PASSED
    assert judge("disguised-missing", make.record(train=None)).status is Status.NOT_APPLICABLE
