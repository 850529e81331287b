"""Which trials end after some of their folds."""

from __future__ import annotations

import math

import optuna
import pytest
from optuna.trial import TrialState, create_trial

from mlflow_pitfalls.tuning.study.pruning import FEWEST_OTHERS, Z, pruner

BEST = (0.80, 0.82, 0.84, 0.86, 0.88)
# Differences to the best of the others: every one has a standard deviation of 0.01 over its folds.
PATTERN = tuple(0.01 * each for each in (1.0, 1.0, -1.0, -1.0, 0.0))


def complete(scores):
    return create_trial(
        state=TrialState.COMPLETE, value=sum(scores) / len(scores), intermediate_values=dict(enumerate(scores))
    )


@pytest.fixture
def study():
    made = optuna.create_study(direction="maximize", pruner=pruner())
    made.add_trial(complete(BEST))
    for behind in range(1, FEWEST_OTHERS + 1):
        made.add_trial(complete([best - 0.02 * behind + by for best, by in zip(BEST, PATTERN, strict=True)]))
    return made


def ends(study, scores):
    trial = study.ask()
    for fold, score in enumerate(scores):
        trial.report(score, fold)
    return trial.should_prune()


def limit(folds):
    return Z * 0.01 * math.sqrt(1 / folds - 1 / len(BEST))


@pytest.mark.parametrize("folds", [1, 2, 4])
def test_a_trial_far_below_the_best_ends_and_one_just_above_the_limit_goes_on(study, folds):
    assert ends(study, [best - limit(folds) - 0.001 for best in BEST[:folds]])
    assert not ends(study, [best - limit(folds) + 0.001 for best in BEST[:folds]])


def test_folds_are_compared_with_the_same_folds(study):
    assert not ends(study, BEST[:1])  # far below the best trial's mean, and as good as it on this fold


def test_no_trial_ends_before_the_spread_is_known():
    study = optuna.create_study(direction="maximize", pruner=pruner())
    study.add_trial(complete(BEST))
    for _ in range(FEWEST_OTHERS):
        study.add_trial(complete(BEST))  # which does the same, and has no differences
    assert not ends(study, [0.0])


def test_nothing_ends_without_a_score(study):
    assert not ends(study, [])
