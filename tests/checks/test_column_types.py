from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ColumnKind, ValueCount


def with_columns(make, *columns, **changes):
    return make.record(train=make.profile(*columns, **changes))


def kinds(*counts: tuple[str, int]) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(value=kind, count=count) for kind, count in counts)


def test_numbers_beside_text_are_flagged(judge, make):
    mixed = make.column("size", ColumnKind.MIXED, kinds=kinds(("number", 990), ("text", 10)))
    verdict = judge("mixed-types", with_columns(make, mixed, make.column()))
    assert verdict.status is Status.FLAGGED
    assert "990 × number and 10 × text" in verdict.message
    assert verdict.evidence.value == pytest.approx(0.01)


def test_numbers_written_as_text_are_flagged(judge, make):
    column = make.column("total", ColumnKind.CATEGORICAL, kinds=kinds(("number written as text", 990), ("text", 10)))
    assert judge("mixed-types", with_columns(make, column)).status is Status.FLAGGED


def test_text_that_the_sample_did_not_meet_is_flagged(judge, make):
    column = make.column("size", ColumnKind.MIXED, rows=100_000)
    verdict = judge("mixed-types", with_columns(make, column))
    assert verdict.status is Status.FLAGGED
    assert "fewer than 1 of 1 000" in verdict.message


def test_columns_of_one_kind_pass(judge, make):
    columns = [make.column(kind.value, kind) for kind in ColumnKind if kind is not ColumnKind.MIXED]
    assert judge("mixed-types", with_columns(make, *columns)).status is Status.PASSED
    one = make.column("a", ColumnKind.MIXED, kinds=kinds(("number", 1000)))
    assert judge("mixed-types", with_columns(make, one)).status is Status.PASSED
    assert judge("mixed-types", make.record(train=None)).status is Status.NOT_APPLICABLE


def test_infinite_values_are_flagged(judge, make):
    verdict = judge("infinite-or-huge", with_columns(make, make.column("ratio", infinite=3), make.column()))
    assert verdict.status is Status.FLAGGED
    assert "3 infinite values" in verdict.message


@pytest.mark.parametrize(("size", "status"), [(3.5e38, Status.FLAGGED), (3.3e38, Status.PASSED)])
def test_numbers_beyond_32_bits_are_flagged(size, status, judge, make):
    for changes in ({"maximum": size}, {"minimum": -size}):
        verdict = judge("infinite-or-huge", with_columns(make, make.column(**changes)))
        assert verdict.status is status


def test_dates_and_missing_profiles_are_no_huge_numbers(judge, make):
    date = make.column("since", ColumnKind.DATETIME, maximum=1e39)
    assert judge("infinite-or-huge", with_columns(make, date)).status is Status.PASSED
    assert judge("infinite-or-huge", make.record(train=None)).status is Status.NOT_APPLICABLE


def test_columns_that_the_pipeline_drops_are_not_looked_at(judge, make):
    mixed = make.column("name", ColumnKind.MIXED, kinds=kinds(("number", 990), ("text", 10)))
    fit = make.fit(estimator=make.estimator(dropped_columns=("name",)))
    assert judge("mixed-types", make.record(fit=fit, train=make.profile(mixed))).status is Status.PASSED
