from __future__ import annotations

from dataclasses import replace

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import ImbalanceTrialFacts, ResamplingFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Task

SAMPLER = ResamplingFacts(
    sampler="SMOTE", rows_before=600, rows_after=1000, before_split=False, held_out_resampled=False
)
FOREST = {"name": "RandomForestClassifier", "family": "forest"}


def sampled(make, train: float, held_out: float, rows: int = 100, estimator: dict | None = None, **changes):
    rare = replace(
        make.recall("class 1", rows, held_out),
        train_recall=Estimate(value=train, interval=Interval(low=train - 0.02, high=train), rows=500),
    )
    defaults = {
        "classes": (make.recall("class 0", 900, 0.98), rare),
        "held_out": make.profile(role=Role.HELD_OUT, target=make.target(900, rows)),
        "resamplings": (SAMPLER,),
        "fit": make.fit(estimator=make.estimator(**(estimator or {}))),
    }
    return make.record(**{**defaults, **changes})


def test_a_tree_that_learned_the_copies_is_flagged(judge, make):
    verdict = judge("oversampling-overfit", sampled(make, 1.0, 0.5))
    assert verdict.status is Status.FLAGGED
    assert "recall of 'class 1' after SMOTE: train 1.00, test 0.50" in verdict.message
    assert "class_weight" in verdict.remedies[0].code


def test_a_sampler_inside_of_the_pipeline_counts(judge, make):
    inside = {"steps": ("Pipeline", "RandomOverSampler", "DecisionTreeClassifier")}
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.5, estimator=inside, resamplings=())).status is (
        Status.FLAGGED
    )


def test_a_narrow_gap_passes_and_an_uncertain_one_is_inconclusive(judge, make):
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.86)).status is Status.PASSED
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.78)).status is Status.INCONCLUSIVE
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.5, rows=9)).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("change", "status"), [(-0.05, Status.FLAGGED), (0.05, Status.PASSED), (0, Status.INCONCLUSIVE)]
)
def test_a_trial_decides_for_a_forest(change, status, judge, make):
    trial = ImbalanceTrialFacts(
        remedy="SMOTE", rows=600, folds=5, balanced_accuracy_change=make.estimate(change, 0.02, 600)
    )
    record = sampled(make, 1.0, 0.5, estimator=FOREST, imbalance_trials=(trial,))
    assert judge("oversampling-overfit", record).status is status
    untried = judge("oversampling-overfit", sampled(make, 1.0, 0.5, estimator=FOREST))
    assert untried.status is Status.INCONCLUSIVE


def test_without_over_sampling_it_is_not_applicable(judge, make):
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.5, resamplings=())).status is Status.NOT_APPLICABLE
    under = replace(SAMPLER, rows_before=5000)
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.5, resamplings=(under,))).status is Status.NOT_APPLICABLE
    assert judge("oversampling-overfit", sampled(make, 1.0, 0.5, classes=())).status is Status.NOT_APPLICABLE
    assert judge("oversampling-overfit", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE
