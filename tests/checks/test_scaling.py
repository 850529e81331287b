from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ColumnKind


def spread(make, name: str, std: float, **changes):
    """A normally distributed column."""
    defaults = {
        "std": std,
        "minimum": -3 * std,
        "maximum": 3 * std,
        "quantiles": ((0.25, -0.6745 * std), (0.5, 0.0), (0.75, 0.6745 * std)),
    }
    return make.column(name, **{**defaults, **changes})


def spreads(make, wide, narrow=None, *, name: str = "KNeighborsClassifier", family: str = "neighbors", **estimator):
    columns = (wide, narrow or spread(make, "narrow", 1.0))
    fit = make.fit(estimator=make.estimator(name, family, **estimator))
    return make.record(fit=fit, train=make.profile(*columns))


@pytest.mark.parametrize(("std", "status"), [(99.0, Status.PASSED), (101.0, Status.FLAGGED)])
def test_very_different_spreads_are_flagged(std, status, judge, make):
    verdict = judge("unscaled-features", spreads(make, spread(make, "wide", std)))
    assert verdict.status is status
    if status is Status.FLAGGED:
        assert "'wide' spreads 101 times as wide as 'narrow'" in verdict.message


@pytest.mark.parametrize(
    "changes",
    [
        {"quantiles": ((0.25, -1.0), (0.75, 1.0))},  # an outlier makes the standard deviation
        {"minimum": -3.0, "maximum": 3.0},
        {"distinct": 2},
        {"top_count": 950},
        {"kind": ColumnKind.BOOLEAN},
    ],
)
def test_all_measures_of_spread_must_agree(changes, judge, make):
    verdict = judge("unscaled-features", spreads(make, spread(make, "wide", 1000.0, **changes)))
    assert verdict.status in (Status.PASSED, Status.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("name", "family", "changes", "status"),
    [
        ("RandomForestClassifier", "forest", {}, Status.NOT_APPLICABLE),
        ("LinearRegression", "linear", {}, Status.NOT_APPLICABLE),
        ("LogisticRegression", "linear", {"parameters": (("penalty", "None"),)}, Status.NOT_APPLICABLE),
        ("KNeighborsClassifier", "neighbors", {"parameters": (("metric", "cosine"),)}, Status.NOT_APPLICABLE),
        ("MLPClassifier", "network", {"module": "torch"}, Status.NOT_APPLICABLE),
        ("MLPClassifier", "network", {"module": "sklearn.neural_network"}, Status.FLAGGED),
        ("SVC", "svm", {}, Status.FLAGGED),
        ("SVC", "svm", {"scalers": ("RobustScaler",)}, Status.PASSED),
        ("SVC", "svm", {"transformers": ("SimpleImputer",)}, Status.FLAGGED),
        ("SVC", "svm", {"transformers": ("FunctionTransformer",)}, Status.INCONCLUSIVE),
        ("LinearRegression", "linear", {"transformers": ("PCA",)}, Status.FLAGGED),
        ("Lasso", "linear", {}, Status.FLAGGED),
    ],
)
def test_models_that_care_for_scales(name, family, changes, status, judge, make):
    record = spreads(make, spread(make, "wide", 1000.0), name=name, family=family, **changes)
    assert judge("unscaled-features", record).status is status


@pytest.mark.parametrize(
    ("name", "parameters", "narrow", "status"),
    [
        ("Ridge", (), 1.0, Status.PASSED),  # 1 000 / 1 001 kept
        ("Ridge", (("alpha", "1000"),), 1.0, Status.FLAGGED),
        ("Ridge", (), 0.01, Status.FLAGGED),
        ("LogisticRegression", (), 1.0, Status.PASSED),
        ("LogisticRegression", (("C", "0.01"),), 1.0, Status.FLAGGED),
        ("LogisticRegression", (("penalty", "l1"),), 1.0, Status.FLAGGED),
    ],
)
def test_a_penalty_that_takes_little_does_no_harm(name, parameters, narrow, status, judge, make):
    columns = spread(make, "wide", 1000.0 * narrow), spread(make, "narrow", narrow)
    record = spreads(make, *columns, name=name, family="linear", parameters=parameters)
    assert judge("unscaled-features", record).status is status
