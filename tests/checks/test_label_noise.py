from __future__ import annotations

import pytest

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import LabelNoiseFacts, ProbeFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Task


def noisy(make, floor: float = 0.10, half: float = 0.02, **changes):
    defaults = {
        "rows": 1000,
        "suspects": 85,
        "share": Estimate(value=0.106, rows=800),
        "expected_share": 0.01,
        "excess": make.estimate(floor, half),
        "model": "LogisticRegression",
        "skill": make.estimate(0.75, 0.05),
        "error_share": 0.12,
    }
    return make.record(label_noise=LabelNoiseFacts(**{**defaults, **changes}))


def test_labels_that_contradict_the_other_rows_are_flagged(judge, make):
    verdict = judge("label-noise", noisy(make))
    assert verdict.status is Status.FLAGGED
    assert "10 % of the labels (95 % CI 8 % to 12 %)" in verdict.message
    assert "Of 800 rows" in verdict.message
    assert "85 carry another label" in verdict.message
    assert "explain 8" in verdict.message
    assert "cross_val_predict" in verdict.remedies[0].code


@pytest.mark.parametrize(
    ("floor", "half", "status"),
    [
        (0.051, 0.02, Status.FLAGGED),
        (0.049, 0.02, Status.INCONCLUSIVE),
        (0.030, 0.001, Status.PASSED),
        (0.0, 0.005, Status.PASSED),
    ],
)
def test_the_interval_decides(floor, half, status, judge, make):
    assert judge("label-noise", noisy(make, floor, half, error_share=floor)).status is status


def test_hard_rows_are_no_wrong_labels(judge, make):
    hard = judge("label-noise", noisy(make, error_share=0.21))
    assert hard.status is Status.INCONCLUSIVE
    assert "hard rows" in hard.message
    assert judge("label-noise", noisy(make, error_share=0.19)).status is Status.FLAGGED
    assert judge("label-noise", noisy(make, is_falling=True)).status is Status.INCONCLUSIVE


def test_a_model_without_skill_contradicts_nothing(judge, make):
    random = noisy(make, 0.4, error_share=0.5, skill=make.estimate(0.05, 0.04))
    assert judge("label-noise", random).status is Status.NOT_APPLICABLE
    assert judge("label-noise", noisy(make, skill=None)).status is Status.INCONCLUSIVE
    assert judge("label-noise", noisy(make, half=None)).status is Status.INCONCLUSIVE


def test_it_needs_the_probe_and_classes(judge, make):
    assert judge("label-noise", make.record()).status is Status.NOT_APPLICABLE
    assert judge("label-noise", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE


def test_flipped_labels_are_not_called_overfit(make):
    record = noisy(make)
    wide = make.score(train=1.0, held_out=0.7, half=0.01, metric="accuracy", dummy=0.5)
    outcomes = run_checks(make.record(label_noise=record.label_noise, scores=(wide,)))
    assert [flag.check for flag in outcomes.flags] == ["label-noise"]
    explained = next(outcome for outcome in outcomes.outcomes if outcome.check == "overfit")
    assert explained.status is Status.EXPLAINED
    assert explained.explained_by == "label-noise"


def test_an_interval_that_is_none_is_no_evidence(judge, make):
    broken = Estimate(value=float("nan"), interval=Interval(low=0.1, high=0.2), rows=100)
    assert judge("label-noise", noisy(make, excess=broken)).status is Status.INCONCLUSIVE


def test_the_probe_says_why_it_was_not_run(judge, make):
    told = ProbeFacts(name="label-noise", status="not_needed", reason="84 training rows are too few.")
    verdict = judge("label-noise", make.record(label_noise=None, probes=(told,)))
    assert verdict.message == "The labels were not probed for noise: 84 training rows are too few."
    assert judge("label-noise", make.record(label_noise=None)).message == "The labels were not probed for noise."
