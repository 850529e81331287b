from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EvaluationFacts, ResamplingFacts
from mlflow_pitfalls.model.values import Role, Severity


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


def test_evaluated_rows_out_of_a_sampler_are_flagged(judge, make):
    verdict = judge("resampled-test-set", resampled(make, 1800, before_split=False))
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.HIGH)
    assert "SMOTE, which turned 1 000 rows into 1 800" in verdict.message


def test_left_out_rows_are_milder_where_only_classes_are_looked_at(judge, make):
    ranked = resampled(make, 200, sampler="RandomUnderSampler", before_split=False)
    assert judge("resampled-test-set", ranked).severity is Severity.MEDIUM
    f1 = EvaluationFacts(metric="f1_score", role=Role.HELD_OUT, rows=200, value=0.9)
    mixed = replace(ranked, evaluations=(*ranked.evaluations, f1))
    assert judge("resampled-test-set", mixed).severity is Severity.HIGH


def test_resampled_training_rows_alone_pass(judge, make):
    verdict = judge("resampled-test-set", resampled(make, 1800, before_split=False, held_out_resampled=False))
    assert verdict.status is Status.PASSED
    assert judge("resampled-test-set", make.record()).status is Status.NOT_APPLICABLE


def test_a_resampling_before_the_split_is_one_flag(make):
    found = {outcome.check: outcome for outcome in run_checks(resampled(make, 1800)).outcomes}
    assert found["resampled-test-set"].explained_by == "resample-before-split"
