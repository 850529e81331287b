import math

import numpy as np
import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.scan.curves import judge_divergence, judge_onset, judge_plateau

REPETITIONS = 50


def test_a_held_out_loss_that_turns_is_flagged_where_it_turned(logged, curves):
    found = judge_onset(logged(curves=curves(turns=0.8)))
    assert (found.status, found.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert found.evidence.interval.low > found.evidence.threshold
    step = int(found.message.split("around step ")[1].split()[0])
    assert 35 <= step <= 55


def test_boosting_turns_after_its_first_rounds(logged):
    """Its held-out loss is best early; curves of a real model."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.metrics import log_loss
    from sklearn.model_selection import train_test_split

    x, y = load_breast_cancer(return_X_y=True)
    noisy = np.where(np.random.default_rng(0).random(len(y)) > 0.15, y, 1 - y)
    train, test, y_train, y_test = train_test_split(x[:, :5], noisy, random_state=0)
    model = GradientBoostingClassifier(n_estimators=150, learning_rate=0.3, random_state=0).fit(train, y_train)
    told = {
        f"{name}-logloss": [log_loss(truth, answer) for answer in model.staged_predict_proba(rows)]
        for name, rows, truth in (("train", train, y_train), ("valid", test, y_test))
    }
    assert judge_onset(logged(curves=told)).status is Status.FLAGGED


def test_scores_turn_downwards(logged, curves):
    turning = {key.replace("loss", "accuracy"): 1 - values for key, values in curves(turns=0.8).items()}
    assert judge_onset(logged(curves=turning)).status is Status.FLAGGED


def test_a_loss_that_only_falls_passes(logged, curves):
    assert judge_onset(logged(curves=curves())).status is Status.PASSED


def test_where_the_training_side_turns_as_well_it_is_no_overfit(logged, curves):
    both = curves(turns=0.8)
    both["loss"] = both["val_loss"] - 0.1
    assert judge_onset(logged(curves=both)).status is Status.PASSED


def test_short_curves_and_single_sides_do_not_apply(logged, curves):
    short = {key: values[:10] for key, values in curves(turns=0.8).items()}
    assert judge_onset(logged(curves=short)).status is Status.NOT_APPLICABLE
    one = {"val_loss": curves()["val_loss"]}
    assert judge_onset(logged(curves=one)).status is Status.NOT_APPLICABLE


def test_noise_is_seldom_flagged(logged, curves):
    """Curves without any turn, and a held-out side that never learns."""
    flags = 0
    for seed in range(REPETITIONS):
        generator = np.random.default_rng(seed)
        flat = {"loss": np.linspace(1, 0.5, 100), "val_loss": generator.normal(1, 0.05, 100)}
        for made in (curves(seed=seed, noise=0.1), flat):
            run = logged(curves=made)
            flags += sum(judge(run).status is Status.FLAGGED for judge in (judge_onset, judge_divergence)) + (
                made is flat and judge_plateau(run).status is Status.FLAGGED
            )
    assert flags <= 0.02 * 2 * REPETITIONS


def test_steps_that_gain_nothing_are_a_hint(logged, curves):
    found = judge_plateau(logged(curves=curves(speed=15.0, noise=0.01)))
    assert (found.status, found.severity) == (Status.FLAGGED, Severity.LOW)
    assert judge_plateau(logged(curves=curves(speed=2.0, noise=0.01))).status is Status.PASSED


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_any_more_has_diverged(logged, value):
    found = judge_divergence(logged(curves={"train_loss": [1.0, 0.8, 5.0, value, value]}))
    assert (found.status, found.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert "step 3" in found.message


def test_one_missing_value_is_no_divergence(logged):
    assert judge_divergence(logged(curves={"loss": [1.0, math.nan, 0.5]})).status is Status.PASSED


def test_a_loss_that_ends_higher_than_it_began_has_diverged(logged):
    found = judge_divergence(logged(curves={"loss": np.exp(np.arange(40) / 10)}))
    assert found.status is Status.FLAGGED
    assert found.evidence.value > found.evidence.threshold


def test_no_training_loss(logged, curves):
    held_out = {"val_loss": curves()["val_loss"], "accuracy": np.linspace(0, 1, 30)}
    assert judge_divergence(logged(curves=held_out)).status is Status.NOT_APPLICABLE
