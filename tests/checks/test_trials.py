from __future__ import annotations

from dataclasses import replace

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EvaluationFacts, ImbalanceTrialFacts
from mlflow_pitfalls.model.values import Role


def trial(make, remedy: str, gain: float | None = None, half: float = 0.03, **changes):
    change = None if gain is None else make.estimate(gain, half)
    return ImbalanceTrialFacts(
        remedy=remedy,
        rows=1000,
        folds=5,
        balanced_accuracy=make.estimate(0.62 + (gain or 0.0)),
        balanced_accuracy_change=change,
        **{"code": f"use({remedy!r})" if gain is not None else "", **changes},
    )


def tried(make, *trials):
    return make.record(
        train=make.profile(target=make.target(1000, 60)), imbalance_trials=(trial(make, "nothing"), *trials)
    )


def test_the_remedy_that_gained_most_comes_first(judge, make):
    record = tried(make, trial(make, "SMOTE", 0.06), trial(make, "class_weight", 0.16), trial(make, "threshold", 0.11))
    verdict = judge("class-imbalance", record)
    assert verdict.status is Status.FLAGGED
    assert "weighting the classes: balanced accuracy 0.62 → 0.78 (change 0.16, 95 % CI 0.13–0.19)" in verdict.message
    assert [remedy.code for remedy in verdict.remedies[:3]] == [
        "use('class_weight')",
        "use('threshold')",
        "use('SMOTE')",
    ]


def test_what_certainly_gains_nothing_is_no_remedy_where_another_gains(judge, make):
    useless, unsure = trial(make, "threshold", 0.0, half=0.01), trial(make, "SMOTE", 0.0, half=0.05)
    codes = [
        [remedy.code for remedy in judge("class-imbalance", tried(make, *trials)).remedies]
        for trials in ((trial(make, "class_weight", 0.16), useless, unsure), (unsure, useless))
    ]
    assert codes[0][:2] == ["use('class_weight')", "use('SMOTE')"]
    assert "use('threshold')" not in codes[0]
    assert "use('threshold')" in codes[1]


def test_of_two_that_gain_alike_the_better_ranking_comes_first(judge, make):
    blunt = trial(make, "RandomUnderSampler", 0.105, average_precision_change=make.estimate(-0.03, 0.05))
    sharp = trial(make, "threshold", 0.1, average_precision_change=make.estimate(0.0, 0.0))
    verdict = judge("class-imbalance", tried(make, blunt, sharp))
    assert verdict.remedies[0].code == "use('threshold')"


def test_a_remedy_that_ranks_rows_worse_comes_last(judge, make):
    worse = trial(make, "RandomUnderSampler", 0.2, average_precision_change=make.estimate(-0.05, 0.02))
    verdict = judge("class-imbalance", tried(make, worse, trial(make, "class_weight", 0.06)))
    assert verdict.remedies[0].code == "use('class_weight')"
    assert verdict.remedies[1].code == "use('RandomUnderSampler')"


def test_remedies_that_gain_nothing_leave_no_flag(judge, make):
    nothing = [trial(make, name, 0.01) for name in ("class_weight", "threshold", "SMOTE")]
    verdict = judge("class-imbalance", tried(make, *nothing))
    assert verdict.status is Status.PASSED
    assert "3 remedies" in verdict.message


@pytest.mark.parametrize("other", [{"error": "ValueError"}, {"error": "budget"}])
def test_what_was_not_tried_to_the_end_is_no_evidence(other, judge, make):
    left = replace(trial(make, "SMOTE"), **other)
    verdict = judge("class-imbalance", tried(make, trial(make, "class_weight", 0.01), left))
    assert verdict.status is Status.FLAGGED
    assert "Tried by" not in verdict.message
    assert "class_weight" in verdict.remedies[0].code


def test_the_paradox_names_the_best_remedy_too(judge, make):
    record = replace(
        tried(make, trial(make, "threshold", 0.15)),
        evaluations=(EvaluationFacts(metric="accuracy_score", role=Role.HELD_OUT, rows=1000, value=0.9),),
        scores=(make.score(metric="accuracy", held_out=0.905, dummy=0.9, rows=1000),),
        held_out=make.profile(role=Role.HELD_OUT, target=make.target(900, 100)),
        classes=(make.recall("class 1", 100, 0.1),),
    )
    verdict = judge("accuracy-paradox", record)
    assert verdict.status is Status.FLAGGED
    assert "tuning the decision threshold: balanced accuracy 0.62 → 0.77" in verdict.message
    assert verdict.remedies[1].code == "use('threshold')"
