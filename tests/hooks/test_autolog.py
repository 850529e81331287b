"""Autologging and hooks work together in either order, again, and when one of them is switched off."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import sklearn.metrics
from sklearn.ensemble import BaggingClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls import hooks
from mlflow_pitfalls.hooks import autolog as our_autolog
from mlflow_pitfalls.model.events import RunOrigin

# MLflow's own: its store, and the protocol of its import hooks.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ImportWarning", "ignore::FutureWarning:mlflow", "ignore::ResourceWarning"
)

QUICK = {"log_models": False, "log_datasets": False}
# mlflow.autolog() leaves import hooks behind in this process: only for what the tests are about.
OTHER_FLAVORS = (
    *("ag2", "agno", "anthropic", "autogen", "bedrock", "crewai", "dspy", "gemini", "groq", "haystack", "keras"),
    *("langchain", "lightgbm", "litellm", "llama_index", "mistral", "openai", "pydantic_ai", "pyspark.ml", "pytorch"),
    *("smolagents", "spark", "statsmodels", "strands", "tensorflow", "transformers", "typesafe", "xgboost"),
)
USERS_CALLS = ["train_test_split", "fit", "predict", "accuracy_score", "score", "fit", "accuracy_score"]


def script(iris: Any) -> None:
    """What a user does: two autologged runs, with metrics from imported names and from the package.

    No child runs: MLflow logs the same data set for all of them at once, which fails now and then, hooks or no hooks.
    """
    X, y = iris
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)).fit(X_train, y_train)
    predicted = model.predict(X_test)
    sklearn.metrics.accuracy_score(y_test, predicted)
    model.score(X_test, y_test)
    BaggingClassifier(DecisionTreeClassifier(), n_estimators=2, random_state=0).fit(X_train, y_train)
    accuracy_score(y_test, predicted)


def runs(mlflow: Any) -> list[tuple[Any, ...]]:
    """What the experiment holds, oldest first, without times, identities and paths."""
    found = mlflow.search_runs(output_format="list", order_by=["attributes.start_time ASC", "params.max_depth"])
    volatile = ("mlflow.source", "mlflow.user", "mlflow.log-model", "mlflow.parentRunId", "mlflow.runName")
    kept = [
        (
            run.info.status,
            sorted(run.data.params.items()),
            sorted(
                (name, value)
                for name, value in run.data.metrics.items()
                if not name.endswith("_time") and "fit_time" not in name and "score_time" not in name
            ),
            sorted((key, value) for key, value in run.data.tags.items() if not key.startswith(volatile)),
        )
        for run in found
    ]
    return sorted(kept, key=repr)


@pytest.fixture
def expected(mlflow_store, iris, tmp_path):
    """The runs of the script with MLflow alone, or with no autologging at all."""

    def turn_to(name: str) -> None:
        created = mlflow_store.create_experiment(f"{tmp_path.name}-{name}", artifact_location=tmp_path.as_uri())
        mlflow_store.set_experiment(experiment_id=created)

    def run(configure: Any) -> list[tuple[Any, ...]]:
        turn_to("alone")
        configure()
        script(iris)
        alone = runs(mlflow_store)
        mlflow_store.sklearn.autolog(disable=True)
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        AUTOLOGGING_INTEGRATIONS["sklearn"] = {}
        turn_to("hooked")
        return alone

    return run


ORDERS = [
    "before",
    "after",
    "off before",
    "mlflow.autolog",
    pytest.param("twice", marks=pytest.mark.slow),
    pytest.param("off after", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("order", ORDERS)
def test_both_work_in_any_order(mlflow_store, new_recorder, expected, iris, order):
    sklearn_autolog = mlflow_store.sklearn.autolog

    def configure() -> None:
        if order == "mlflow.autolog":
            mlflow_store.autolog(**QUICK, exclude_flavors=OTHER_FLAVORS)
        elif order.startswith("off"):
            sklearn_autolog(disable=True)
        else:
            sklearn_autolog(**QUICK, extra_tags={"from": "user"})

    alone = expected(configure)
    assert len(alone) == (0 if order.startswith("off") else 2)
    recorder = new_recorder()
    if order in ("before", "off before", "twice", "mlflow.autolog"):
        configure()
    report = hooks.install(recorder)
    if order in ("after", "off after", "twice"):
        configure()
    try:
        assert report.not_hooked == ()
        assert report.relayered == (("sklearn",) if order in ("before", "twice", "mlflow.autolog") else ())
        script(iris)
        assert recorder.names == USERS_CALLS
        assert {event.site.file for event in recorder.events} == {__file__}
        assert len({event.site.line for event in recorder.events}) == len(USERS_CALLS)
        assert runs(mlflow_store) == alone
        changes = [(event.started, event.origin) for event in recorder.runs]
        managed = [(True, RunOrigin.AUTOLOG), (False, RunOrigin.AUTOLOG)]
        assert changes == ([] if order.startswith("off") else managed * 2)
    finally:
        hooks.uninstall()
    recorder.clear()
    script(iris)
    assert recorder.events == []
    assert len(runs(mlflow_store)) == 2 * len(alone)


def test_child_runs_of_a_search_are_mlflows_own(mlflow_store, recorder, iris):
    mlflow_store.sklearn.autolog(**QUICK)
    GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}, cv=2).fit(*iris)
    assert recorder.names == ["fit"]
    assert [event.started for event in recorder.runs] == [True, False]


def test_relayering_keeps_the_users_settings(mlflow_store, new_recorder):
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    mlflow_store.sklearn.autolog(log_models=False, max_tuning_runs=2, silent=True)
    settings = AUTOLOGGING_INTEGRATIONS["sklearn"]
    before = dict(settings)
    hooks.install(new_recorder())
    assert AUTOLOGGING_INTEGRATIONS["sklearn"] is settings
    hooks.uninstall()
    assert AUTOLOGGING_INTEGRATIONS["sklearn"] is settings
    assert settings == before


def test_a_custom_estimator_inside_mlflows_own_calls_is_not_the_users(mlflow_store, recorder, iris):
    from sklearn.base import BaseEstimator, TransformerMixin

    class Scale(TransformerMixin, BaseEstimator):
        def fit(self, X, y=None):
            self.inner_ = StandardScaler().fit(X)
            return self

        def transform(self, X):
            return self.inner_.transform(X)  # a line of the user's, but below MLflow's own predict

    mlflow_store.sklearn.autolog(**QUICK)
    make_pipeline(Scale(), DecisionTreeClassifier()).fit(*iris)
    assert recorder.names == ["fit"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's, at its first import of what evaluates
def test_what_mlflow_evaluates_is_not_the_users(mlflow_store, recorder):
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0], "predicted": [1.5, 2.0, 3.0, 4.0]})
    with mlflow_store.start_run():
        found = mlflow_store.models.evaluate(
            data=frame, targets="y", predictions="predicted", model_type="regressor", evaluators="default"
        )
    assert found.metrics["mean_absolute_error"] == 0.125
    assert recorder.events == []


class TestTurnOn:
    def test_as_the_user_would_and_undone(self, mlflow_store):
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        mlflow_store.sklearn.autolog()
        plain = dict(AUTOLOGGING_INTEGRATIONS["sklearn"])
        mlflow_store.sklearn.autolog(disable=True)
        AUTOLOGGING_INTEGRATIONS["sklearn"] = {}
        before = vars(DecisionTreeClassifier).get("predict")
        score = sklearn.metrics.accuracy_score

        assert set(hooks.turn_on_autolog()) == {"sklearn", "xgboost", "lightgbm"}
        assert AUTOLOGGING_INTEGRATIONS["sklearn"] == {**plain, "globally_configured": True}
        assert sklearn.metrics.accuracy_score is not score
        assert set(hooks.turn_on_autolog()) == {"sklearn", "xgboost", "lightgbm"}
        hooks.turn_off_autolog()
        assert AUTOLOGGING_INTEGRATIONS["sklearn"] == {}
        assert sklearn.metrics.accuracy_score is score
        assert vars(DecisionTreeClassifier).get("predict") is before
        hooks.turn_off_autolog()

    @pytest.mark.parametrize("settings", [{"disable": True}, {"log_models": False}])
    def test_what_the_user_configured_before_stays(self, mlflow_store, settings):
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        mlflow_store.sklearn.autolog(**settings)
        users = AUTOLOGGING_INTEGRATIONS["sklearn"]
        assert "sklearn" not in hooks.turn_on_autolog()
        hooks.turn_off_autolog()
        assert AUTOLOGGING_INTEGRATIONS["sklearn"] is users
        assert users.items() >= settings.items()

    def test_what_the_user_configures_later_wins_and_stays(self, mlflow_store, recorder):
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        hooks.turn_on_autolog()
        mlflow_store.autolog(log_models=False, exclude_flavors=OTHER_FLAVORS)
        assert AUTOLOGGING_INTEGRATIONS["sklearn"]["log_models"] is False
        hooks.turn_off_autolog()
        assert AUTOLOGGING_INTEGRATIONS["sklearn"]["log_models"] is False
        assert AUTOLOGGING_INTEGRATIONS["sklearn"]["disable"] is False

    def test_survives_relayering(self, mlflow_store, new_recorder):
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

        hooks.turn_on_autolog()
        assert "sklearn" in hooks.install(new_recorder()).relayered
        hooks.uninstall()
        hooks.turn_off_autolog()
        assert AUTOLOGGING_INTEGRATIONS["sklearn"] == {}

    def test_failures_are_told_and_swallowed(self, mlflow_store, monkeypatch, caplog, recorder):
        def broken(**settings: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(our_autolog, "_autolog_of", lambda flavor: broken)
        assert hooks.turn_on_autolog() == ()
        assert "RuntimeError" in caplog.text


def test_boosting_packages_follow_their_import(run_script, tmp_path):
    output = run_script(
        f"""
        import sys
        from mlflow_pitfalls import hooks
        import mlflow
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS as settings
        finders = list(sys.meta_path)
        mlflow.set_tracking_uri("sqlite:///{tmp_path / "runs.db"}")

        class Listener:
            def wants(self, kind, name, owner): return True
            def skipped(self, *args): pass
            def starting(self, *args): pass
            def finished(self, event): print(type(event.owner).__name__, event.name)
            def run_changed(self, event): print("start" if event.started else "end", event.origin.value)

        hooks.install(Listener())
        print(*hooks.turn_on_autolog())
        assert not {{"xgboost", "lightgbm", "catboost"}} & set(sys.modules)

        import xgboost
        assert settings["xgboost"]["disable"] is False
        mlflow.xgboost.autolog(log_models=False, log_datasets=False)
        mlflow.lightgbm.autolog(disable=True)  # imports lightgbm, and comes after ours
        import catboost
        from sklearn.datasets import load_iris
        X, y = load_iris(return_X_y=True)
        xgboost.XGBClassifier(n_estimators=1).fit(X, y)
        catboost.CatBoostClassifier(iterations=1, verbose=False, allow_writing_files=False).fit(X, y).predict(X)
        hooks.turn_off_autolog()
        hooks.uninstall()
        assert settings["lightgbm"]["disable"] is True
        assert settings["xgboost"]["log_models"] is False
        ours = [f for f in sys.meta_path if type(f).__module__.startswith("mlflow_pitfalls")]
        print("finders", [f for f in ours if f not in finders])
        assert "hook" not in catboost.CatBoost.predict.__code__.co_name
        assert xgboost.__spec__.loader.exec_module.__func__.__name__ == "exec_module"
        """
    )
    assert output.splitlines() == [
        "sklearn xgboost lightgbm",
        "start autolog",
        "XGBClassifier fit",
        "end autolog",
        "CatBoostClassifier fit",
        "CatBoostClassifier predict",
        "finders []",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("order", ["before", "after"])
def test_mlflow_autolog_that_waits_for_an_import_wins(run_script, order):
    run_script(
        """
        import sys
        import mlflow
        from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS as settings
        from mlflow_pitfalls import hooks
        order = sys.argv[1]
        others = ["statsmodels", "spark", "pyspark.ml", "transformers", "tensorflow", "keras", "pytorch"]
        if order == "before":
            mlflow.autolog(log_models=False, exclude_flavors=others)
        chosen = hooks.turn_on_autolog()
        if order == "after":
            mlflow.autolog(log_models=False, exclude_flavors=others)
        assert ("xgboost" in chosen) == (order == "after"), chosen
        import sklearn, xgboost
        for flavor in ("sklearn", "xgboost"):
            assert settings[flavor]["log_models"] is False, (order, flavor)
        hooks.turn_off_autolog()
        for flavor in ("sklearn", "xgboost"):
            assert settings[flavor]["log_models"] is False, (order, flavor)
        """,
        arguments=(order,),
    )
