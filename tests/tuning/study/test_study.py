"""Tuning from beginning to end, in this process, on real data."""

from __future__ import annotations

import random
import warnings

import numpy as np
import polars
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import TimeSeriesSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.suggestions import Kind, Parameter, SearchSpace
from mlflow_pitfalls.model.tuning import TrialEnd, TuningFacts, Verdict
from mlflow_pitfalls.tuning.study.phases import MANY_ROWS
from mlflow_pitfalls.tuning.study.study import Request, tune_model
from tests.tuning.estimators import Fragile, Interrupting, Witness, digests

DEPTH = Parameter(name="max_depth", kind=Kind.INTEGER, low=1, high=8)
STRENGTH = Parameter(name="C", kind=Kind.FLOAT, low=1e-4, high=1e3, log=True)
SVM = (
    Parameter(name="svc__C", kind=Kind.FLOAT, low=1e-3, high=1e3, log=True),
    Parameter(name="svc__gamma", kind=Kind.FLOAT, low=1e-4, high=10.0, log=True),
    Parameter(name="svc__class_weight", kind=Kind.CATEGORY, choices=(None, "balanced")),
)


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return train_test_split(X, y, random_state=0, stratify=y)


@pytest.fixture
def tune(tmp_path):
    def run(model, x, y, *parameters, **options):
        space = SearchSpace(estimator=type(model).__name__, parameters=parameters)
        folder = options.pop("folder", tmp_path / "studies")
        return tune_model(
            Request(model=model, x=x, y=y, space=space, folder=folder, show=False, **options), lambda: None
        )

    return run


def test_a_bad_configuration_is_improved(tune, cancer):
    X_train, X_test, y_train, y_test = cancer
    model = make_pipeline(StandardScaler(), SVC(C=0.001, gamma=1.0))
    before = random.getstate(), np.random.get_state()[1].tolist(), list(warnings.filters)
    found = tune(model, X_train, y_train, *SVM, x_test=X_test, y_test=y_test, trials=16)
    assert (random.getstate(), np.random.get_state()[1].tolist(), list(warnings.filters)) == before
    facts = found.facts
    assert facts.verdict is Verdict.IMPROVED, facts.advice
    assert facts.gain.interval.low > 0
    assert facts.held_out_gain.interval.low > 0
    assert facts.held_out_after.value > facts.held_out_before.value
    assert found.model.get_params()["svc__C"] == found.best_params["svc__C"]
    assert found.model.score(X_test, y_test) > 0.9
    assert not hasattr(model[-1], "n_iter_")
    assert facts.trials[0].is_present
    assert facts.trials[0].values == ()
    assert not {name for name, value in facts.best if value == model.get_params()[name]}
    assert len(facts.trials) == 16
    assert from_json(TuningFacts, to_json(facts)) == facts
    assert "held out" in str(found)
    assert "svc__gamma" in found._repr_html_()


@pytest.mark.slow
def test_it_says_so_where_nothing_is_gained(tune, cancer):
    X_train, _, y_train, _ = cancer
    model = make_pipeline(StandardScaler(), LogisticRegression())
    flat = Parameter(name="logisticregression__intercept_scaling", kind=Kind.FLOAT, low=0.5, high=2.0)
    found = tune(model, X_train, y_train, flat, trials=6)
    assert found.facts.verdict is Verdict.NO_GAIN
    assert "Keep the present configuration" in found.facts.advice
    assert not found.improved
    assert not found.facts.taken
    assert found.model.get_params()["logisticregression__intercept_scaling"] == 1


def test_what_did_better_on_other_folds_is_taken_be_it_for_certain_or_not(tune, cancer):
    X_train, _, y_train, _ = cancer
    shapes = (Parameter(name="min_samples_leaf", kind=Kind.INTEGER, low=1, high=20),)
    told = [tune(DecisionTreeClassifier(), X_train[:150], y_train[:150], *shapes, trials=6, seed=s) for s in range(4)]
    assert Verdict.UNCLEAR in {each.facts.verdict for each in told}
    for found in told:
        facts = found.facts
        assert facts.taken == (facts.gain.value > 0)
        assert ("Take the best" in facts.advice) == facts.taken
        leaf = found.best_params.get("min_samples_leaf", 1) if facts.taken else 1
        assert found.model.get_params()["min_samples_leaf"] == leaf


