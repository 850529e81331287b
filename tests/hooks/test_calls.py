"""Which calls become events: the user's outermost ones, whatever they are made through."""

from __future__ import annotations

import functools
import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, f1_score, get_scorer, make_scorer, roc_auc_score
from sklearn.metrics import f1_score as renamed_f1
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    train_test_split,
    validation_curve,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.sparsefuncs_fast import csr_row_norms

from mlflow_pitfalls.model.events import CallKind

bound_early = functools.partial(f1_score, average="macro")
scorer_early = make_scorer(f1_score, average="macro")


class Doubler(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.inner_ = StandardScaler().fit(X)
        return self

    def transform(self, X):
        return self.inner_.transform(X) * 2


class TestFunctions:
    def test_split_imported_before_install_is_seen(self, recorder, iris):
        X, y = iris
        parts = train_test_split(X, y, random_state=0)
        line = sys._getframe().f_lineno - 1
        (event,) = recorder.events
        assert event.kind is CallKind.SPLIT
        assert event.args[0] is X
        assert event.kwargs == {"random_state": 0}
        assert event.result is parts
        assert (event.site.file, event.site.line) == (__file__, line)
        assert event.seconds > 0
        assert event.error is None

    @pytest.mark.parametrize("metric", [renamed_f1, bound_early, f1_score])
    def test_metrics_are_seen_through_aliases_and_partials(self, recorder, metric):
        metric([0, 1, 1], [0, 1, 0])
        assert recorder.names == ["f1_score"]
        assert recorder.events[0].kind is CallKind.METRIC
        assert recorder.events[0].owner is None

    @pytest.mark.parametrize("scorer", [scorer_early, get_scorer("f1_macro")])
    def test_scorers_tell_predict_and_metric(self, recorder, iris, scorer):
        X, y = iris
        model = GaussianNB().fit(X, y)
        recorder.clear()
        scorer(model, X, y)
        assert recorder.names == ["predict", "f1_score"]
        assert {event.site.file for event in recorder.events} == {__file__}

    def test_metrics_inside_metrics_are_not_seen(self, recorder):
        from sklearn.metrics import classification_report, confusion_matrix_at_thresholds

        classification_report([0, 1, 1], [0, 1, 0])
        confusion_matrix_at_thresholds([0, 1, 1], [0.1, 0.9, 0.4])
        assert recorder.names == ["classification_report", "confusion_matrix_at_thresholds"]

    def test_neither_distances_nor_scorer_makers_are_metrics(self, recorder):
        from sklearn.metrics import check_scoring, euclidean_distances

        euclidean_distances([[0.0], [1.0]])
        make_scorer(f1_score)
        check_scoring(GaussianNB(), scoring="accuracy")
        assert recorder.events == []

    def test_imblearn_metrics_are_seen(self, recorder):
        from imblearn.metrics import geometric_mean_score

        geometric_mean_score([0, 1, 1], [0, 1, 0])
        assert recorder.names == ["geometric_mean_score"]

    def test_class_weights_are_seen(self, recorder, iris):
        _, y = iris
        compute_class_weight("balanced", classes=np.unique(y), y=y)
        compute_sample_weight("balanced", y)
        assert [event.kind for event in recorder.events] == [CallKind.WEIGHT] * 2

    def test_cross_validation_is_one_event_each(self, recorder, iris):
        X, y = iris
        model = DecisionTreeClassifier(random_state=0)
        cross_validate(model, X, y, cv=2)
        cross_val_score(model, X, y, cv=2)
        cross_val_predict(model, X, y, cv=2)
        learning_curve(model, X, y, cv=2, train_sizes=[0.5], shuffle=True, random_state=0)
        validation_curve(model, X, y, param_name="max_depth", param_range=[1, 2], cv=2)
        permutation_test_score(model, X, y, cv=2, n_permutations=2)
        assert recorder.names == [
            "cross_validate",
            "cross_val_score",
            "cross_val_predict",
            "learning_curve",
            "validation_curve",
            "permutation_test_score",
        ]
        assert {event.kind for event in recorder.events} == {CallKind.CROSS_VALIDATE}
        assert [name for _, name, _ in recorder.announced] == recorder.names

    def test_repeated_predictions_of_an_inspection_are_not_the_users(self, recorder, iris):
        X, y = iris
        model = GaussianNB().fit(X, y)
        recorder.clear()
        permutation_importance(model, X, y, n_repeats=2, random_state=0)
        assert recorder.events == []

    def test_a_display_evaluates_for_the_user(self, recorder, iris):
        import matplotlib

        matplotlib.use("agg")
        X, y = iris
        model = GaussianNB().fit(X, y)
        recorder.clear()
        ConfusionMatrixDisplay.from_estimator(model, X, y)
        assert recorder.names == ["predict", "confusion_matrix"]


class TestEstimators:
    def test_methods_and_their_kinds(self, recorder, iris):
        X, y = iris
        scaler = StandardScaler()
        Z = scaler.fit_transform(X)
        scaler.inverse_transform(scaler.transform(Z))
        model = LogisticRegression().fit(Z, y)
        model.predict(Z)
        model.predict_proba(Z)
        model.decision_function(Z)
        model.score(Z, y)
        SGDClassifier().partial_fit(Z, y, classes=[0, 1, 2])
        LocalOutlierFactor().fit_predict(Z)
        GaussianNB().fit(Z, y).predict_joint_log_proba(Z)
        assert [(event.name, event.kind.value) for event in recorder.events] == [
            ("fit_transform", "fit"),
            ("transform", "transform"),
            ("inverse_transform", "transform"),
            ("fit", "fit"),
            ("predict", "predict"),
            ("predict_proba", "predict"),
            ("decision_function", "predict"),
            ("score", "score"),
            ("partial_fit", "fit"),
            ("fit_predict", "fit"),
            ("fit", "fit"),
            ("predict_joint_log_proba", "predict"),
        ]
        assert recorder.events[0].result is Z
        assert recorder.events[3].owner is model
        assert recorder.events[3].args[1] is y

    @pytest.mark.parametrize(
        "model",
        [
            make_pipeline(StandardScaler(), DecisionTreeClassifier()),
            VotingClassifier([("nb", GaussianNB()), ("tree", DecisionTreeClassifier())]),
            StackingClassifier([("nb", GaussianNB())], final_estimator=DecisionTreeClassifier(), cv=2),
            BaggingClassifier(DecisionTreeClassifier(), n_estimators=3),
            RandomForestClassifier(4, n_jobs=2),
            GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2),
        ],
        ids=lambda model: type(model).__name__,
    )
    def test_of_nested_estimators_only_the_outermost_is_seen(self, recorder, iris, model):
        X, y = iris
        model = clone(model).fit(X, y)
        model.predict(X)
        model.score(X, y)
        name = type(model).__name__
        assert recorder.calls == [(name, "fit"), (name, "predict"), (name, "score")]

    def test_fit_transform_of_a_pipeline_and_its_conditional_methods(self, recorder, iris):
        X, _ = iris
        pipeline = make_pipeline(StandardScaler(), StandardScaler())
        Z = pipeline.fit_transform(X)
        back = pipeline.inverse_transform(Z)
        assert recorder.calls == [("Pipeline", "fit_transform"), ("Pipeline", "inverse_transform")]
        assert recorder.events[1].result is back
        assert not hasattr(pipeline, "predict")

    def test_imblearn(self, recorder, iris):
        from imblearn.over_sampling import RandomOverSampler
        from imblearn.pipeline import make_pipeline as make_imblearn_pipeline

        X, y = iris
        RandomOverSampler(random_state=0).fit_resample(X[:120], y[:120])
        model = make_imblearn_pipeline(RandomOverSampler(random_state=0), GaussianNB()).fit(X[:120], y[:120])
        model.predict(X)
        assert recorder.calls == [("RandomOverSampler", "fit_resample"), ("Pipeline", "fit"), ("Pipeline", "predict")]
        assert recorder.events[0].kind is CallKind.RESAMPLE

    def test_boosting_packages(self, recorder, iris):
        from catboost import CatBoostClassifier
        from lightgbm import LGBMClassifier
        from xgboost import XGBClassifier

        X, y = iris
        for model in (
            XGBClassifier(n_estimators=2, n_jobs=1),
            LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1),
            CatBoostClassifier(iterations=2, verbose=False, allow_writing_files=False, thread_count=1),
        ):
            recorder.clear()
            name = type(model).__name__
            model.fit(X, y)
            model.predict_proba(X)
            model.score(X, y)
            assert recorder.calls == [(name, "fit"), (name, "predict_proba"), (name, "score")]
            assert recorder.events[0].result is model

    def test_classes_of_the_user(self, recorder, iris):
        X, y = iris

        class Late(ClassifierMixin, BaseEstimator):
            def fit(self, X, y):
                self.inner_ = GaussianNB().fit(X, y)
                return self

            def predict(self, X):
                return self.inner_.predict(X)

        Doubler().fit(X).transform(X)
        Late().fit(X, y).score(X, y)
        assert recorder.calls == [("Doubler", "fit"), ("Doubler", "transform"), ("Late", "fit"), ("Late", "score")]

    def test_mixins_of_the_user_defined_late(self, recorder, iris):
        X, _ = iris

        class Mixin:
            def fit(self, X, y=None):
                return self

        class Derived(Mixin, BaseEstimator):
            pass

        Derived().fit(X)
        assert recorder.calls == [("Derived", "fit")]

    def test_set_output_is_inside_for_late_classes_as_well(self, recorder, iris):
        X, _ = iris

        class Late(TransformerMixin, BaseEstimator):
            def fit(self, X, y=None):
                return self

            def transform(self, X):
                return X

            def get_feature_names_out(self, input_features=None):
                return [f"x{i}" for i in range(4)]

        for transformer in (Late(), StandardScaler()):
            recorder.clear()
            frame = transformer.set_output(transform="pandas").fit(X).transform(X)
            assert recorder.events[-1].result is frame

    def test_what_is_no_plain_method_is_left_alone(self, recorder):
        class Odd(BaseEstimator):
            @property
            def predict(self):
                return lambda X: X

            @staticmethod
            def score(X, y):
                return 1.0

            @classmethod
            def transform(cls, X):
                return X

            async def fit(self, X):
                return self

            def predict_stream(self, X):
                yield X

            fit_transform = functools.partialmethod(print)
            decision_function = len  # compiled, in C
            predict_norms = csr_row_norms  # compiled by Cython

        before = dict(vars(Odd))
        assert type(csr_row_norms).__name__ == "cython_function_or_method"
        assert Odd().predict(1) == 1
        assert Odd.score(1, 1) == 1.0
        assert Odd().transform(2) == 2
        assert list(Odd().predict_stream(3)) == [3]
        assert dict(vars(Odd)) == before
        assert recorder.events == []

    def test_self_as_a_keyword_reaches_the_users_method(self, recorder):
        class Odd(BaseEstimator):
            def fit(this, X, **self_and_more):
                this.seen_ = self_and_more
                return this

        assert Odd().fit(1, self=2, args=3).seen_ == {"self": 2, "args": 3}

    def test_resulting_objects_and_random_state_are_those_without_hooks(self, recorder, iris):
        import random

        X, y = iris
        np.random.seed(3)
        random.seed(3)
        before = np.random.get_state()[1].tolist(), random.getstate()
        GaussianNB().fit(X, y).predict(X)
        accuracy_score(y, y)
        after = np.random.get_state()[1].tolist(), random.getstate()
        assert before == after

    def test_user_arrays_are_not_kept(self, recorder, iris):
        recorder.unwanted = set(CallKind)
        X = np.array(iris[0])
        StandardScaler().fit(X).transform(X)
        X.resize((300, 4))  # raises where anyone holds a reference
        assert X.shape == (300, 4)

    def test_late_roc(self, recorder):
        roc_auc_score(y_true=[0, 1], y_score=[0.1, 0.9])
        assert dict(recorder.events[0].kwargs) == {"y_true": [0, 1], "y_score": [0.1, 0.9]}
