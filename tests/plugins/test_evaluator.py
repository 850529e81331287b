"""The evaluator as MLflow calls it."""

from __future__ import annotations

import logging

import mlflow
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

import mlflow_pitfalls
from mlflow_pitfalls.model.outcomes import Status
from mlflow_plugins.pitfalls.evaluator import PitfallsEvaluator

pytestmark = [
    # MLflow's own, about the frames and the environment of these tests.
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.slow,  # MLflow's evaluators take many seconds to import
]


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    from mlflow.models.evaluation import evaluator_registry  # warns about MLflow's own types

    registry = evaluator_registry._model_evaluation_registry
    monkeypatch.setitem(registry._registry, "pitfalls", PitfallsEvaluator)


@pytest.fixture
def run(store):
    """An active run in the test's own store."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    try:
        with mlflow.start_run(experiment_id=store.experiment_id) as active:
            yield active.info.run_id
    finally:
        mlflow.set_tracking_uri(before)


@pytest.fixture
def cancer():
    """Rows with the answers of a model that has learned nothing, and of one that knows all but the last rows."""
    x, y = load_breast_cancer(return_X_y=True, as_frame=True)
    x = x.iloc[:, :4]
    useless = DummyClassifier(strategy="most_frequent").fit(x, y).predict(x)
    good = DecisionTreeClassifier(max_depth=3, random_state=0).fit(x, y).predict(x)
    return x.assign(target=y, useless=useless, good=good)


def evaluate(frame, predictions, kind="classifier", **options):
    kept = frame.drop(columns=[name for name in ("useless", "good") if name in frame and name != predictions])
    return mlflow.models.evaluate(
        data=kept, targets="target", predictions=predictions, model_type=kind, **{"evaluators": "pitfalls", **options}
    )


def statuses(run_id, uri):
    return {o.check: o.status for o in mlflow_pitfalls.report(run_id, tracking_uri=uri).outcomes.outcomes}


def test_answers_that_are_no_better_than_a_dummys_are_flagged(run, store, cancer):
    result = evaluate(cancer, "useless")
    assert result.metrics["pitfalls/flags_high"] == 1.0
    tags = store.tags(run)
    assert tags["pitfalls.no-lift"] == "high"
    assert tags["pitfalls.state"] == "evaluated"
    assert store.metrics(run)["pitfalls/severity"] == 3.0
    assert {"pitfalls.md", "pitfalls/report.html", "pitfalls/outcomes.json"} <= store.files(run)
    assert "fit_seconds" not in " ".join(result.metrics)


def test_what_the_answers_do_not_tell_does_not_apply(run, store, cancer):
    result = evaluate(cancer, "good")
    assert result.metrics["pitfalls/severity"] < 3.0
    found = statuses(run, store.uri)
    assert found["no-lift"] is Status.PASSED
    assert {found[name] for name in ("overfit", "slow-training", "target-leakage", "class-never-predicted")} == {
        Status.NOT_APPLICABLE
    }


def test_a_regression(run, store):
    x, y = load_diabetes(return_X_y=True, as_frame=True)
    said = LinearRegression().fit(x, y).predict(x)
    result = evaluate(x.assign(target=y, said=said), "said", "regressor")
    assert 0.4 < result.metrics["pitfalls/test_score"] < 0.6
    assert statuses(run, store.uri)["no-lift"] is Status.PASSED


def test_a_report_of_the_runs_own_fit_stays(run, store, cancer):
    store.client.set_tag(run, "pitfalls.state", "settled")
    assert evaluate(cancer, "useless").metrics["pitfalls/severity"] == 3.0
    assert "pitfalls.severity" not in store.tags(run)
    assert store.files(run) == set()


def test_nothing_is_done_where_no_evaluator_is_named(run, store, cancer):
    result = evaluate(cancer, "good", evaluators=None)
    assert "accuracy_score" in result.metrics
    assert not [name for name in result.metrics if name.startswith("pitfalls")]
    assert not [name for name in store.tags(run) if name.startswith("pitfalls")]


def test_where_it_is_enabled_it_judges_every_evaluation(run, cancer, settings):
    mlflow_pitfalls.enable(autolog=False, terminal=False, spool_dir=settings.spool_dir)
    try:
        assert "pitfalls/severity" in evaluate(cancer, "good", evaluators=None).metrics
    finally:
        mlflow_pitfalls.disable()


def test_beside_the_default_evaluator_and_with_options(run, cancer):
    result = evaluate(
        cancer,
        "good",
        evaluators=["default", "pitfalls"],
        evaluator_config={"pitfalls": {"benchmark": {"accuracy": 0.999}}},
    )
    assert result.metrics["pitfalls/flags_high"] == 1.0
    assert "accuracy_score" in result.metrics


def test_faults_never_reach_the_caller(run, store, cancer, caplog):
    with caplog.at_level(logging.WARNING, "mlflow_pitfalls"):
        result = evaluate(cancer, "good", evaluator_config={"ignor": ["overfit"]})
    assert result.metrics == {}
    assert "did you mean 'ignore'" in caplog.text
    assert PitfallsEvaluator().evaluate(model_type="classifier", dataset=None, run_id=run).metrics == {}


def test_a_logged_model_is_asked_for_its_classes_and_probabilities(run, store):
    x, y = load_breast_cancer(return_X_y=True, as_frame=True)
    x = x.iloc[:, :4]
    model = DummyClassifier(strategy="prior").fit(x, y)
    uri = mlflow.sklearn.log_model(model, name="model", serialization_format="cloudpickle").model_uri
    result = mlflow.models.evaluate(
        uri, x.assign(target=y), targets="target", model_type="classifier", evaluators="pitfalls"
    )
    assert result.metrics["pitfalls/test_score"] == 0.5
    found = statuses(run, store.uri)
    # The model is a dummy on purpose, and that is known by its class.
    assert found["no-lift"] is Status.NOT_APPLICABLE
    record = mlflow_pitfalls.report(run, tracking_uri=store.uri).record
    assert record.primary_score.metric == "roc_auc"
    assert all(entry.is_known for entry in record.classes)
