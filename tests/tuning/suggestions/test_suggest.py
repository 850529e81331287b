"""What a run is advised to tune, and when tuning is not the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from xgboost import XGBRegressor

from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.record import (
    AlternativeFitFacts,
    ImbalanceTrialFacts,
    PrototypeFacts,
    SearchFacts,
    StagedFacts,
)
from mlflow_pitfalls.model.suggestions import Configuration, HistoryAdvice, SearchSpace, Suggestions
from mlflow_pitfalls.model.values import Estimate, Interval, Severity, Task
from mlflow_pitfalls.tuning.space.spaces import space_of
from mlflow_pitfalls.tuning.suggestions.suggest import suggestions_of
from tests.tuning.conftest import flagged, forest_space

GAIN = Estimate(value=0.031, interval=Interval(low=0.012, high=0.05), rows=100)


def test_an_overfit_run_is_told_to_regularise_first_one_lever_at_a_time(make_record):
    found = suggestions_of(make_record(), flagged("overfit"), forest_space())
    assert found.basis == "prior" and found.metric == "roc_auc" and len(found.next) == 5
    first, second = (dict(each.values) for each in found.next[:2])
    assert 1 < first["min_samples_leaf"] < second["min_samples_leaf"] <= 64
    assert set(first) == {"min_samples_leaf"}
    assert "against overfit" in found.next[0].why
    together = dict(found.next[3].values)
    assert {"min_samples_leaf", "max_features"} == set(together) and together["max_features"] < 0.3
    assert found == suggestions_of(make_record(), flagged("overfit"), forest_space())


def test_flags_take_turns(make_record):
    found = suggestions_of(make_record(), flagged("class-imbalance", "overfit"), forest_space())
    assert dict(found.next[0].values) == {"class_weight": "balanced"}
    assert "min_samples_leaf" in dict(found.next[1].values)


def test_without_a_flag_the_first_parameters_are_turned_a_little(make_record):
    found = suggestions_of(make_record(), flagged(), forest_space())
    assert len({each.values for each in found.next}) == len(found.next) == 5
    assert all(len(each.values) == 1 for each in found.next)


def test_another_learning_rate_comes_with_the_rounds_that_it_asks_for(make_record):
    space = space_of(XGBRegressor(learning_rate=0.1, n_estimators=200), task=Task.REGRESSION, rows=2_000, columns=8)
    first, second = (dict(each.values) for each in suggestions_of(make_record(), flagged(), space).next[:2])
    for changed in (first, second):
        assert changed["learning_rate"] * changed["n_estimators"] == pytest.approx(20, rel=0.1)
    assert first["learning_rate"] > 0.1 > second["learning_rate"]


@pytest.mark.parametrize("check", ["target-leakage", "no-lift", "conflicting-labels", "train-test-overlap"])
def test_what_has_to_be_mended_comes_first(make_record, check):
    found = suggestions_of(make_record(), flagged(check), forest_space())
    assert found.advice[0].startswith(f"Mend {check} first")
    assert not found.next and found.gain is None
    mild = suggestions_of(make_record(), flagged(check, severity=Severity.LOW), forest_space())
    assert mild.next and not any(said.startswith("Mend") for said in mild.advice)


def test_nothing_to_tune_is_said_plainly(make_record):
    space = SearchSpace(estimator="GaussianNB", origin="none", note="GaussianNB has nothing to tune.")
    found = suggestions_of(make_record(), flagged(), space)
    assert found.notes[0] == "GaussianNB has nothing to tune." and not found.next and found.gain is None
    silent = suggestions_of(make_record(), flagged(), replace(space, note=""))
    assert "GaussianNB" in silent.notes[0]


def test_a_gain_is_measured_where_a_probe_did_better_for_sure(make_record):
    probe = AlternativeFitFacts(
        kind="simpler", description="min_samples_leaf=5", source="probe", metric="roc_auc",
        score=Estimate(value=0.84), gain=GAIN,
    )  # fmt: skip
    gain = suggestions_of(make_record(alternatives=(probe,)), flagged(), forest_space()).gain
    assert gain is not None and gain.basis == "measured" and gain.interval == GAIN.interval
    assert "min_samples_leaf=5" in gain.text and "100 held-out rows" in gain.text
    unsure = replace(probe, gain=replace(GAIN, interval=Interval(low=-0.01, high=0.07)))
    for others in (unsure, replace(probe, metric="accuracy"), replace(probe, kind="linear")):
        gain = suggestions_of(make_record(alternatives=(others,)), flagged(), forest_space()).gain
        assert gain is not None and gain.basis == "prior" and gain.value is None and gain.interval is None


def test_a_prior_is_no_promise_and_tells_what_the_test_rows_can_show(make_record):
    gain = suggestions_of(make_record(), flagged(), forest_space()).gain
    assert gain is not None and gain.basis == "prior"
    assert "no promise" in gain.text and "Not measured" in gain.text and "within 0.05 on 100 rows" in gain.text


def test_a_remedy_tried_against_imbalance_counts_for_its_own_metric(make_record):
    trial = ImbalanceTrialFacts(remedy="class_weight", rows=400, folds=5, balanced_accuracy_change=GAIN)
    gain = suggestions_of(
        make_record(metric="balanced_accuracy", imbalance_trials=(trial,)), flagged(), forest_space()
    ).gain
    assert gain is not None and gain.basis == "measured" and "class_weight" in gain.text
    gain = suggestions_of(make_record(imbalance_trials=(trial,)), flagged(), forest_space()).gain
    assert gain is not None and gain.basis == "prior"


def test_label_metrics_of_rare_classes_want_a_threshold(make_record):
    rare = suggestions_of(make_record(rare=20, metric="f1"), flagged("class-imbalance"), forest_space())
    assert any("TunedThresholdClassifierCV" in said for said in rare.advice)
    for record in (make_record(rare=180, metric="f1"), make_record(rare=20)):
        assert not any("threshold" in said for said in suggestions_of(record, flagged(), forest_space()).advice)


def test_other_advice_comes_from_what_was_measured(make_record):
    staged = StagedFacts(
        estimator="XGBClassifier", parameter="n_estimators", early_stopping=False, metric="roc_auc",
        measured_on="held_out", rounds=(10, 500), scores=(0.9, 0.8), best_round=10, total_rounds=500,
    )  # fmt: skip
    estimates = [Estimate(value=v, interval=Interval(low=v - 0.01, high=v + 0.01)) for v in (0.8, 0.9)]
    prototypes = (
        PrototypeFacts(
            model="Own", family="tree", metric="roc_auc", rows=400, folds=5, score=estimates[0], is_run=True
        ),
        PrototypeFacts(model="Ridge", family="linear", metric="roc_auc", rows=400, folds=5, score=estimates[1]),
    )
    record = make_record(staged=staged, prototypes=prototypes)
    advice = " ".join(suggestions_of(record, flagged("more-data-helps"), forest_space()).advice)
    assert "round 10 of 500" in advice and "Ridge as it comes is ahead" in advice and "more rows" in advice


def test_what_a_trial_takes(make_record):
    record = make_record()
    assert suggestions_of(record, flagged(), forest_space()).trial_seconds == pytest.approx(0.5 * 0.8 * 5)
    search = SearchFacts(
        class_name="GridSearchCV", exhaustive=True, candidates=9, folds=5, fits=45, metric="roc_auc", seconds=46.0
    )
    assert suggestions_of(make_record(search=search), flagged(), forest_space()).trial_seconds == pytest.approx(5.0)
    assert suggestions_of(make_record(fit=None), flagged(), forest_space()).trial_seconds is None
    slow = make_record(fit=replace(record.fit, seconds=100.0))
    assert any("a tenth" in said for said in suggestions_of(slow, flagged(), forest_space()).advice)


def test_a_metric_that_is_no_scorer_is_replaced_and_said(make_record):
    found = suggestions_of(make_record(metric="f2"), flagged(), forest_space())
    assert found.metric == "roc_auc" and "f2" in found.notes[0]
    found = suggestions_of(make_record(scores=(), task=Task.REGRESSION), flagged(), forest_space())
    assert found.metric == "neg_root_mean_squared_error" and found.notes


def test_history_goes_before_the_priors(make_record):
    told = HistoryAdvice(
        metric="roc_auc", greater_is_better=True, basis="held_out", runs_used=18,
        next=(Configuration(values=(("min_samples_leaf", 7),), why="promising"),), notes=("2 runs were left out",),
    )  # fmt: skip
    found = suggestions_of(make_record(), flagged(), forest_space(), history=told)
    assert found.basis == "history" and found.next == told.next and found.history_runs == 18
    assert "2 runs were left out" in found.notes
    silent = suggestions_of(make_record(), flagged(), forest_space(), history=replace(told, next=()))
    assert silent.basis == "prior" and silent.next and silent.history_runs == 18


def test_suggestions_read_back(make_record):
    found = suggestions_of(make_record(), flagged("overfit"), forest_space())
    assert from_json(Suggestions, to_json(found)) == found
