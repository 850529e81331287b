"""Processes that the user's program makes: none of them reports, waits for a lock of ours, or ends in another way."""

from __future__ import annotations

import pytest

# The fork happens while another thread is in the middle of a capture, which holds the recorder's lock for ever.
FORKED = """
import faulthandler, threading
import mlflow_pitfalls
from mlflow_pitfalls.capture.recording.fitting import FitCapture
mlflow_pitfalls.enable(autolog=False, terminal=False)
held, release = threading.Event(), threading.Event()
capture = FitCapture.capture
def slow(self, event):
    if threading.current_thread() is not threading.main_thread():
        held.set()
        release.wait()
    return capture(self, event)
FitCapture.capture = slow
thread = threading.Thread(target=lambda: DecisionTreeClassifier(max_depth=2).fit(X, y))
thread.start()
held.wait()
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(60, exit=True)
    with mlflow.start_run(run_name="child"):
        DecisionTreeClassifier().fit(X, y).score(X, y)
    assert not mlflow_pitfalls.enabled()
    assert mlflow_pitfalls.flush() == []
    sys.exit(7)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
release.set()
thread.join()
print(json.dumps([code, mlflow_pitfalls.enabled()]))
"""


def _ours(store) -> dict[str, list[str]]:
    """The tags of ours by the name of each run."""
    runs = store.client.search_runs([e.experiment_id for e in store.client.search_experiments()])
    return {run.info.run_name: [tag for tag in run.data.tags if tag.startswith("pitfalls")] for run in runs}


def test_a_child_forked_in_the_middle_of_a_capture_goes_its_own_way(run_script, data, store):
    done = run_script(data + FORKED, store.uri)
    assert done.returncode == 0, done.stderr
    assert done.result == [7, True]
    assert _ours(store) == {"child": []}


CHILDREN = """
import multiprocessing
import mlflow, mlflow_pitfalls
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeClassifier
mlflow_pitfalls.enable(autolog=False, terminal=False)
def work(name):
    X, y = load_breast_cancer(return_X_y=True)
    with mlflow.start_run(run_name=name):
        score = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y).score(X, y)
    mlflow_pitfalls.flush()
    return [score, mlflow_pitfalls.enabled()]
async def in_turns(executors):
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(pool, work, name) for name, pool in executors.items()))
if __name__ == "__main__":
    import asyncio, json
    from concurrent.futures import ProcessPoolExecutor
    from joblib.externals.loky import get_reusable_executor
    executors = {
        method: ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method))
        for method in ("fork", "forkserver")
    }
    executors["loky"] = get_reusable_executor(max_workers=1)
    found = asyncio.run(in_turns(executors))
    found.append(work("parent"))
    for executor in executors.values():
        executor.shutdown()
    print(json.dumps(found))
"""


@pytest.mark.slow
def test_children_of_every_kind_started_from_a_coroutine_report_nothing(run_script, store):
    done = run_script(CHILDREN, store.uri)
    assert done.returncode == 0, done.stderr
    scores = {score for score, _ in done.result}
    assert len(scores) == 1
    assert [enabled for _, enabled in done.result] == [False, False, False, True]
    ours = _ours(store)
    assert [ours[name] for name in ("fork", "forkserver", "loky")] == [[], [], []]
    assert "pitfalls.state" in ours["parent"]
    assert "Traceback" not in done.stderr, done.stderr


# sys is emptied last: by then the modules' names are None. What is left of the standard error is asked for early.
LATE = """
import atexit, sys
import mlflow
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import KFold
{enable}
class Mine(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        return self
    def predict(self, X):
        return X
class Folds(KFold):
    def split(self, X, y=None, groups=None):
        yield [0], [1]
def train(when, write=sys.stderr.write, model=Mine(), folds=Folds(2)):
    write(f"{{when}} begins\\n")
    model.fit([[0]], [0]).predict([[0]])
    write(f"{{when}} ends after {{len(list(folds.split([1, 2])))}} folds\\n")
class Late:
    def __init__(self, when):
        self.when = when
    def __del__(self, train=train):
        train(self.when)
atexit.register(train, "exit")
own, threading.kept, sys.kept = Late("own"), Late("threading"), Late("sys")
"""