@pytest.mark.slow
def test_regression_with_the_same_seed_is_the_same(tune, tmp_path):
    X, y = load_diabetes(return_X_y=True)
    alpha = Parameter(name="alpha", kind=Kind.FLOAT, low=1e-4, high=1e4, log=True)
    one, other = (
        tune(Ridge(alpha=5_000.0), X, y, alpha, trials=12, folder=tmp_path / name) for name in ("one", "other")
    )
    assert one.facts.metric == "r2"
    assert one.facts.verdict is Verdict.IMPROVED
    assert one.facts.best == other.facts.best
    assert [trial.score for trial in one.facts.trials] == [trial.score for trial in other.facts.trials]


def test_no_trial_sees_the_held_out_rows(tune, cancer, tmp_path):
    X_train, X_test, y_train, y_test = cancer
    seen = tmp_path / "seen.txt"
    tune(Witness(seen=str(seen), C=1e-4), X_train, y_train, STRENGTH, trials=6)
    during = set(seen.read_text().split()[1::2])
    assert during == digests(X_train)
    assert not during & digests(X_test)
    found = tune(Witness(seen=str(seen), C=1e-4), X_train, y_train, STRENGTH, trials=6, x_test=X_test, y_test=y_test)
    assert found.facts.held_out_after is not None  # the judgement asks for them, once


def test_an_estimator_that_raises_fails_that_trial_only(tune, cancer):
    X_train, _, y_train, _ = cancer
    found = tune(Fragile(limit=4), X_train, y_train, DEPTH, trials=12)
    failed = [trial for trial in found.facts.trials if trial.end is TrialEnd.FAILED]
    assert failed
    assert {trial.error for trial in failed} == {"ZeroDivisionError"}
    assert f"{len(failed)} trials ended with ZeroDivisionError." in found.facts.notes
    assert any(trial.end is TrialEnd.COMPLETE for trial in found.facts.trials)


def test_a_model_that_cannot_be_fitted_is_told(tune, cancer):
    X_train, _, y_train, _ = cancer
    with pytest.raises(PitfallsError, match="ZeroDivisionError"):
        tune(Fragile(limit=0), X_train, y_train, DEPTH, trials=3)


def test_ctrl_c_keeps_what_there_is_and_the_study_goes_on_later(tune, cancer, tmp_path):
    X_train, _, y_train, _ = cancer
    model = Interrupting(at=12, counter=str(tmp_path / "fits"))
    found = tune(model, X_train, y_train, DEPTH, trials=6, metric="accuracy")
    assert found.facts.interrupted
    assert found.model is None
    assert found.facts.verdict is not Verdict.IMPROVED
    assert sum(trial.end is TrialEnd.LOST for trial in found.facts.trials) == 1
    again = tune(model, X_train, y_train, DEPTH, trials=6, metric="accuracy")
    assert not again.facts.interrupted
    kept = [trial for trial in again.facts.trials if trial.end is not TrialEnd.LOST]
    assert len(kept) == 6
    assert kept[: len(found.facts.trials) - 1] == [t for t in found.facts.trials if t.end is not TrialEnd.LOST]


def test_a_finished_study_is_not_made_again_and_can_be_made_longer(tune, cancer):
    X_train, _, y_train, _ = cancer
    model = DecisionTreeClassifier(max_depth=1, random_state=0)
    first = tune(model, X_train, y_train, DEPTH, trials=3)
    assert tune(model, X_train, y_train, DEPTH, trials=3).facts.trials == first.facts.trials
    longer = tune(model, X_train, y_train, DEPTH, trials=5)
    assert longer.facts.trials[:3] == first.facts.trials
    assert len(longer.facts.trials) == 5


