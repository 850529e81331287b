from __future__ import annotations

import json

import pytest

from mlflow_pitfalls.sinks.compared_runs import load_compared

SCRIPT = """
import mlflow_pitfalls
mlflow.set_experiment("tests")
mlflow_pitfalls.enable(autolog=False, terminal=False, test_mode=True)
ids = []
def run(depth, X_train, X_test):
    with mlflow.start_run() as run:
        model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)
        accuracy_score(y_test, model.predict(X_test))
    mlflow_pitfalls.flush()
    ids.append(run.info.run_id)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
run(4, X_train, X_test)
run(4, X_train, X_test)
worse = [column for column in X.columns if "error" in column][:3]
run(1, X_train[worse], X_test[worse])
print(json.dumps(ids))
"""


@pytest.mark.slow
def test_a_run_is_compared_with_the_best_before_it(run_script, data, store):
    done = run_script(data + SCRIPT, store.uri)
    assert done.returncode == 0, done.stderr
    first, second, third = done.result
    assert {"pitfalls/losses.json"} <= store.files(first)
    assert "pitfalls/comparison.json" not in store.files(first)
    same = load_compared(second, store.uri).record.reference.comparison
    assert (same.same_rows, same.score.paired_rows, same.score.difference.value) == (True, 143, 0.0)
    assert not {"pitfalls.score-regression", "pitfalls.data-drift"} & store.tags(second).keys()
    tags = store.tags(third)
    assert tags["pitfalls.score-regression"] == "high"
    assert tags["pitfalls.schema-change"] == "medium"
    assert "pitfalls/comparison.json" in store.files(third)


@pytest.mark.slow
def test_strict_privacy_keeps_no_losses(run_script, data, store):
    script = SCRIPT.replace("terminal=False", 'terminal=False, privacy="strict"').replace("run(1,", "0 and run(1,")
    done = run_script(data + script, store.uri)
    assert done.returncode == 0, done.stderr
    second = load_compared(done.result[1], store.uri)
    assert second.losses is None
    assert second.record.reference.comparison.score.paired_rows == 0
    assert all(column.cells is None for column in second.record.train.columns)
    assert json.dumps(store.tags(done.result[1])).count("regression") == 0
