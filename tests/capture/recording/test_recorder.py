import gc
import pickle
import weakref

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline as make_resampling_pipeline
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.metrics import accuracy_score, mean_squared_error, roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.neighbors import KernelDensity, KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.model.events import RunEvent, RunOrigin
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.values import Role, Task


@pytest.fixture(scope="module")
def cancer():
    return load_breast_cancer(return_X_y=True, as_frame=True)


def _model():
    return make_pipeline(StandardScaler(), LogisticRegression())


def test_an_evaluated_split(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0, stratify=cancer[1])
    model = _model().fit(X_train, y_train)
    value = accuracy_score(y_test, model.predict(X_test))
    record = watched.settle()
    assert record.task is Task.BINARY
    score = record.primary_score
    assert (score.metric, score.computed_by) == ("accuracy", "script")
    assert score.held_out.value == pytest.approx(value)
    assert score.held_out.interval.low < value < score.held_out.interval.high
    assert score.train.value == pytest.approx(model.score(X_train, y_train))
    assert score.gap.value == pytest.approx(score.train.value - score.held_out.value)
    assert score.dummy.value == pytest.approx(max(y_test.mean(), 1 - y_test.mean()))
    assert (record.split.method, record.split.recognised_by) == ("train_test_split", "split")
    assert (record.split.train_rows, record.split.held_out_rows) == (len(X_train), len(X_test))
    assert record.split.shuffled is True
    assert record.split.stratified is True
    assert record.overlap.matched == 0
    assert record.fit.estimator.final_class_name == "LogisticRegression"
    assert len(record.train.columns) == 30
    assert record.held_out.rows == len(X_test)


