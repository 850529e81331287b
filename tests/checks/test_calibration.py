from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import CalibrationFacts, ImbalanceRemedies
from mlflow_pitfalls.model.values import Task

BINS = ((0.1, 0.02, 200), (0.5, 0.05, 200), (0.9, 0.6, 200))


def calibrated(make, error: float, half: float = 0.03, **changes):
    facts = CalibrationFacts(error=make.estimate(error, half, 600), bins=BINS, rows=600, of="positive class")
    return make.record(calibration=facts, **changes)


def test_probabilities_that_are_off_are_flagged(judge, make):
    verdict = judge("miscalibrated", calibrated(make, 0.2))
    assert verdict.status is Status.FLAGGED
    assert "too high as a whole; where they say 0.50, 5 % come true" in verdict.message
    assert "CalibratedClassifierCV" in verdict.remedies[0].code


def test_at_the_bound_it_passes_or_is_undecided(judge, make):
    assert judge("miscalibrated", calibrated(make, 0.10)).status is Status.PASSED
    verdict = judge("miscalibrated", calibrated(make, 0.12))
    assert verdict.status is Status.INCONCLUSIVE
    assert "held-out rows" in verdict.message
    assert judge("miscalibrated", calibrated(make, 0.2, half=None)).status is Status.INCONCLUSIVE


def test_class_weights_are_named_as_the_cause(judge, make):
    verdict = judge("miscalibrated", calibrated(make, 0.2, remedies=ImbalanceRemedies(class_weight=True)))
    assert "Class weights or resampling shift them on purpose" in verdict.message
    assert any("TunedThresholdClassifierCV" in remedy.code for remedy in verdict.remedies)


def test_without_probabilities_it_is_not_applicable(judge, make):
    assert judge("miscalibrated", make.record()).status is Status.NOT_APPLICABLE
    assert judge("miscalibrated", calibrated(make, 0.2, task=Task.REGRESSION)).status is Status.NOT_APPLICABLE
    dummy = make.fit(estimator=make.estimator("DummyClassifier", "dummy"))
    assert judge("miscalibrated", calibrated(make, 0.2, fit=dummy)).status is Status.NOT_APPLICABLE


def test_bins_that_privacy_keeps_back_are_not_needed(judge, make):
    record = calibrated(make, 0.2)
    bare = replace(record, calibration=replace(record.calibration, bins=()))
    assert judge("miscalibrated", bare).status is Status.FLAGGED
