from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.checks.reuse import expected_maximum
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EarlierRun, HistoryFacts


def earlier(scores, metric="roc_auc", held_out="rows"):
    return tuple(
        EarlierRun(run_id=f"{i}", held_out_score=score, metric=metric, held_out=held_out)
        for i, score in enumerate(scores)
    )


def judged(judge, make, *, reuses=40, half=0.03, scores=None, complete=True, **changes):
    shown = np.linspace(0.78, 0.86, 40) if scores is None else scores
    history = HistoryFacts(
        runs_seen=60, comparable_runs=60, earlier=earlier(shown, **changes), reuses=reuses, complete=complete
    )
    record = make.record(scores=(make.score(0.9, 0.84, half=half),), history=history, held_out_digest="rows")
    return judge("test-set-reuse", record)


def test_many_runs_on_the_same_rows_are_flagged_with_the_optimism(judge, make):
    verdict = judged(judge, make)
    assert verdict.status is Status.FLAGGED
    # Standard error 0.03 / 1.96 in ROC AUC, twice that in skill, times the expected maximum of 41 draws.
    assert verdict.evidence.value == pytest.approx(0.0306 * expected_maximum(41), rel=0.01)
    assert "41 runs" in verdict.message and "at most 20" in verdict.message


def test_twenty_runs_pass_and_one_more_does_not(judge, make):
    assert judged(judge, make, reuses=19).status is Status.PASSED
    assert judged(judge, make, reuses=20).status is Status.FLAGGED


def test_runs_that_hardly_differ_pass(judge, make):
    assert judged(judge, make, scores=[0.84] * 40).status is Status.PASSED
    assert judged(judge, make, scores=np.linspace(0.838, 0.842, 40)).status is Status.PASSED


def test_many_held_out_rows_bear_many_choices(judge, make):
    assert judged(judge, make, half=0.003).status is Status.PASSED


def test_scores_of_another_metric_tell_nothing(judge, make):
    assert judged(judge, make, metric="accuracy").status is Status.INCONCLUSIVE
    assert judged(judge, make, held_out="other").status is Status.INCONCLUSIVE
    assert judged(judge, make, half=None).status is Status.INCONCLUSIVE


def test_unknown_rows_are_not_applicable(judge, make):
    assert judged(judge, make, reuses=None).status is Status.NOT_APPLICABLE
    assert judge("test-set-reuse", make.record(history=None)).status is Status.NOT_APPLICABLE


def test_a_bounded_count_is_said_to_be_one(judge, make):
    assert "or more" in judged(judge, make, complete=False).message


@pytest.mark.parametrize("draws", [2, 5, 20, 100])
def test_the_expected_maximum_is_that_of_normal_draws(draws):
    drawn = np.random.default_rng(0).normal(size=(20_000, draws)).max(axis=1)
    assert expected_maximum(draws) == pytest.approx(drawn.mean(), abs=0.03)


def test_a_single_run_has_no_optimism():
    assert expected_maximum(1) == 0.0
