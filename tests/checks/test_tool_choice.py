from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlflow_pitfalls.checks.reading import balanced_skill
from mlflow_pitfalls.checks.signal import telling_column
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import Association
from mlflow_pitfalls.model.record import EvaluationFacts, LiftFacts, ResamplingFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Task


def test_no_lift_flags_a_skill_that_includes_zero(judge, with_score):
    verdict = judge("no-lift", with_score(train=1.0, held_out=0.51, half=0.05))
    assert verdict.status is Status.FLAGGED
    assert "roc_auc 0.51" in verdict.message and "dummy" in verdict.message
    assert verdict.evidence.interval.low < 0 < verdict.evidence.interval.high


def test_no_lift_flags_a_skill_below_zero(judge, with_score):
    assert judge("no-lift", with_score(held_out=0.40, half=0.02)).status is Status.FLAGGED


def test_a_lift_just_beyond_the_interval_passes(judge, with_score):
    assert judge("no-lift", with_score(held_out=0.521, half=0.02)).status is Status.PASSED
    assert judge("no-lift", with_score(held_out=0.519, half=0.02)).status is Status.FLAGGED


def test_no_lift_needs_more_rows_where_a_good_model_is_possible_too(judge, with_score):
    verdict = judge("no-lift", with_score(held_out=0.70, half=0.30, rows=12))
    assert verdict.status is Status.INCONCLUSIVE
    assert "12 held-out rows" in verdict.message


def test_a_skill_that_noise_hardly_reaches_is_inconclusive_where_noise_lies_below_zero(judge, with_score):
    # Accuracy: a skill of 0.19 with an interval from -0.01 on. Ranking: the same numbers are flagged.
    assert judge("no-lift", with_score(metric="accuracy", held_out=0.595, half=0.1)).status is Status.INCONCLUSIVE
    assert judge("no-lift", with_score(metric="accuracy", held_out=0.57, half=0.1)).status is Status.FLAGGED
    assert judge("no-lift", with_score(metric="roc_auc", held_out=0.595, half=0.1)).status is Status.FLAGGED


def lifted(make, skill, half=0.1, rows=90):
    return LiftFacts(metric="roc_auc", skill=make.estimate(skill, half, rows), rows=rows, folds=5)


def test_cross_validation_that_shows_a_lift_clears_few_held_out_rows(judge, make, with_score):
    record = with_score(held_out=0.55, half=0.1, rows=30)
    assert judge("no-lift", record).status is Status.FLAGGED
    verdict = judge("no-lift", replace(record, lift=lifted(make, 0.2)))
    assert verdict.status is Status.PASSED
    assert "90 training rows" in verdict.message
    assert judge("no-lift", replace(record, lift=lifted(make, 0.09))).status is Status.FLAGGED  # from -0.01 on


def test_a_lift_that_the_held_out_rows_contradict_does_not_clear_them(judge, make, with_score):
    record = with_score(held_out=0.48, half=0.03)  # skill up to 0.02
    assert judge("no-lift", replace(record, lift=lifted(make, 0.6))).status is Status.FLAGGED


def test_cross_validation_decides_what_few_held_out_rows_leave_open(judge, make, with_score):
    record = with_score(held_out=0.70, half=0.30, rows=12)
    assert judge("no-lift", record).status is Status.INCONCLUSIVE
    verdict = judge("no-lift", replace(record, lift=lifted(make, 0.0)))
    assert verdict.status is Status.FLAGGED
    assert "finds no more: skill 0.00 in roc_auc" in verdict.message
    assert judge("no-lift", replace(record, lift=lifted(make, 0.0, half=0.95))).status is Status.INCONCLUSIVE


def test_another_metric_of_the_same_labels_may_show_the_lift(judge, make):
    score = make.score(metric="f1_macro", held_out=0.09, dummy=0.1, half=0.02)
    classes = tuple(make.recall(f"class {i}", 40, 0.95 if i < 2 else 0.0) for i in range(10))
    record = make.record(task=Task.MULTICLASS, scores=(score,), classes=classes)
    assert judge("no-lift", record).status is Status.PASSED
    assert judge("no-lift", replace(record, classes=())).status is Status.FLAGGED


def test_no_lift_without_an_interval_is_inconclusive(judge, with_score):
    assert judge("no-lift", with_score(half=None)).status is Status.INCONCLUSIVE


def test_a_dummy_on_purpose_is_a_baseline(judge, make):
    baseline = make.fit(estimator=make.estimator("DummyClassifier", "dummy"))
    assert judge("no-lift", make.record(fit=baseline)).status is Status.NOT_APPLICABLE


def test_no_lift_without_a_score_or_a_fit_is_not_applicable(judge, make):
    assert judge("no-lift", make.record(scores=())).status is Status.NOT_APPLICABLE
    assert judge("no-lift", make.record(fit=None)).status is Status.NOT_APPLICABLE


def imbalanced(make, **changes):
    accuracy = make.score(metric="accuracy", train=0.91, held_out=0.895, dummy=0.9, half=0.02)
    return make.record(
        held_out=make.profile(role=Role.HELD_OUT, target=make.target(900, 100)),
        evaluations=(EvaluationFacts(metric="accuracy_score", role=Role.HELD_OUT, rows=1000),),
        **{"scores": (accuracy,), **changes},
    )


def test_accuracy_of_uneven_classes_does_not_hide_a_lift_that_ranking_shows(judge, make):
    accuracy = imbalanced(make).scores[0]
    ranking = make.score(metric="roc_auc", primary=False, held_out=0.8)
    assert judge("no-lift", imbalanced(make)).status is Status.FLAGGED
    assert judge("no-lift", imbalanced(make, scores=(accuracy, ranking))).status is Status.PASSED


