"""``mlflow-pitfalls tune``: an unchanged script is run, and what it fits is tuned."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

TRAIN = """
import os, sys
import mlflow
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
import mlflow_pitfalls
mlflow_pitfalls.enable()
mlflow.sklearn.autolog(disable=True)
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
with mlflow.start_run():
    DecisionTreeClassifier(max_depth=3).fit(X_train[:100], y_train[:100])
    model = DecisionTreeClassifier(min_samples_leaf=150, random_state=0).fit(X_train, y_train)
    print(__name__, balanced_accuracy_score(y_test, model.predict(X_test)), *sys.argv[1:])
X_train[:] = 0.0  # the rows that tuning takes are its own
"""

SEVERAL_RUNS = """
import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
import mlflow_pitfalls
mlflow.sklearn.autolog(log_models=False)
mlflow_pitfalls.enable()
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
for depth, leaf in ((1, 1), (2, 1), (3, 5), (4, 20), (5, 2), (2, 100)):
    with mlflow.start_run():
        model = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(X_train, y_train)
        print(balanced_accuracy_score(y_test, model.predict(X_test)))
    mlflow_pitfalls.flush()
"""

ROOT = Path(__file__).parents[2]
WITNESS = """
import os
import mlflow
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from tests.tuning.estimators import Witness, digests
import mlflow_pitfalls
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
with mlflow.start_run():
    model = Witness(seen="seen.txt", C=1e-4).fit(X_train, y_train)
    print(roc_auc_score(y_test, model.decision_function(X_test)))
from pathlib import Path
Path("pid.txt").write_text(str(os.getpid()))
Path("test.txt").write_text(" ".join(digests(X_test)))
Path("train.txt").write_text(" ".join(digests(X_train)))
"""

KILLED = """
import os, signal
import mlflow
from pathlib import Path
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

HOME = os.getpid()

