from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import AlternativeFitFacts


def judged(judge, make, train=0.60, held_out=0.59, *, estimator=None, half=0.01, **changes):
    fit = make.fit(estimator=estimator or make.estimator("LogisticRegression", "linear", tunable=("C", "max_iter")))
    record = make.record(
        fit=fit, scores=(make.score(train, held_out, half=half),), **{"single_features": (), **changes}
    )
    return judge("underfit", record)


def test_a_single_column_that_does_better_is_evidence(judge, make):
    verdict = judged(judge, make, single_features=(make.single("x", 0.7),))
    assert verdict.status is Status.FLAGGED
    assert "'x' alone reaches skill 0.70" in verdict.message
    assert verdict.message.endswith("try C=10.")
    assert verdict.remedies[0].code == "model.set_params(C=10)"


def test_without_a_setting_to_move_another_model_is_named(judge, make):
    plain = make.estimator("LinearRegression", "linear", tunable=("fit_intercept",))
    verdict = judged(judge, make, estimator=plain, single_features=(make.single("x", 0.7),))
    assert verdict.message.endswith("try gradient boosting.")


def test_a_column_that_does_no_better_is_none(judge, make):
    assert judged(judge, make, single_features=(make.single("x", 0.18, 0.01),)).status is Status.INCONCLUSIVE
    other_metric = make.single("x", 0.7, metric="accuracy")
    assert judged(judge, make, single_features=(other_metric,)).status is Status.INCONCLUSIVE


def test_a_setting_that_holds_the_model_back_is_evidence(judge, make):
    tight = make.estimator("LogisticRegression", "linear", tunable=("C",), parameters=(("C", "0.0001"),))
    verdict = judged(judge, make, estimator=tight)
    assert verdict.status is Status.FLAGGED
    assert "C=0.0001" in verdict.message
    stump = make.estimator(parameters=(("max_depth", "1"),))
    assert judged(judge, make, estimator=stump).status is Status.FLAGGED
    loose = make.estimator("LogisticRegression", "linear", tunable=("C",), parameters=(("C", "0.1"),))
    assert judged(judge, make, estimator=loose).status is Status.INCONCLUSIVE


def test_a_better_richer_fit_is_evidence(judge, make):
    richer = AlternativeFitFacts(
        kind="richer",
        description="HistGradientBoostingClassifier",
        source="probe",
        metric="roc_auc",
        score=make.estimate(0.8),
        gain=make.estimate(0.2),
    )
    assert judged(judge, make, alternatives=(richer,)).status is Status.FLAGGED


def test_enough_skill_or_a_gap_passes(judge, make):
    column = (make.single("x", 0.99),)
    assert judged(judge, make, 0.645, 0.63, single_features=column).status is Status.PASSED
    assert judged(judge, make, 0.635, 0.63, single_features=column).status is Status.FLAGGED
    assert judged(judge, make, 0.63, 0.53, single_features=column).status is Status.PASSED


def test_without_intervals_it_is_not_applicable(judge, make):
    assert judged(judge, make, half=None).status is Status.NOT_APPLICABLE
    assert judge("underfit", make.record(scores=())).status is Status.NOT_APPLICABLE
