from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import ResamplingFacts, SplitFacts
from mlflow_pitfalls.model.values import Task

AFTER_SPLIT = ResamplingFacts(
    sampler="SMOTE", rows_before=700, rows_after=1000, before_split=False, held_out_resampled=False
)


def test_drift_is_flagged_by_probability_and_effect(judge, make):
    drifted = make.drift("year", p_value=1e-8, effect=0.4)
    verdict = judge("train-test-drift", make.record(drift=(drifted, make.drift())))
    assert verdict.status is Status.FLAGGED
    assert "'year'" in verdict.message and "0.40" in verdict.message


@pytest.mark.parametrize(("p_value", "effect"), [(1e-8, 0.09), (0.02, 0.4)])
def test_drift_needs_both(p_value, effect, judge, make):
    record = make.record(drift=(make.drift(p_value=p_value, effect=effect),))
    assert judge("train-test-drift", record).status is Status.PASSED


def test_drift_of_the_target_needs_more_and_comes_first(judge, make):
    def target(effect: float):
        return make.drift("y", p_value=1e-8, effect=effect, is_target=True)

    assert judge("train-test-drift", make.record(drift=(target(0.14),))).status is Status.PASSED
    both = make.record(drift=(make.drift("year", p_value=1e-8, effect=0.9), target(0.16)))
    verdict = judge("train-test-drift", both)
    assert verdict.message.startswith("The target differs")
    assert verdict.evidence.threshold == 0.15


def test_drift_is_corrected_over_columns(judge, make):
    one = make.drift("a", p_value=0.005, effect=0.2)
    others = tuple(make.drift(f"c{i}", p_value=0.9, effect=0.2) for i in range(50))
    assert judge("train-test-drift", make.record(drift=(one,))).status is Status.FLAGGED
    assert judge("train-test-drift", make.record(drift=(one, *others))).status is Status.PASSED


def test_two_halves_of_one_table_do_not_drift(judge, make):
    rng = np.random.default_rng(0)
    flagged = 0
    for _ in range(40):
        sides = rng.normal(size=(2, 60, 10))
        facts = tuple(
            make.drift(f"c{i}", p_value=float(stats.ks_2samp(sides[0, :, i], sides[1, :, i]).pvalue), effect=0.5)
            for i in range(10)
        )
        flagged += judge("train-test-drift", make.record(drift=facts)).status is Status.FLAGGED
    assert flagged <= 2


def test_drift_of_a_resampled_side_is_on_purpose(judge, make):
    drifted = (make.drift(p_value=1e-8, effect=0.4),)
    record = make.record(drift=drifted, resamplings=(AFTER_SPLIT,))
    assert judge("train-test-drift", record).status is Status.NOT_APPLICABLE
    assert judge("train-test-drift", make.record(drift=())).status is Status.NOT_APPLICABLE


def test_remedies_stratify_classes_only(judge, make):
    drifted = (make.drift(p_value=1e-8, effect=0.4),)
    regression = judge("train-test-drift", make.record(drift=drifted, task=Task.REGRESSION))
    assert "stratify" not in regression.remedies[0].code
    assert "stratify" in judge("train-test-drift", make.record(drift=drifted)).remedies[0].code


def test_a_split_by_hand_is_not_told_to_shuffle_first(judge, make):
    drifted = (make.drift(p_value=1e-8, effect=0.4),)
    by_date = SplitFacts(method="", recognised_by="fingerprint", train_rows=700, held_out_rows=300)
    verdict = judge("train-test-drift", make.record(drift=drifted, split=by_date))
    assert "TimeSeriesSplit" in verdict.remedies[0].code
    assert "Shuffle" not in verdict.message
