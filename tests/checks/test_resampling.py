from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Severity


def resampled(make, after: int, **changes):
    facts = {"sampler": "SMOTE", "rows_before": 1000, "before_split": True, "held_out_resampled": True}
    return make.record(resamplings=(ResamplingFacts(**{**facts, "rows_after": after, **changes}),))


def test_over_sampling_before_the_split_is_flagged(judge, make):
    verdict = judge("resample-before-split", resampled(make, 1800, site="train.py:12"))
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.HIGH)
    assert "SMOTE (train.py:12) turned 1 000 rows into 1 800" in verdict.message
    assert "imblearn.pipeline.make_pipeline(SMOTE()" in verdict.remedies[0].code


def test_under_sampling_before_the_split_is_milder(judge, make):
    verdict = judge("resample-before-split", resampled(make, 200, sampler="RandomUnderSampler"))
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.MEDIUM)


def test_resampling_after_the_split_passes(judge, make):
    verdict = judge("resample-before-split", resampled(make, 1800, before_split=False, held_out_resampled=False))
    assert verdict.status is Status.PASSED


def test_no_resampling_is_not_applicable(judge, make):
    assert judge("resample-before-split", make.record()).status is Status.NOT_APPLICABLE
