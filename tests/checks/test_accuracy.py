from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import AlternativeFitFacts, ResamplingFacts
from mlflow_pitfalls.model.values import Severity


def judged(judge, make, train=1.0, held_out=0.8, *, estimator=None, alternatives=(), **score):
    fit = make.fit(estimator=estimator or make.estimator())
    record = make.record(fit=fit, scores=(make.score(train, held_out, **score),), alternatives=alternatives)
    return judge("overfit", record)


def simpler(make, gain: float, half: float = 0.01, **changes):
    facts = {"kind": "simpler", "description": "min_samples_leaf=20", "source": "probe", "metric": "roc_auc"}
    return AlternativeFitFacts(
        **{**facts, **changes}, score=make.estimate(0.8 + gain, 0.01), gain=make.estimate(gain, half)
    )


def test_a_wide_gap_of_a_single_model_is_flagged(judge, make):
    verdict = judged(judge, make)
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.HIGH)
    assert verdict.message == (
        "roc_auc: train 1.00, test 0.80 (gap 0.20, 95 % CI 0.19–0.21, 1 000 test rows): try min_samples_leaf=5."
    )


def test_the_message_names_the_change_and_the_remedies_hold_its_code(judge, make):
    estimator = make.estimator(parameter_prefix="clf__")
    verdict = judged(judge, make, estimator=estimator)
    assert verdict.message.endswith("try min_samples_leaf=5.")
    codes = [remedy.code for remedy in verdict.remedies]
    assert codes[0] == "model.set_params(clf__min_samples_leaf=5)"
    assert (
        'validation_curve(model, X_train, y_train, param_name="clf__min_samples_leaf", param_range=[1, 5, 25])' in codes
    )


def test_plain_least_squares_is_told_to_penalise(judge, make):
    estimator = make.estimator("LinearRegression", "linear", tunable=("fit_intercept",), parameter_prefix="reg__")
    verdict = judged(judge, make, estimator=estimator)
    assert verdict.message.endswith("try ridge regression.")
    assert verdict.remedies[0].code.startswith("model.set_params(reg=make_pipeline(StandardScaler(), RidgeCV(")


def test_the_interval_of_the_gap_decides(judge, make):
    # The gap is 0.20 in the metric, 0.40 in skill, each time; the interval in skill reaches to 0.16 and 0.14.
    assert judged(judge, make, half=0.12).status is Status.FLAGGED
    assert judged(judge, make, half=0.13).status is Status.INCONCLUSIVE


def test_a_training_score_of_one_alone_is_not_overfitting(judge, make):
    assert judged(judge, make, 1.0, 0.95).status is Status.PASSED
    assert judged(judge, make, 0.999, 0.95).status is Status.PASSED


def test_a_gap_that_may_be_chance_asks_for_rows(judge, make):
    verdict = judged(judge, make, 0.9, 0.75, half=0.13, rows=40)
    assert verdict.status is Status.INCONCLUSIVE
    assert "may be chance" in verdict.message


def test_between_the_bounds_a_simpler_fit_would_tell(judge, make):
    verdict = judged(judge, make, 0.96, 0.86, half=0.03)
    assert verdict.status is Status.INCONCLUSIVE
    assert "min_samples_leaf" in verdict.message


def test_a_better_simpler_fit_is_evidence_of_cost(judge, make):
    narrow = judged(judge, make, 0.96, 0.86, half=0.03, alternatives=(simpler(make, 0.03),))
    assert (narrow.status, narrow.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert "min_samples_leaf=20 scores 0.83, 0.03 better" in narrow.message
    assert judged(judge, make, alternatives=(simpler(make, 0.03),)).severity is Severity.HIGH
    line = judged(judge, make, alternatives=(simpler(make, 0.03),)).remedies[0].code
    assert line == "model.set_params(min_samples_leaf=20)"  # another one than the check would propose by itself


def test_the_change_that_scores_better_comes_first(judge, make):
    two = (simpler(make, 0.03, description="max_depth=4"), simpler(make, 0.0))
    codes = [remedy.code for remedy in judged(judge, make, alternatives=two).remedies]
    assert codes[0] == "model.set_params(max_depth=4)" and "model.set_params(min_samples_leaf=5)" in codes
    linear = judged(judge, make, alternatives=(simpler(make, 0.03, kind="linear", description="RidgeCV"),))
    assert "RidgeCV" in linear.remedies[0].code


def test_a_gain_that_may_be_chance_or_of_few_rows_leaves_it_as_it_was(judge, make):
    for fit in (simpler(make, 0.02, 0.03), simpler(make, 0.03, rows=499)):
        assert judged(judge, make, alternatives=(fit,)).severity is Severity.HIGH
        forest = make.estimator("RandomForestClassifier", "forest")
        verdict = judged(judge, make, estimator=forest, alternatives=(fit,))
        assert verdict.status is Status.INCONCLUSIVE and "may be chance" in verdict.message


def test_a_linear_model_that_does_no_better_clears_nothing(judge, make):
    linear = simpler(make, -0.05, kind="linear")
    assert judged(judge, make, alternatives=(linear,)).status is Status.FLAGGED


def test_no_better_simpler_fit_clears_even_a_wide_gap(judge, make):
    assert judged(judge, make, alternatives=(simpler(make, 0.005),)).status is Status.PASSED
    assert judged(judge, make, alternatives=(simpler(make, 0.0, metric="accuracy"),)).status is Status.FLAGGED


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("RandomForestClassifier", "forest"),
        ("XGBClassifier", "boosting"),
        ("LogisticRegression", "linear"),
        ("SVC", "svm"),
        ("KNeighborsClassifier", "neighbors"),
        ("MLPClassifier", "network"),
        ("MyModel", "other"),
    ],
)
def test_a_wide_gap_alone_proves_nothing_of_other_models(name, family, judge, make):
    verdict = judged(judge, make, estimator=make.estimator(name, family))
    assert verdict.status is Status.INCONCLUSIVE
    assert "no proof in such models" in verdict.message
    better = judged(judge, make, estimator=make.estimator(name, family), alternatives=(simpler(make, 0.03),))
    assert better.status is Status.FLAGGED


