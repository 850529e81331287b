from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import CrossValidationFacts, EvaluationFacts, SplitFacts
from mlflow_pitfalls.model.values import Role, Severity, Task

NAME, SMALL = "no-held-out-score", "test-set-too-small"


def evaluation(role: Role) -> EvaluationFacts:
    return EvaluationFacts(metric="accuracy_score", role=role, rows=100, value=0.9)


def test_training_scores_alone_are_flagged(judge, make):
    verdict = judge(NAME, make.record(evaluations=(evaluation(Role.TRAIN),), scores=(make.score(held_out=None),)))
    assert verdict.status is Status.FLAGGED
    assert "1 on its training rows" in verdict.message


def test_no_score_at_all_is_flagged(judge, make):
    record = make.record(evaluations=(), scores=(), split=None, task=Task.REGRESSION)
    assert judge(NAME, record).status is Status.FLAGGED


def test_one_held_out_score_passes(judge, make):
    assert judge(NAME, make.record(evaluations=(evaluation(Role.HELD_OUT),))).status is Status.PASSED


def test_cross_validation_and_searches_pass(judge, make):
    folds = CrossValidationFacts(
        function="cross_val_score", estimator="SVC", splitter="KFold", folds=5, metric="accuracy"
    )
    assert judge(NAME, make.record(evaluations=(), cross_validations=(folds,))).status is Status.PASSED
    search = make.fit(estimator=make.estimator(is_search=True))
    assert judge(NAME, make.record(evaluations=(), scores=(), fit=search)).status is Status.PASSED


def test_a_score_computed_for_the_run_passes_with_a_note(judge, make):
    record = make.record(evaluations=(), scores=(make.score(computed_by="us"),))
    verdict = judge(NAME, record)
    assert verdict.status is Status.PASSED
    assert "computed for it" in verdict.message


@pytest.mark.parametrize("role", [Role.MIXED, Role.UNKNOWN])
def test_rows_that_cannot_be_told_apart_are_inconclusive(role, judge, make):
    record = make.record(evaluations=(evaluation(role),), scores=())
    assert judge(NAME, record).status is Status.INCONCLUSIVE


def test_a_score_of_the_scripts_own_is_not_missed(judge, make):
    split = SplitFacts(method="", recognised_by="fingerprint", train_rows=400, held_out_rows=100)
    assert judge(NAME, make.record(evaluations=(), scores=(), split=split)).status is Status.INCONCLUSIVE
    trained = make.record(evaluations=(evaluation(Role.TRAIN),), scores=(), split=split)
    assert judge(NAME, trained).status is Status.FLAGGED


def test_clustering_is_not_applicable(judge, make):
    assert judge(NAME, make.record(task=Task.CLUSTERING)).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(("half", "severity"), [(0.06, Severity.LOW), (0.11, Severity.LOW), (0.13, Severity.MEDIUM)])
def test_a_wide_interval_is_flagged(half, severity, judge, with_score):
    verdict = judge(SMALL, with_score(half=half, rows=100))
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, severity)
    assert "100 held-out rows" in verdict.message


def test_rows_that_cannot_tell_the_model_from_a_dummy_are_medium(judge, with_score):
    wide = {"metric": "r2", "half": 0.15, "worst": None, "dummy": 0.0, "rows": 100}
    assert judge(SMALL, with_score(held_out=0.4, **wide)).severity is Severity.LOW
    assert judge(SMALL, with_score(held_out=0.1, **wide)).severity is Severity.MEDIUM


def test_the_rows_that_it_would_take_are_told(judge, with_score):
    verdict = judge(SMALL, with_score(half=0.10, rows=100))
    assert "400 rows" in verdict.message


def test_a_narrow_interval_passes(judge, with_score):
    assert judge(SMALL, with_score(half=0.049)).status is Status.PASSED


def test_the_metrics_range_counts(judge, with_score):
    # Matthews' coefficient runs from -1 to 1: a width of 0.18 is 9 % of it.
    assert (
        judge(SMALL, with_score(metric="matthews_corrcoef", half=0.09, worst=-1.0, dummy=0.0)).status is Status.PASSED
    )
    # R² has no lower end: its interval is read in skill.
    assert judge(SMALL, with_score(metric="r2", half=0.09, worst=None, dummy=0.0)).status is Status.FLAGGED


def test_a_perfect_score_on_few_rows_is_not_precise(judge, with_score):
    assert judge(SMALL, with_score(held_out=1.0, half=0.0, rows=10)).status is Status.FLAGGED
    assert judge(SMALL, with_score(held_out=1.0, half=0.0, rows=1000)).status is Status.PASSED


def test_no_interval_is_inconclusive_and_no_score_not_applicable(judge, make, with_score):
    assert judge(SMALL, with_score(half=None)).status is Status.INCONCLUSIVE
    assert judge(SMALL, with_score(held_out=None)).status is Status.NOT_APPLICABLE
    assert judge(SMALL, make.record(scores=())).status is Status.NOT_APPLICABLE