def test_accuracy_of_uneven_classes_does_not_hide_a_lift_that_recalls_show(judge, make):
    classes = (make.recall("class 0", 900, 0.85), make.recall("class 1", 100, 0.75))
    assert judge("no-lift", imbalanced(make, classes=classes)).status is Status.PASSED
    blind = (make.recall("class 0", 900, 0.99), make.recall("class 1", 100, 0.01))
    assert judge("no-lift", imbalanced(make, classes=blind)).status is Status.FLAGGED


def test_balanced_skill_is_zero_for_a_model_that_knows_nothing(make):
    skill = balanced_skill(make.record(classes=(make.recall("a", 50, 1.0), make.recall("b", 50, 0.0))))
    assert skill.value == pytest.approx(0.0)
    assert skill.interval.low < 0 < skill.interval.high
    assert balanced_skill(make.record()) is None


def test_remedies_fit_the_task(judge, make, with_score):
    record = with_score(metric="r2", held_out=-0.01, dummy=0.0, worst=None)
    regression = judge("no-lift", make.record(task=Task.REGRESSION, scores=record.scores))
    assert any("mutual_info_regression" in remedy.code for remedy in regression.remedies)


def ranked_noise(rng: np.random.Generator, rows: int) -> Estimate:
    """Skill in ROC AUC of scores that know nothing, with the bootstrap's percentile interval."""
    labels = np.arange(rows) % 2
    scores = rng.random(rows)
    picks = rng.integers(0, rows, (300, rows))

    def auc(y: np.ndarray, s: np.ndarray) -> np.ndarray:
        ranks = s.argsort(-1).argsort(-1) + 1
        ones = y.sum(-1)
        with np.errstate(all="ignore"):
            return ((ranks * y).sum(-1) - ones * (ones + 1) / 2) / (ones * (rows - ones))

    # A little noise breaks the ties that resampling makes.
    low, high = np.nanpercentile(
        2 * auc(labels[picks], scores[picks] + 1e-9 * rng.random(picks.shape)) - 1, [2.5, 97.5]
    )
    return Estimate(value=float(2 * auc(labels, scores) - 1), interval=Interval(low=low, high=high), rows=rows)


@pytest.mark.parametrize("rows", [30, 60, 125])
def test_noise_is_caught_at_sizes_that_people_use(rows, judge, make):
    rng = np.random.default_rng(rows)
    caught, trials = 0, 200
    for _ in range(trials):
        skill = ranked_noise(rng, 3 * rows)
        facts = LiftFacts(metric="roc_auc", skill=skill, rows=3 * rows, folds=5)
        record = make.record(scores=(make.score(skill=ranked_noise(rng, rows)),), lift=facts)
        caught += judge("no-lift", record).status is Status.FLAGGED
    assert caught >= 0.95 * trials - 8  # two and a half standard errors of the trials


@pytest.mark.parametrize("rows", [12, 30])
def test_few_rows_alone_accuse_nobody_of_noise(rows, judge, make):
    """A skill of 0.2 that would show on more rows."""
    score = make.score(skill=make.estimate(0.2, 2.0 / np.sqrt(rows), rows))
    assert judge("no-lift", make.record(scores=(score,))).status is Status.INCONCLUSIVE


def telling(make, p_value=1e-9, method="auc", distinct=600):
    association = Association(method=method, effect=0.3, p_value=p_value, rows=1000)
    return make.profile(make.column("size", target_association=association, distinct=distinct), make.column("age"))


def test_a_column_that_goes_with_the_target_leaves_few_rows_undecided(judge, make):
    record = make.record(scores=(make.score(held_out=0.52, half=0.05),), train=telling(make))
    verdict = judge("no-lift", record)
    assert verdict.status is Status.INCONCLUSIVE
    assert "'size' goes with the target in 1 000 training rows (p 1e-09)" in verdict.message
    # 0.2 of two columns is above 0.001; so is what chi-squared says of cells with too few rows.
    assert judge("no-lift", replace(record, train=telling(make, 0.0006))).status is Status.FLAGGED
    assert judge("no-lift", replace(record, train=telling(make, 0.0004))).status is Status.INCONCLUSIVE
    few = telling(make, method="cramers_v", distinct=101)
    assert judge("no-lift", replace(record, train=few)).status is Status.FLAGGED
    enough = telling(make, method="cramers_v", distinct=100)
    assert judge("no-lift", replace(record, train=enough)).status is Status.INCONCLUSIVE


def test_a_model_that_certainly_misses_what_a_column_knows_is_at_fault(judge, make):
    record = make.record(scores=(make.score(held_out=0.50, half=0.04),), train=telling(make))
    verdict = judge("no-lift", record)
    assert verdict.status is Status.FLAGGED
    assert "Yet 'size' goes with the target" in verdict.message and "the model is at fault" in verdict.message
    assert "LogisticRegression" in verdict.remedies[0].code
    slightly = make.record(scores=(make.score(held_out=0.50, half=0.051),), train=telling(make))
    assert judge("no-lift", slightly).status is Status.INCONCLUSIVE


def test_resampled_rows_prove_no_column(judge, make):
    facts = ResamplingFacts(
        sampler="SMOTE", rows_before=800, rows_after=1000, before_split=False, held_out_resampled=False
    )
    record = make.record(scores=(make.score(held_out=0.52, half=0.05),), train=telling(make), resamplings=(facts,))
    assert telling_column(record) is None
    assert telling_column(replace(record, resamplings=())).name == "size"
    assert telling_column(replace(record, held_out=replace(telling(make), role=Role.HELD_OUT))).name == "size"
    assert telling_column(replace(record, train=None)) is None