@pytest.mark.parametrize(
    ("name", "family"),
    [("DecisionTreeRegressor", "tree"), ("LinearRegression", "linear")],
)
def test_models_that_memorise_are(name, family, judge, make):
    assert judged(judge, make, estimator=make.estimator(name, family)).severity is Severity.HIGH


@pytest.mark.parametrize(("neighbours", "costs"), [("1", True), ("3", False)])
def test_of_neighbours_only_a_single_one_memorises(neighbours, costs, judge, make):
    settings = (("knn__n_neighbors", neighbours),)
    estimator = make.estimator("KNeighborsClassifier", "neighbors", parameters=settings, parameter_prefix="knn__")
    assert judged(judge, make, estimator=estimator).status is (Status.FLAGGED if costs else Status.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("name", "parameters", "pushed"),
    [
        ("GradientBoostingClassifier", {"max_depth": "8"}, True),
        ("GradientBoostingClassifier", {"max_depth": "None"}, True),
        ("GradientBoostingClassifier", {"n_estimators": "500"}, True),
        ("GradientBoostingClassifier", {"n_estimators": "500", "learning_rate": "0.02"}, False),
        ("GradientBoostingClassifier", {"max_depth": "4"}, False),
        ("HistGradientBoostingClassifier", {"min_samples_leaf": "2"}, True),
        ("XGBClassifier", {"max_depth": "12"}, True),
        ("LGBMClassifier", {"num_leaves": "255"}, True),
    ],
)
def test_boosting_pushed_towards_complexity_counts(name, parameters, pushed, judge, make):
    settings = tuple((f"clf__{key}", value) for key, value in parameters.items())
    estimator = make.estimator(name, "boosting", parameters=settings, parameter_prefix="clf__")
    verdict = judged(judge, make, estimator=estimator)
    assert verdict.status is (Status.FLAGGED if pushed else Status.INCONCLUSIVE)
    if pushed:
        key, value = next(iter(parameters.items()))
        assert f"{key}={value}" in verdict.message


def test_metrics_without_a_range_are_judged_in_skill(judge, make):
    errors = {"metric": "neg_mean_squared_error", "perfect": 0.0, "worst": None, "dummy": -6000.0}
    assert judged(judge, make, -500.0, -3000.0, half=300.0, **errors).status is Status.FLAGGED
    assert judged(judge, make, -2900.0, -3000.0, half=100.0, **errors).status is Status.PASSED
    r2 = {"metric": "r2", "worst": None, "dummy": -0.01}
    assert judged(judge, make, 0.99, 0.6, half=0.05, **r2).status is Status.FLAGGED


def test_resampled_training_rows_are_no_yardstick(judge, make):
    after = ResamplingFacts(
        sampler="SMOTE", rows_before=700, rows_after=1000, before_split=False, held_out_resampled=False
    )
    record = make.record(scores=(make.score(1.0, 0.8),), resamplings=(after,))
    assert judge("overfit", record).status is Status.INCONCLUSIVE


def test_one_side_only_is_not_applicable(judge, make):
    assert judged(judge, make, train=None).status is Status.NOT_APPLICABLE
    assert judged(judge, make, held_out=None).status is Status.NOT_APPLICABLE
    assert judge("overfit", make.record(scores=())).status is Status.NOT_APPLICABLE


def test_the_users_threshold_counts(judge, make):
    record = make.record(scores=(make.score(1.0, 0.8),))
    assert judge("overfit", record, wide_gap=0.5).status is Status.INCONCLUSIVE
    assert judge("overfit", record, min_gap=0.3).status is Status.PASSED