def test_fits_while_the_interpreter_shuts_down_are_as_without_us(run_script, store):
    enable = "import mlflow_pitfalls\nmlflow_pitfalls.enable(autolog=False, terminal=False)"
    plain, watched = (run_script("import threading\n" + LATE.format(enable=on), store.uri) for on in ("", enable))
    assert "sys ends after 1 folds" in plain.stderr
    assert (watched.returncode, watched.stdout, watched.stderr) == (plain.returncode, plain.stdout, plain.stderr)


INTERRUPTED = """
import signal
import mlflow_pitfalls
from mlflow_pitfalls.sinks.writer import Writer
mlflow_pitfalls.enable(autolog=False, terminal=False)
def wait(self, timeout):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
Writer._finish_building = wait
with mlflow.start_run():
    DecisionTreeClassifier(max_depth=2).fit(X, y).score(X, y)
print(1)
"""


def test_ctrl_c_at_exit_ends_the_wait_without_a_word(run_script, data, store):
    done = run_script(data + INTERRUPTED, store.uri)
    assert (done.returncode, done.result) == (0, 1)
    assert "Traceback" not in done.stderr, done.stderr


# While Python ends, it ends a daemon thread that wants to go on by unwinding its stack: inside C++, the process aborts.
WORKING_AT_EXIT = """
import signal, threading
import numpy
import mlflow_pitfalls
from mlflow_pitfalls import session
from mlflow_pitfalls.capture.recording.recorder import Recorder
from mlflow_pitfalls.sinks import writer
numbers, working = numpy.arange({length}) * 7919 % 2**31, threading.Event()
def work(*_, **__):
    working.set()
    while True:
        numpy.unique(numbers)  # C++, without the lock for a part of its time
session.run_checks = work
mlflow_pitfalls.enable(autolog=False, terminal=False)
with mlflow.start_run():
    DecisionTreeClassifier(max_depth=2).fit(X, y).score(X, y)
print(1)
sys.stdout.flush()
"""
CTRL_C = """
wait = {owner}.{method}
def interrupted(self, *args, **kwargs):
    working.wait()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    time.sleep({before})
    return wait(self, *args, **kwargs)
{owner}.{method} = interrupted
"""
WHILE_BUILDING = CTRL_C.format(owner="writer.Writer", method="_finish_building", before=0)
WHILE_SETTLING = CTRL_C.format(owner="Recorder", method="settle_all", before=60)
TIME_IS_OVER = """
writer.BUILDING_SECONDS = 0.2
mlflow_pitfalls.enable(autolog=False, terminal=False, exit_timeout=0.2)
assert working.wait()
"""
SHORT, LONG = 100_000, 2_000_000  # distinct numbers: a step of C++ takes milliseconds, seconds


@pytest.mark.parametrize(
    ("length", "end"),
    [
        pytest.param(SHORT, WHILE_BUILDING, id="ctrl-c while a report is built"),
        pytest.param(SHORT, WHILE_SETTLING, id="ctrl-c while the last runs are settled"),
        pytest.param(SHORT, TIME_IS_OVER, id="time is over"),
        pytest.param(LONG, WHILE_BUILDING + "writer.ABANDONING_SECONDS = 0.05", id="ctrl-c in a long step"),
    ],
)
def test_work_of_ours_in_cpp_does_not_abort_the_process_at_its_end(run_script, data, store, length, end):
    done = run_script(data + WORKING_AT_EXIT.format(length=length) + end, store.uri)
    assert (done.returncode, done.result) == (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert "terminate" not in done.stderr