def test_every_metric_that_the_script_evaluated(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = _model().fit(X_train, y_train)
    auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    accuracy = accuracy_score(y_test, model.predict(X_test))
    record = watched.settle()
    values = {score.metric: score.held_out.value for score in record.scores}
    assert values == pytest.approx({"roc_auc": auc, "accuracy": accuracy})
    assert all(score.train is not None for score in record.scores)
    assert [e.role for e in record.evaluations] == [Role.HELD_OUT, Role.HELD_OUT]


def test_score_is_an_evaluation(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = _model().fit(X_train, y_train)
    value = model.score(X_test, y_test)
    record = watched.settle()
    assert record.primary_score.held_out.value == pytest.approx(value)
    assert record.evaluations[0].role is Role.HELD_OUT


def test_a_score_on_training_rows_is_no_evaluation(watched, cancer):
    X, y = cancer
    model = _model().fit(X, y)
    model.score(X, y)
    record = watched.settle()
    assert [evaluation.role for evaluation in record.evaluations] == [Role.TRAIN]
    assert all(score.held_out is None for score in record.scores)


def test_a_split_without_evaluation_is_scored_for_the_script(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = _model().fit(X_train, y_train)
    del X_test, y_test
    gc.collect()
    record = watched.settle()
    assert record.evaluations == ()
    assert record.primary_score.computed_by == "us"
    assert record.primary_score.metric == "roc_auc"
    assert record.primary_score.held_out.value > 0.95
    assert hasattr(model, "predict")


def test_a_split_without_evaluation_in_a_scaled_space(watched, cancer):
    X_train, X_test, y_train, _ = train_test_split(*cancer, random_state=0)
    scaler = StandardScaler()
    scaled = scaler.fit_transform(X_train)
    scaler.transform(X_test)
    LogisticRegression().fit(scaled, y_train)
    record = watched.settle()
    assert record.primary_score is not None
    assert record.primary_score.held_out.value > 0.95


def test_features_made_by_hand_are_not_scored_on_the_rows_as_they_were(watched, cancer):
    X, y = (part.to_numpy() for part in cancer)
    X_train, _, y_train, _ = train_test_split(X, y, random_state=0)
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    LogisticRegression().fit((X_train - mean) / deviation, y_train)
    record = watched.settle()
    assert record.primary_score.train is not None
    assert record.primary_score.held_out is None
    assert not record.drift


def test_predicted_but_never_measured(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = _model().fit(X_train, y_train)
    predicted = model.predict(X_test)
    right = sum(a == b for a, b in zip(predicted, y_test, strict=True)) / len(y_test)
    record = watched.settle()
    assert record.primary_score.held_out is not None
    assert record.classes
    assert sum(c.recall.value * c.held_out_rows for c in record.classes) / len(y_test) == pytest.approx(right)


def test_a_hand_made_split_is_recognised_by_content(watched, cancer):
    X, y = cancer
    first = X["mean radius"] < X["mean radius"].quantile(0.75)
    train, test = X[first], X[~first]
    model = RandomForestClassifier(20, random_state=0).fit(train.to_numpy(), y[first].to_numpy())
    accuracy_score(y[~first].to_numpy(), model.predict(test.to_numpy()))
    record = watched.settle()
    assert record.split.recognised_by == "fingerprint"
    assert record.overlap.matched == 0
    assert record.evaluations[0].role is Role.HELD_OUT


def test_a_hand_made_overlap_is_counted(watched, cancer):
    X, y = (part.to_numpy() for part in cancer)
    model = RandomForestClassifier(20, random_state=0).fit(X[:400], y[:400])
    accuracy_score(y[300:], model.predict(X[300:]))
    record = watched.settle()
    assert record.overlap.matched == 100
    assert record.overlap.held_out_rows_checked == 269


def test_predicting_copies_of_the_training_rows_is_no_evaluation(watched, cancer):
    X, y = (part.to_numpy() for part in cancer)
    model = RandomForestClassifier(20, random_state=0).fit(X[:400], y[:400])
    model.score(X[:400][::-1], y[:400][::-1])
    assert watched.settle().evaluations[0].role is Role.TRAIN


def test_a_threshold_of_the_script_is_its_own(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = _model().fit(X_train, y_train)
    labels = (model.predict_proba(X_test)[:, 1] > 0.9).astype(int)
    value = accuracy_score(y_test, labels)
    record = watched.settle()
    assert record.remedies.threshold_tuning
    assert record.scores[0].held_out.value == pytest.approx(value)
    assert record.scores[0].train is None


def test_a_copy_of_the_model_speaks_for_it(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = _model().fit(X_train, y_train)
    copied = pickle.loads(pickle.dumps(model))
    value = roc_auc_score(y_test, copied.predict_proba(X_test)[:, 1])
    assert accuracy_score(y_test, copied.predict(X_test)) > 0.9
    record = watched.settle()
    assert not record.remedies.threshold_tuning
    assert record.primary_score.metric == "roc_auc"
    assert record.primary_score.held_out.value == pytest.approx(value)
    assert {score.metric: score.train is not None for score in record.scores} == {"roc_auc": True, "accuracy": True}


def test_regression(watched):
    X_train, X_test, y_train, y_test = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
    model = Ridge().fit(X_train, y_train)
    value = mean_squared_error(y_test, model.predict(X_test))
    record = watched.settle()
    assert record.task is Task.REGRESSION
    assert record.scores[0].metric == "neg_mean_squared_error"
    assert record.scores[0].held_out.value == pytest.approx(-value)


def test_multiclass(watched):
    X_train, X_test, y_train, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
    DecisionTreeClassifier(random_state=0).fit(X_train, y_train).score(X_test, y_test)
    record = watched.settle()
    assert record.task is Task.MULTICLASS
    assert len(record.classes) == 3


def test_string_labels(watched, cancer):
    y = cancer[1].map({0: "malignant", 1: "benign"})
    X_train, X_test, y_train, y_test = train_test_split(cancer[0], y, random_state=0)
    model = _model().fit(X_train, y_train)
    value = accuracy_score(y_test, model.predict(X_test))
    record = watched.settle()
    assert record.primary_score.held_out.value == pytest.approx(value)


def test_folds_by_hand(watched, cancer):
    X, y = (part.to_numpy() for part in cancer)
    for train, test in KFold(3, shuffle=True, random_state=0).split(X, y):
        model = DecisionTreeClassifier(random_state=0).fit(X[train], y[train])
        accuracy_score(y[test], model.predict(X[test]))
        record = watched.settle()
        assert record.split.recognised_by == "cross_validation"
        assert record.evaluations[-1].role is Role.HELD_OUT


def test_a_search(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [2, 3]}, cv=3, scoring="roc_auc")
    search.fit(X_train, y_train)
    value = search.score(X_test, y_test)
    record = watched.settle()
    assert record.fit.estimator.is_search
    assert record.fit.estimator.searched_fits == 6
    assert len(record.fits) == 1
    assert record.cross_validations[0].scores
    assert record.primary_score.metric == "roc_auc"
    assert record.primary_score.held_out.value == pytest.approx(value)


def test_cross_validation_waits_for_the_run_of_its_estimator(watched, cancer):
    cross_val_score(DecisionTreeClassifier(random_state=0), *cancer, cv=3)
    DecisionTreeClassifier(random_state=0).fit(*cancer)
    record = watched.settle()
    assert record.cross_validations[0].function == "cross_val_score"
    assert record.cross_validations[0].folds == 3


def test_resampling_before_the_split(watched, cancer):
    resampled = RandomOverSampler(random_state=0).fit_resample(*cancer)
    X_train, X_test, y_train, y_test = train_test_split(*resampled, random_state=0)
    DecisionTreeClassifier(random_state=0).fit(X_train, y_train).score(X_test, y_test)
    record = watched.settle()
    assert record.resamplings[0].before_split
    assert record.resamplings[0].held_out_resampled
    assert record.remedies.resampling
    assert record.overlap.matched > 0


def test_resampling_inside_a_pipeline(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    model = make_resampling_pipeline(RandomOverSampler(random_state=0), DecisionTreeClassifier(random_state=0))
    model.fit(X_train, y_train).score(X_test, y_test)
    record = watched.settle()
    assert record.remedies.resampling
    assert record.resamplings == ()


def test_class_and_sample_weights(watched, cancer):
    LogisticRegression(class_weight="balanced", max_iter=5_000).fit(*cancer)
    assert watched.settle().remedies.class_weight
    DecisionTreeClassifier().fit(*cancer, sample_weight=np.ones(len(cancer[1])))
    assert watched.settle().remedies.sample_weight


def test_one_run_of_the_users_holds_all_its_fits(watched, cancer):
    watched.run = RunInfo(run_id="a" * 32, experiment_id="1")
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    good = _model().fit(X_train, y_train)
    DummyClassifier().fit(X_train, y_train)
    accuracy_score(y_test, good.predict(X_test))
    assert watched.records == []
    record = watched.settle()
    assert [fit.estimator.final_class_name for fit in record.fits] == ["LogisticRegression", "DummyClassifier"]
    assert record.fit.estimator.final_class_name == "LogisticRegression"


def test_an_autologged_run_settles_at_the_next_fit(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    for number in (1, 2):
        watched.run = RunInfo(run_id=str(number) * 32, experiment_id="1", managed=True)
        model = DecisionTreeClassifier(max_depth=number, random_state=0).fit(X_train, y_train)
        model.score(X_test, y_test)
    assert [record.run.run_id[0] for record in watched.records] == ["1"]
    assert watched.records[0].evaluations
    assert watched.settle().run.run_id[0] == "2"


def test_a_plot_of_the_rows_is_not_the_model(watched, cancer):
    X, y = cancer
    watched.run = RunInfo(run_id="a" * 32, experiment_id="1")
    LogisticRegression(max_iter=5000).fit(X, y)
    PCA(2).fit_transform(X)
    record = watched.settle()
    assert [fit.estimator.class_name for fit in record.fits] == ["LogisticRegression"]


@pytest.mark.parametrize("model", [make_pipeline(StandardScaler(), DBSCAN()), KernelDensity(), DBSCAN()])
def test_models_without_predict_are_models(watched, cancer, model):
    model.fit(cancer[0])
    assert watched.settle().fit.estimator.class_name == type(model).__name__


def _autologged(number):
    run = RunInfo(run_id=str(number) * 32, experiment_id="1", managed=True)
    return RunEvent(run_id=run.run_id, started=True, origin=RunOrigin.AUTOLOG, run=run)


def test_a_fit_without_a_run_takes_the_last_one_opened_inside(watched, cancer):
    recorder = watched.recorder

    class Composed(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            for number in (1, 2):
                recorder.run_changed(_autologged(number))
            self.classes_ = np.unique(y)
            return self

        def predict(self, X):
            return np.zeros(len(X), dtype=int)

    recorder.run_changed(_autologged(9))  # of a fit before
    Composed().fit(*cancer)
    assert watched.settle().run.run_id[0] == "2"
    DecisionTreeClassifier(max_depth=2).fit(*cancer)
    assert watched.settle().run.run_id == ""


def test_a_score_belongs_to_the_run_of_its_model(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    watched.run = RunInfo(run_id="a" * 32, experiment_id="1")
    model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
    watched.run = RunInfo(run_id="b" * 32, experiment_id="1")
    DummyClassifier().fit(X_train, y_train)
    model.score(X_test, y_test)
    watched.settle()
    scored = {record.run.run_id[0]: len(record.evaluations) for record in watched.records}
    assert scored == {"a": 1, "b": 0}


def test_partial_fits_are_one_fit(watched, cancer):
    X, y = (part.to_numpy() for part in cancer)
    model = SGDClassifier(random_state=0)
    for start in range(0, 500, 5):
        model.partial_fit(X[start : start + 5], y[start : start + 5], classes=[0, 1])
    record = watched.settle()
    assert len(record.fits) == 1
    assert record.fit.calls > 20
    assert record.fit.method == "partial_fit"


def test_a_failed_fit_is_told_and_raises_as_before(watched):
    with pytest.raises(ValueError, match="NaN"):
        LogisticRegression().fit(np.full((30, 2), np.nan), [0, 1] * 15)
    assert watched.settle().fit.error == "ValueError"


def test_the_users_data_and_models_are_let_go(watched, cancer):
    X = cancer[0].copy()
    X_train, X_test, y_train, y_test = train_test_split(X, cancer[1], random_state=0)
    model = KNeighborsClassifier().fit(X_train, y_train)
    model.score(X_test, y_test)
    gone = [weakref.ref(each) for each in (X, X_train, X_test, y_train, y_test, model)]
    del X, X_train, X_test, y_train, y_test, model
    gc.collect()
    assert [reference() for reference in gone] == [None] * 6


def test_a_model_is_let_go_when_its_run_has_settled(watched, cancer):
    model = DecisionTreeClassifier().fit(*cancer)
    gone = weakref.ref(model)
    del model
    with_next = DecisionTreeClassifier().fit(*cancer)
    gc.collect()
    assert gone() is None
    assert with_next is not None


def test_many_predictions_cost_counting_only(watched, cancer):
    X, y = (part.to_numpy() for part in cancer)
    model = LogisticRegression(max_iter=10_000).fit(X, y)
    for row in range(300):
        model.predict(X[row % 500 : row % 500 + 1])
    record = watched.settle()
    assert record.times.predict_calls == 300
    assert record.times.predict_seconds > 0


def test_the_global_random_state_is_untouched(watched, cancer):
    import random

    def draw():
        np.random.seed(3)
        random.seed(3)
        X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
        DecisionTreeClassifier(random_state=0).fit(X_train, y_train).score(X_test, y_test)
        return np.random.random(), random.random()

    np.random.seed(3)
    random.seed(3)
    expected = np.random.random(), random.random()
    assert draw() == expected
    watched.settle()
    assert draw() == expected


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"a": [{}] * 30, "b": range(30)}),
        np.full((30, 2), np.inf),
        pd.DataFrame(index=range(30)),
        [[1, 2]] * 30,
        np.zeros((30, 3), dtype=complex),
    ],
    ids=["dicts", "inf", "no columns", "lists", "complex"],
)
def test_odd_features_are_no_trouble(watched, X):
    model = DummyClassifier().fit(X, [0, 1] * 15)
    model.score(X, [0, 1] * 15)
    assert watched.settle().fit.estimator.final_class_name == "DummyClassifier"