def test_a_name_stands_for_one_question(tune, cancer):
    X_train, _, y_train, _ = cancer
    tune(DecisionTreeClassifier(), X_train, y_train, DEPTH, trials=2, study_name="mine")
    with pytest.raises(PitfallsError, match="another name"):
        tune(DecisionTreeClassifier(), X_train[:200], y_train[:200], DEPTH, trials=2, study_name="mine")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["numpy", "polars", "sparse", "lists"])
def test_rows_in_any_container(tune, cancer, kind):
    X_train, _, y_train, _ = cancer
    x, y = X_train.to_numpy(), y_train.to_numpy()
    made = {
        "numpy": (x, y),
        "polars": (polars.DataFrame(x), polars.Series(y)),
        "sparse": (sparse.csr_matrix(x), y),
        "lists": (x.tolist(), y.tolist()),
    }
    found = tune(DecisionTreeClassifier(max_depth=1), *made[kind], DEPTH, trials=3, cv=3)
    assert found.facts.folding == "3 stratified folds"
    assert found.facts.metric == "roc_auc"


@pytest.mark.slow
def test_a_splitter_of_ones_own_is_kept_to(tune, cancer):
    X_train, _, y_train, _ = cancer
    found = tune(DecisionTreeClassifier(max_depth=1), X_train, y_train, DEPTH, trials=5, cv=TimeSeriesSplit(4))
    assert found.facts.folding == "4 folds of TimeSeriesSplit"
    assert found.facts.verdict is not Verdict.IMPROVED  # there are no other folds to check it on
    assert not found.facts.taken
    assert any("luck" in note for note in found.facts.notes) or not found.facts.best


@pytest.mark.slow
def test_groups_stay_together(tune, cancer):
    X_train, _, y_train, _ = cancer
    groups = np.arange(len(y_train)) // 10
    found = tune(DecisionTreeClassifier(max_depth=1), X_train, y_train, DEPTH, trials=3, groups=groups)
    assert "whole groups" in found.facts.folding


@pytest.mark.slow
def test_many_rows_are_searched_by_a_part_of_them_first(tune):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(MANY_ROWS, 4))
    y = (X[:, 0] * X[:, 1] + rng.normal(size=MANY_ROWS) > 0).astype(int)
    found = tune(DecisionTreeClassifier(max_depth=1), X, y, DEPTH, trials=10)
    on_part = [trial for trial in found.facts.trials if trial.on_subset]
    assert len(on_part) == 6
    assert len(found.facts.trials) == 10
    assert found.improved


def test_the_time_ends_it(tune, cancer):
    X_train, _, y_train, _ = cancer
    found = tune(DecisionTreeClassifier(max_depth=1), X_train, y_train, DEPTH, trials=100_000, timeout=2.0)
    assert 0 < len(found.facts.trials) < 100_000
    assert any("of 100000 trials" in note for note in found.facts.notes)
    assert not found.facts.interrupted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trials": 0}, "trials"),
        ({"timeout": -1.0}, "timeout"),
        ({"jobs": 0}, "jobs"),
        ({"metric": "roc_uac"}, "did you mean 'roc_auc'"),
        ({"metric": "r2"}, "no metric for a binary target"),
        ({"y_test": [1]}, "belong together"),
    ],
)
def test_wrong_options_are_told(tune, cancer, options, said):
    X_train, _, y_train, _ = cancer
    with pytest.raises(PitfallsError, match=said):
        tune(DecisionTreeClassifier(), X_train, y_train, DEPTH, **options)


def test_labels_of_text_have_the_last_as_positive(tune, cancer):
    X_train, _, y_train, _ = cancer
    named = y_train.map({0: "bad", 1: "good"})
    texts = tune(DecisionTreeClassifier(max_depth=1, random_state=0), X_train, named, DEPTH, trials=2, metric="f1")
    codes = tune(DecisionTreeClassifier(max_depth=1, random_state=0), X_train, y_train, DEPTH, trials=2, metric="f1")
    assert [trial.score for trial in texts.facts.trials] == [trial.score for trial in codes.facts.trials]
