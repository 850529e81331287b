from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ColumnKind, ColumnPair


def paired(make, *correlations: float, rows: int = 1000, estimator=None):
    names = ["size", "weight", "age"]
    pairs = tuple(
        ColumnPair(first="size", second=name, correlation=value, rows=rows)
        for name, value in zip(names[1:], correlations, strict=False)
    )
    fit = make.fit(estimator=estimator or make.estimator())
    return make.record(fit=fit, train=make.profile(collinear=pairs))


def test_equal_columns_are_flagged(judge, make):
    verdict = judge("collinear-features", paired(make, 0.995, -0.99))
    assert verdict.status is Status.FLAGGED
    assert "0.995 (95 % CI 0.994–0.996" in verdict.message
    assert verdict.remedies[0].code == "X_train = X_train.drop(columns=['weight', 'age'])"


@pytest.mark.parametrize(
    ("correlation", "rows", "status"),
    [
        (0.981, 1000, Status.PASSED),  # the interval reaches below
        (0.985, 1000, Status.FLAGGED),
        (0.99, 30, Status.PASSED),
        (1.0, 30, Status.FLAGGED),
        (-1.0, 30, Status.FLAGGED),
        (1.0, 3, Status.PASSED),
    ],
)
def test_the_interval_decides(correlation, rows, status, judge, make):
    assert judge("collinear-features", paired(make, correlation, rows=rows)).status is status


def test_a_penalty_is_a_remedy_of_linear_models(judge, make):
    linear = make.estimator("LinearRegression", "linear")
    assert len(judge("collinear-features", paired(make, 1.0, estimator=linear)).remedies) == 2
    assert len(judge("collinear-features", paired(make, 1.0)).remedies) == 1


def test_one_numeric_column_has_no_pairs(judge, make):
    columns = (make.column(), make.column("city", ColumnKind.CATEGORICAL))
    record = make.record(train=make.profile(*columns))
    assert judge("collinear-features", record).status is Status.NOT_APPLICABLE
    assert judge("collinear-features", make.record()).status is Status.PASSED
