"""Runs in threads, in pools, in Optuna's jobs and inside of each other: each record goes to its own run."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 400  # of one script, as the machine is busy

# The run's depth is also the number of predictions, the seed of the split, and told by the run itself.
TRAIN = """
import mlflow_pitfalls
mlflow_pitfalls.enable(autolog=False, terminal=False, views=False)
def train(depth, nested=False, before_end=lambda: None):
    with mlflow.start_run(nested=nested, run_name=f"depth {depth}"):
        mlflow.log_param("depth", depth)
        parts = train_test_split(X, y, random_state=depth)
        model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(parts[0], parts[2])
        for _ in range(depth):
            predicted = model.predict(parts[1])
        before_end()
        mlflow.log_metric("own", accuracy_score(parts[3], predicted))
"""
SIDE_BY_SIDE = """
import threading
from multiprocessing.pool import ThreadPool
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
barrier = threading.Barrier(2)
def work(*depths):
    for depth in depths:
        train(depth, before_end=lambda: barrier.wait(60))
threads = [threading.Thread(target=work, args=depths) for depths in ((1, 2), (3, 4))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with ThreadPool(2) as pool:
    pool.map(train, (5, 6, 7), chunksize=1)
def objective(trial):
    train(8 + trial.number)
    return 0.0
optuna.create_study().optimize(objective, n_trials=3, n_jobs=2)
"""
INSIDE = """
def children():
    train(4, nested=True, before_end=lambda: train(5, nested=True))
    train(6, nested=True)
train(3, before_end=children)
"""


def expect_each_its_own(store, depths: list[int]) -> None:
    runs = store.client.search_runs([store.experiment_id])
    assert sorted(int(run.data.params["depth"]) for run in runs) == depths
    for run in runs:
        depth = int(run.data.params["depth"])
        record = store.record(run.info.run_id)
        assert run.data.tags["pitfalls.state"] == "settled"
        assert record.run.run_id == run.info.run_id
        assert dict(record.fit.estimator.parameters)["max_depth"] == str(depth)
        assert len(record.fits) == 1
        assert record.times.predict_calls == depth
        assert [each.value for each in record.evaluations] == [run.data.metrics["own"]]
        assert run.data.metrics["pitfalls/test_score"] == pytest.approx(run.data.metrics["own"])


def test_runs_side_by_side(run_script, store, data):
    done = run_script(data + TRAIN + SIDE_BY_SIDE, store.uri, limit=SECONDS, MLFLOW_EXPERIMENT_ID=store.experiment_id)
    assert done.returncode == 0, done.stderr
    assert "your program is not affected" not in done.stderr
    expect_each_its_own(store, list(range(1, 11)))


def test_runs_inside_of_runs(run_script, store, data):
    done = run_script(data + TRAIN + INSIDE, store.uri, limit=SECONDS, MLFLOW_EXPERIMENT_ID=store.experiment_id)
    assert done.returncode == 0, done.stderr
    expect_each_its_own(store, [3, 4, 5, 6])
