from __future__ import annotations

import pytest

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ColumnKind


def cabins(make, *, levels: int = 150, single: int = 100, rows: int = 1000, estimator=None, **changes):
    column = make.column(
        "cabin",
        ColumnKind.CATEGORICAL,
        rows=rows,
        distinct=levels,
        singletons=single,
        minimum=None,
        maximum=None,
        **changes,
    )
    fit = make.fit(estimator=estimator or make.estimator())
    return make.record(fit=fit, train=make.profile(column, make.column(), rows=rows))


def test_many_levels_seen_once_are_flagged(judge, make):
    verdict = judge("high-cardinality-feature", cabins(make))
    assert verdict.status is Status.FLAGGED
    assert "150 levels, 67 %" in verdict.message


@pytest.mark.parametrize(
    "changes",
    [{"levels": 50, "single": 50}, {"levels": 100, "single": 10}, {"single": None}, {"mean_words": 9.0}],
)
def test_few_or_repeated_levels_and_content_pass(changes, judge, make):
    assert judge("high-cardinality-feature", cabins(make, **changes)).status is Status.PASSED


@pytest.mark.parametrize(
    "changes",
    [
        {"transformers": ("SimpleImputer", "TargetEncoder")},
        {"parameters": (("prep__cat__min_frequency", "10"),)},
        {"name": "CatBoostClassifier", "module": "catboost.core"},
    ],
)
def test_levels_that_are_put_together_pass(changes, judge, make):
    record = cabins(make, estimator=make.estimator(**changes))
    assert judge("high-cardinality-feature", record).status is Status.PASSED


def test_levels_seen_once_in_a_part_of_the_rows_are_inconclusive(judge, make):
    assert judge("high-cardinality-feature", cabins(make, rows=2_000)).status is Status.FLAGGED
    verdict = judge("high-cardinality-feature", cabins(make, rows=2_001))
    assert verdict.status is Status.INCONCLUSIVE
    assert "value_counts" in verdict.message


def test_an_identifier_is_the_cause(make):
    record = cabins(make, levels=990, single=985, mean_words=1.0)
    outcomes = {outcome.check: outcome for outcome in run_checks(record).outcomes}
    assert outcomes["high-cardinality-feature"].explained_by == "id-like-feature"


def test_numbers_are_no_levels(judge, make):
    column = make.column("size", ColumnKind.INTEGER, distinct=900, singletons=900)
    assert judge("high-cardinality-feature", make.record(train=make.profile(column))).status is Status.PASSED
    assert judge("high-cardinality-feature", make.record(train=None)).status is Status.NOT_APPLICABLE
