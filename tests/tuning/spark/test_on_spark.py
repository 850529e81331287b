"""Studies on a real local Spark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, train_test_split

from mlflow_pitfalls.capture.undisturbed import undisturbed
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.suggestions import Kind, Parameter, SearchSpace
from mlflow_pitfalls.model.tuning import TrialEnd
from mlflow_pitfalls.tuning.spark.on_spark import on_executors
from mlflow_pitfalls.tuning.spark.spark_session import own_context
from mlflow_pitfalls.tuning.study.loop import Order, is_lost
from mlflow_pitfalls.tuning.study.objective import problem_of
from mlflow_pitfalls.tuning.study.phases import finished
from mlflow_pitfalls.tuning.study.quiet import quiet_optuna
from mlflow_pitfalls.tuning.study.storage import Place
from mlflow_pitfalls.tuning.study.study import Request, tune_model
from tests.tuning.estimators import Fragile, Homebound, Slow, Witness, digests
from tests.tuning.study.test_workers import DEPTH, request, wait_for

STRENGTH = Parameter(name="C", kind=Kind.FLOAT, low=1e-4, high=1e3, log=True)
pytestmark = pytest.mark.slow

STARTING = """
import signal, threading, time
import psutil
from mlflow_pitfalls.tuning.spark.spark_session import own_context
before = signal.getsignal(signal.SIGINT)

def press():
    while not [each for each in psutil.Process().children() if each.name() == "java"]:
        time.sleep(0.1)
    signal.raise_signal(signal.SIGINT)

threading.Thread(target=press, daemon=True).start()
try:
    with own_context("local[1]"):
        print("started")
except KeyboardInterrupt:
    print("interrupted", len(psutil.Process().children()), signal.getsignal(signal.SIGINT) is before)
"""


@pytest.fixture(scope="module")
def context():
    """Active before tuning begins, as a user's is; plain ``local[2]`` gives a task up when its worker is killed."""
    with own_context("local[2]") as made:
        yield made


def test_it_gives_what_processes_give_and_no_test_row_is_sent(context, tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    space = SearchSpace(estimator="Witness", parameters=(STRENGTH,))
    found = []
    for number, options in enumerate(({"spark": context}, {"jobs": 2})):
        seen = tmp_path / f"{number}.txt"
        asked = Request(
            model=Witness(seen=str(seen), C=1e-4), x=X_train, y=y_train, x_test=X_test, y_test=y_test, trials=8,
            space=space, folder=tmp_path / str(number), show=False, **options,
        )  # fmt: skip
        found.append(tune_model(asked, None).facts)
        words = seen.read_text().split()
        workers = set(words[::2]) - {str(os.getpid())}
        elsewhere = {row for process, row in zip(words[::2], words[1::2], strict=True) if process in workers}
        assert workers
        assert elsewhere == digests(X_train)
    on_spark, in_processes = found
    for facts in found:
        assert sum(trial.end in (TrialEnd.COMPLETE, TrialEnd.PRUNED) for trial in facts.trials) == 8
        assert facts.trials[0].is_present
        assert facts.held_out_after is not None
    assert on_spark.space == in_processes.space
    assert on_spark.trials[0].folds == pytest.approx(in_processes.trials[0].folds)
    assert on_spark.before.value == pytest.approx(in_processes.before.value)
    assert on_spark.after.value == pytest.approx(in_processes.after.value, abs=0.01)
    assert context.parallelize([1, 2], 2).sum() == 3  # it was not stopped


def test_a_killed_worker_costs_its_trial_only(context, tmp_path):
    model = Slow(max_depth=1, killer=str(tmp_path / "killed"))
    found = tune_model(request(tmp_path, trials=8, spark="local[4]", model=model), None)  # the active one is used
    assert (tmp_path / "killed").exists()
    ends = [trial.end for trial in found.facts.trials]
    assert ends.count(TrialEnd.LOST) == 1
    assert len(ends) == 9


def test_an_estimator_that_raises_fails_that_trial_only(context, tmp_path):
    found = tune_model(request(tmp_path, trials=8, spark=context, model=Fragile(limit=4)), None)
    failed = [trial for trial in found.facts.trials if trial.end is TrialEnd.FAILED]
    assert failed
    assert {trial.error for trial in failed} == {"ZeroDivisionError"}
    assert len(found.facts.trials) == 8


def test_a_study_goes_on_from_spark_here_and_back(context, tmp_path):
    for trials, options in ((2, {"spark": context}), (4, {}), (6, {"spark": context})):
        found = tune_model(request(tmp_path, trials=trials, **options), None)
        assert [trial.number for trial in found.facts.trials] == list(range(trials))
    assert not any(trial.end is TrialEnd.LOST for trial in found.facts.trials)


def test_what_executors_cannot_read_is_told(context, tmp_path):
    model = Homebound(home=os.getpid())
    with pytest.raises(PitfallsError, match=r"executors cannot work .*No module named 'at_home'"):
        tune_model(request(tmp_path, trials=2, spark=context, model=model), None)


def test_its_time_ends_a_fit(context, tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    endless = problem_of(
        Slow(max_depth=1, seconds=3600.0), X, y, splits=tuple(KFold(4).split(X)), scorer=get_scorer("roc_auc"),
        parameters=(DEPTH,), seed=0,
    )  # fmt: skip
    place = Place(study="endless", folder=tmp_path)
    order = Order(problem=endless, place=place, trials=8, deadline=time.time() + 2.0)
    with undisturbed(), quiet_optuna():
        on_executors(order, lambda: None, context=context, jobs=2, mute=lambda: None)
        trials = finished(order)
    assert trials
    assert all(is_lost(trial) for trial in trials)
    assert context.parallelize([1, 2], 2).sum() == 3


def test_ctrl_c_ends_it_and_keeps_what_there_is(context, tmp_path):
    def press() -> None:
        wait_for(tmp_path, 2)
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    found = tune_model(request(tmp_path, trials=500, spark=context, seconds=0.2), None)
    thread.join()
    assert found.facts.interrupted
    assert 2 <= len(found.facts.trials) < 500
    assert context.parallelize([1, 2], 2).sum() == 3
    assert not [each for each in threading.enumerate() if each.name == "mlflow-pitfalls-spark"]


def test_ctrl_c_while_it_starts_leaves_no_java():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", STARTING], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == ["interrupted", "0", "True"], done.stderr


def test_a_wrong_master_is_told_in_sparks_own_words():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    code = STARTING.replace("local[1]", "nonsense").replace("raise_signal(signal.SIGINT)", "SIGINT")
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert "PitfallsError: Spark could not be started" in done.stderr
    assert "Master must" in done.stderr
