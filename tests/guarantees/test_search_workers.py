"""Searches and cross-validation in threads and processes: their scores and runs are those without us."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 400  # of one script, as the machine is busy

ENABLE = "import mlflow_pitfalls\nmlflow_pitfalls.enable(terminal=False, views=False)\n"
VOLATILE = ("time", "pitfalls")
BACKENDS = ("threading", "loky", "multiprocessing")
SEARCH = f"""
from joblib import parallel_backend
from sklearn.model_selection import GridSearchCV, cross_val_score
mlflow.sklearn.autolog(log_models=False, log_datasets=False, silent=True)
found = []
for backend in {BACKENDS}:
    with parallel_backend(backend, n_jobs=2):
        search = GridSearchCV(DecisionTreeClassifier(random_state=0), {{"max_depth": [1, 2]}}, cv=3).fit(X, y)
        scores = cross_val_score(DecisionTreeClassifier(random_state=0), X, y, cv=3)
    found.append([search.best_score_, search.cv_results_["mean_test_score"].tolist(), scores.tolist()])
print(json.dumps(found))
"""


def runs_of(store) -> list:
    """All runs, searches and what they tried, without what differs from one process to the next."""
    found = store.client.search_runs([store.experiment_id])
    return sorted(
        (
            "mlflow.parentRunId" in run.data.tags,
            run.data.params.get("max_depth", ""),
            sorted(
                (key, value) for key, value in run.data.metrics.items() if "time" not in key and "pitfalls" not in key
            ),
        )
        for run in found
    )


def test_scores_and_runs_are_those_without_us(run_script, store, data, record_property):
    plain = run_script(data + SEARCH, store.uri, limit=SECONDS, MLFLOW_EXPERIMENT_ID=store.experiment_id)
    assert plain.returncode == 0, plain.stderr
    expected = runs_of(store)
    store.experiment_id = store.client.create_experiment("with us", artifact_location=store.artifacts.as_uri())
    watched = run_script(ENABLE + data + SEARCH, store.uri, limit=SECONDS, MLFLOW_EXPERIMENT_ID=store.experiment_id)
    assert watched.returncode == 0, watched.stderr
    assert watched.result == plain.result
    assert runs_of(store) == expected
    states = [
        ("mlflow.parentRunId" in run.data.tags, run.data.tags.get("pitfalls.state"))
        for run in store.client.search_runs([store.experiment_id])
    ]
    assert states.count((False, "settled")) == len(BACKENDS)
    assert states.count((True, None)) == len(states) - len(BACKENDS) > 0
    record_property("scripts compared", 1)
