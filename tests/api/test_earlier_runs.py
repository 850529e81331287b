"""Real scripts log their runs; then the last of them asks what the others tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.sinks.tuning_history import read_configurations
from mlflow_pitfalls.tuning.earlier_runs.history import from_history
from mlflow_pitfalls.tuning.space.spaces import space_of

SCRIPT = """
import itertools
import mlflow, mlflow_pitfalls
mlflow_pitfalls.enable()
mlflow.sklearn.autolog(log_models=False, log_datasets=False)
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
mlflow.set_experiment(experiment_id="{experiment}")
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
for one, other in itertools.product({ones}, {others}):
    with mlflow.start_run():
        model = {model}
        model.fit(X_train, y_train)
        print(roc_auc_score(y_test, model.{score}(X_test){of}))
mlflow_pitfalls.flush()
"""
SVM_SCRIPT = {
    "model": "make_pipeline(StandardScaler(), SVC(C=one, gamma=other))",
    "ones": [0.01, 0.1, 1, 100],
    "others": ["scale", 0.3, 0.001, 0.01],
    "score": "decision_function",
    "of": "",
}
BOOSTING_SCRIPT = {
    "model": "HistGradientBoostingClassifier(learning_rate=one, max_leaf_nodes=other, max_iter=20)",
    "ones": [0.01, 0.03, 0.1, 0.3],
    "others": [31, 15, 7, 3],
    "score": "predict_proba",
    "of": "[:, 1]",
}


def last_record(store) -> RunRecord:
    run = store.client.search_runs([store.experiment_id], order_by=["attributes.start_time DESC"], max_results=1)[0]
    path = store.client.download_artifacts(run.info.run_id, "pitfalls/record.json")
    return from_json(RunRecord, Path(path).read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "model", "tuned"),
    [
        (SVM_SCRIPT, make_pipeline(StandardScaler(), SVC(C=100, gamma=0.01)), {"svc__C", "svc__gamma"}),
        (
            BOOSTING_SCRIPT,
            HistGradientBoostingClassifier(learning_rate=0.3, max_leaf_nodes=3, max_iter=20),
            {"learning_rate", "max_leaf_nodes"},
        ),
    ],
)
def test_runs_of_an_unchanged_script_are_learnt_from(run_script, store, parts, model, tuned):
    done = run_script(SCRIPT.format(experiment=store.experiment_id, **parts), store.uri)
    assert done.returncode == 0, done.stderr
    runs = read_configurations(store.uri, last_record(store))
    assert len(runs) == 16
    advice = from_history(
        space_of(model, task=Task.BINARY), runs, metric="roc_auc", greater_is_better=True, seed=0
    )  # fmt: skip
    assert advice.runs_used == 16, advice.notes
    assert len(advice.next) == 5
    assert {each.name for each in advice.importances} == tuned
    tried = [dict(each.values) for each in advice.tried]
    assert len({each.values for each in advice.tried}) == 16
    for each in advice.next:
        assert set(dict(each.values)) <= tuned
        assert not any(values.items() >= dict(each.values).items() for values in tried)
        model.set_params(**dict(each.values))
