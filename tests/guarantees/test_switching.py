"""Cells that are run again, reloads, and a hundred times on and off: no call is told twice, no run loses any."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 400  # of one script, as the machine is busy

ON_AND_OFF = 100
RUNS = 5

ENABLE = (
    "import importlib\nimport mlflow_pitfalls\nmlflow_pitfalls.enable(autolog=False, terminal=False, views=False)\n"
)
CELL = '''
CELL = """
mlflow_pitfalls.enable(autolog=False, terminal=False, views=False)
class Mine(DecisionTreeClassifier):
    def fit(self, X, y):
        return super().fit(X, y)
with mlflow.start_run():
    model = Mine(max_depth=2, random_state=0).fit(X_train, y_train)
    between()
    mlflow_pitfalls.enable(autolog=False, terminal=False, views=False)
    accuracy_score(y_test, model.predict(X_test))
"""
def reload_package():
    importlib.reload(mlflow_pitfalls)
def reload_api():
    importlib.reload(sys.modules["mlflow_pitfalls.api"])
def nothing():
    pass
for between in (nothing, nothing, reload_package, reload_api, nothing):
    exec(CELL)
'''
SWITCH = """
from mlflow_pitfalls import hooks
from mlflow_pitfalls.hooks import wrappers
mlflow_pitfalls.disable()
before = vars(DecisionTreeClassifier)["fit"], accuracy_score, list(sys.meta_path)
told = 0
for number in range({rounds}):
    mlflow_pitfalls.enable(autolog=False, terminal=False, views=False)
    model = DecisionTreeClassifier(max_depth=2, random_state=0)
    if number % ({rounds} // {runs}):
        model.fit(X_train, y_train)
    else:
        with mlflow.start_run():
            model.fit(X_train, y_train)
            accuracy_score(y_test, model.predict(X_test))
    mlflow_pitfalls.disable()
after = vars(DecisionTreeClassifier)["fit"], accuracy_score, list(sys.meta_path)
assert before == after
assert not any(wrappers.is_hook(value) for cls in DecisionTreeClassifier.__mro__ for value in vars(cls).values())
assert not hooks.installed()
"""


def expect_one_of_each(store, runs: int) -> None:
    found = store.client.search_runs([store.experiment_id])
    assert len(found) == runs
    for run in found:
        record = store.record(run.info.run_id)
        assert run.data.tags["pitfalls.state"] == "settled"
        assert (len(record.fits), len(record.evaluations), record.times.predict_calls) == (1, 1, 1)
        assert "pitfalls/test_score" in run.data.metrics


def test_cells_run_again_and_reloads(run_script, store, data, fit):
    done = run_script(data + fit + ENABLE + CELL, store.uri, limit=SECONDS, MLFLOW_EXPERIMENT_ID=store.experiment_id)
    assert done.returncode == 0, done.stderr
    assert "your program is not affected" not in done.stderr
    expect_one_of_each(store, 5)


def test_a_hundred_times_on_and_off(run_script, store, data, fit, record_property):
    source = data + fit + ENABLE + SWITCH.format(rounds=ON_AND_OFF, runs=RUNS)
    done = run_script(source, store.uri, limit=SECONDS, MLFLOW_EXPERIMENT_ID=store.experiment_id)
    assert done.returncode == 0, done.stderr
    expect_one_of_each(store, RUNS)
    record_property("fits in one process", ON_AND_OFF)