class Killed(DecisionTreeClassifier):
    def fit(self, X, y):
        if os.getpid() != HOME and not Path("killed").exists():
            Path("killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().fit(X, y)

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
with mlflow.start_run():
    model = Killed(min_samples_leaf=150, random_state=0).fit(X_train, y_train)
    balanced_accuracy_score(y_test, model.predict(X_test))
"""


def children(store):
    runs = store.client.search_runs([each.experiment_id for each in store.client.search_experiments()])
    parents = [run for run in runs if "pitfalls.study" in run.data.tags]
    return parents, [run for run in runs if "mlflow.parentRunId" in run.data.tags]


@pytest.fixture
def tune(launch, command, tmp_path):
    def run(*arguments, source=TRAIN, **environment):
        (tmp_path / "train.py").write_text(source, encoding="utf-8")
        return launch(command, "tune", *arguments, XDG_STATE_HOME=str(tmp_path / "state"), **environment)

    return run


def test_a_script_is_tuned(tune, store, tmp_path):
    done = tune("--trials", "6", "train.py", "--own", "option", uri=store.uri)
    assert done.returncode == 0, done.stderr
    first, *table = done.stdout.splitlines()
    assert first.split()[0] == "__main__"
    assert first.split()[2:] == ["--own", "option"]
    assert table[0].split()[:3] == ["balanced_accuracy", "before", "after"]
    assert any(line.startswith("held out") for line in table)
    assert "Tuning DecisionTreeClassifier" in done.stderr
    (parent,), trials = children(store)
    assert len(trials) == 6
    assert all(trial.data.tags["mlflow.parentRunId"] == parent.info.run_id for trial in trials)
    path = store.client.download_artifacts(parent.info.run_id, "pitfalls/tuning.json", str(tmp_path))
    facts = json.loads(Path(path).read_text(encoding="utf-8"))
    assert facts["rows"] == 426
    assert facts["trials"][0]["is_present"]
    assert facts["trials"][0]["score"] < facts["after"]["value"]  # as it was fitted, not on emptied rows


@pytest.mark.slow
def test_the_same_command_goes_on(tune, store):
    for trials in ("2", "4"):
        done = tune("--trials", trials, "train.py", uri=store.uri)
        assert done.returncode == 0, done.stderr
    parents, trials = children(store)
    assert len(parents) == 1
    assert {trial.data.tags["pitfalls.trial"] for trial in trials} == {"0", "1", "2", "3"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "runs", "said"),
    [("--history", 5, "Began from 5 earlier runs on the same rows."), ("--no-history", 0, "No history")],
)
def test_a_study_begins_from_earlier_runs_or_not(tune, store, option, runs, said):
    done = tune("--trials", "3", option, "train.py", uri=store.uri, source=SEVERAL_RUNS)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    (parent,), trials = children(store)
    assert len(trials) == 3
    assert parent.data.metrics["pitfalls/history_runs"] == runs


@pytest.mark.slow
def test_a_fit_by_its_number(tune, store):
    done = tune("--trials", "2", "--fit", "1", "train.py", uri=store.uri)
    assert done.returncode == 0, done.stderr
    done = tune("--trials", "2", "--fit", "3", "train.py", uri=store.uri)
    assert done.returncode == 1
    assert "the script has no fit 3; its fits are 1: DecisionTreeClassifier at train.py:15;" in done.stderr


@pytest.mark.slow
def test_no_trial_sees_the_scripts_test_rows(tune, store, tmp_path):
    done = tune(
        "--trials",
        "4",
        "--jobs",
        "2",
        "train.py",
        uri=store.uri,
        source=WITNESS,
        PYTHONPATH=os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    )
    assert done.returncode == 0, done.stderr
    assert any(line.startswith("held out") for line in done.stdout.splitlines()), done.stdout
    words = (tmp_path / "seen.txt").read_text().split()
    own = (tmp_path / "pid.txt").read_text()
    seen = {digest for process, digest in zip(words[::2], words[1::2], strict=True) if process != own}
    assert seen == set((tmp_path / "train.txt").read_text().split())
    assert not seen & set((tmp_path / "test.txt").read_text().split())


@pytest.mark.slow
@pytest.mark.timeout(300)  # Java, two Python workers and MLflow start, which a busy machine takes long for
def test_on_spark_a_killed_worker_ends_nothing(tune, store, tmp_path):
    done = tune("--trials", "9", "--spark", "local[2]", "train.py", uri=store.uri, source=KILLED, seconds=240)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "killed").exists()
    assert done.stdout.splitlines()[0].split()[:3] == ["balanced_accuracy", "before", "after"]
    told = done.stderr.partition("Tuning Killed")[2].splitlines()
    assert [line.split()[0] for line in told[1:]] == ["Run"]  # Spark is quiet
    parents, trials = children(store)
    assert len(trials) == 9
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    assert len(store.client.search_runs(experiments)) == 1 + len(parents) + len(trials)  # no fit of ours was logged
    assert {trial.info.status for trial in trials} == {"FINISHED"}


def test_missing_java_is_told_before_the_script_runs(tune):
    done = tune("--spark", "local[2]", "train.py", source="print('too late')\n", JAVA_HOME="/nowhere")
    assert done.returncode == 1
    assert "Spark needs Java 17 or later" in done.stderr
    assert not done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("end", "status"), [("sys.exit(7)", 7), ("raise EOFError", 1)])
def test_a_script_that_ends_badly_is_not_tuned(tune, store, end, status):
    done = tune("--trials", "2", "train.py", uri=store.uri, source=TRAIN + f"\n{end}\n")
    assert done.returncode == status
    assert "Tuning" not in done.stderr
    assert children(store) == ([], [])


@pytest.mark.slow
def test_a_script_that_exits_well_is_tuned(tune, store):
    done = tune("--trials", "2", "train.py", uri=store.uri, source=TRAIN + "\nsys.exit()\n")
    assert done.returncode == 0, done.stderr
    assert len(children(store)[1]) == 2


@pytest.mark.slow
def test_time_order_of_the_script_is_kept(tune, store):
    source = TRAIN.replace("train_test_split(X, y, random_state=0)", "train_test_split(X, y, shuffle=False)")
    done = tune("--trials", "3", "train.py", uri=store.uri, source=source)
    assert done.returncode == 0, done.stderr
    assert "luck" in done.stdout or "no trial scored above" in done.stdout


@pytest.mark.slow
def test_a_script_without_a_model(tune):
    done = tune("train.py", source="print('nothing')\n")
    assert done.returncode == 1
    assert "the script fitted no classifier or regressor" in done.stderr
