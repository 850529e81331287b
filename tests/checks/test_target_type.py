from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ClassCount, TargetProfile
from mlflow_pitfalls.model.values import Severity, Task


def classified(make, *counts: int, is_integer: bool = True, **estimator):
    """A classifier on classes with these rows each."""
    classes = tuple(ClassCount(label=f"class {i}", count=rows) for i, rows in enumerate(sorted(counts, reverse=True)))
    target = TargetProfile(
        name="y",
        task=Task.MULTICLASS,
        rows=sum(counts),
        distinct=len(counts),
        is_integer=is_integer,
        classes=classes[:1000],
    )
    fit = make.fit(estimator=make.estimator(**{"kind": "classifier", **estimator}))
    return make.record(fit=fit, train=make.profile(target=target, rows=sum(counts), sampled_rows=sum(counts)))


def regressed(make, distinct: int, *, rows: int = 1000, sampled: int = 1000, estimator=None, **changes):
    """A regressor on a target of so many values."""
    defaults = {"is_integer": True, "minimum": 0.0, "maximum": 1.0, "mean": 0.5, "std": 0.5}
    target = TargetProfile(name="y", task=Task.REGRESSION, rows=rows, distinct=distinct, **{**defaults, **changes})
    fit = make.fit(estimator=estimator or make.estimator("RandomForestRegressor", "forest", kind="regressor"))
    return make.record(
        task=Task.REGRESSION, fit=fit, train=make.profile(target=target, rows=rows, sampled_rows=sampled)
    )


def test_a_quantity_given_to_a_classifier_is_flagged(judge, make):
    verdict = judge("target-type-mismatch", classified(make, *[1] * 100, *[2] * 80))
    assert verdict.status is Status.FLAGGED
    assert "180 classes in 260 training rows" in verdict.message
    assert verdict.remedies[0].code == "model = DecisionTreeRegressor()"


def test_classes_that_are_not_all_listed_count(judge, make):
    assert judge("target-type-mismatch", classified(make, *[1] * 3000)).status is Status.FLAGGED


@pytest.mark.parametrize(
    "counts",
    [
        [7] * 40,  # forty faces: 14 % distinct, and no class alone
        [1] * 20,  # few classes
        [1] * 19 + [2] * 81,  # 19 % of the classes alone
        [1] * 30 + [100] * 5,  # 6 % distinct
    ],
)
def test_honest_classes_pass(counts, judge, make):
    assert judge("target-type-mismatch", classified(make, *counts)).status is Status.PASSED


def test_names_as_classes_are_flagged_where_most_rows_have_their_own(judge, make):
    assert judge("target-type-mismatch", classified(make, *[1] * 60, is_integer=False)).status is Status.FLAGGED
    rare = classified(make, *[1] * 30, *[2] * 31, is_integer=False, name="SVC")
    assert judge("target-type-mismatch", rare).status is Status.FLAGGED
    assert judge("target-type-mismatch", rare).remedies[0].code == "model = SVR()"
    common = classified(make, *[1] * 30, *[4] * 30, is_integer=False)
    assert judge("target-type-mismatch", common).status is Status.PASSED


def test_a_constant_target_is_flagged(judge, make):
    assert judge("target-type-mismatch", classified(make, 500)).severity is Severity.HIGH
    assert judge("target-type-mismatch", regressed(make, 1, std=0.0, maximum=0.0)).severity is Severity.HIGH
    rare = regressed(make, 1, std=0.01, rows=10**6)
    assert judge("target-type-mismatch", rare).status is not Status.FLAGGED


def test_a_regressor_of_yes_and_no_is_flagged(judge, make):
    verdict = judge("target-type-mismatch", regressed(make, 2))
    assert verdict.severity is Severity.HIGH
    assert verdict.remedies[0].code == "model = RandomForestClassifier()"


def test_two_values_of_a_sample_must_be_all_there_are(judge, make):
    exact = regressed(make, 2, rows=100_000, std=0.5 * (1 + 0.5 / 99_999))
    assert judge("target-type-mismatch", exact).status is Status.FLAGGED
    between = regressed(make, 2, rows=100_000, std=0.499)
    assert judge("target-type-mismatch", between).status is Status.INCONCLUSIVE
    unknown = regressed(make, 2, rows=100_000, minimum=None, maximum=None)
    assert judge("target-type-mismatch", unknown).status is Status.INCONCLUSIVE


def test_grades_are_mentioned_and_counts_are_not(judge, make):
    assert judge("target-type-mismatch", regressed(make, 10)).severity is Severity.LOW
    assert judge("target-type-mismatch", regressed(make, 11)).status is Status.PASSED
    assert judge("target-type-mismatch", regressed(make, 3, is_integer=False)).status is Status.PASSED
    poisson = make.estimator("PoissonRegressor", "linear", kind="regressor")
    assert judge("target-type-mismatch", regressed(make, 5, estimator=poisson)).status is Status.PASSED
    boosted = make.estimator(
        "HistGradientBoostingRegressor", "boosting", kind="regressor", parameters=(("loss", "poisson"),)
    )
    assert judge("target-type-mismatch", regressed(make, 5, estimator=boosted)).status is Status.PASSED


def test_other_estimators_and_dummies_are_left_alone(judge, make):
    for estimator in ({"kind": ""}, {"family": "dummy"}):
        assert judge("target-type-mismatch", classified(make, *[1] * 100, **estimator)).status is Status.NOT_APPLICABLE
    assert judge("target-type-mismatch", make.record(train=make.profile(target=None))).status is Status.NOT_APPLICABLE
