"""``mlflow-pitfalls run``: an unchanged script, watched, and otherwise as without us."""

import signal

import pytest

TRAIN = """
import sys
import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
import mlflow_pitfalls
assert mlflow_pitfalls.enabled()
mlflow.sklearn.autolog(disable=True)
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
with mlflow.start_run():
    model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
    print(accuracy_score(y_test, model.predict(X_test)), *sys.argv[1:])
"""

SHOW = """
import atexit, json, os, pickle, sys, threading, time
import beside
class Thing:
    pass
main = sys.modules["__main__"]
def late():
    time.sleep(0.2)
    print("late", pickle.loads(pickle.dumps(Thing())).__class__.__module__, threading.main_thread().name)
threading.Thread(target=late).start()
atexit.register(lambda: print("exit", type(pickle.loads(pickle.dumps(Thing()))).__qualname__, sys.argv[1:]))
print(json.dumps({
    "argv": sys.argv, "name": __name__, "file": __file__, "first": sys.path[0], "beside": beside.WORD,
    "main": main.__dict__ is globals(), "spec": repr(__spec__), "doc": __doc__, "package": __package__,
    "names": sorted(set(globals()) - {"__annotations__"}), "loader": type(__loader__).__name__,
}))
def typed(x: int): ...
print(typed.__annotations__)
"""


def test_a_run_is_watched(launch, command, store, tmp_path):
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    done = launch(command, "run", "train.py", "--its", "--help", "args", uri=store.uri)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1:] == ["--its", "--help", "args"]
    (run,) = store.client.search_runs([e.experiment_id for e in store.client.search_experiments()])
    assert run.data.tags["pitfalls.state"] == "settled"
    assert run.data.metrics["pitfalls/test_score"] == float(done.stdout.split()[0])
    assert "Held-out accuracy" in done.stderr


def test_main_arguments_and_paths_are_as_without_us(both):
    plain, watched = both(SHOW, "--flag", "-x", "--", "a b", "--version", "")
    assert plain.returncode == 0, plain.stderr
    assert watched.stdout == plain.stdout, watched.stderr
    assert "{'x': <class 'int'>}" in plain.stdout  # nothing of ours is inherited from __future__
    assert "exit Thing" in plain.stdout


def test_exit_statuses_are_the_scripts_own(both):
    plain, watched = both("import sys\nprint(1)\nsys.exit(7)")
    assert (plain.returncode, watched.returncode) == (7, 7)
    assert watched.stdout == plain.stdout
    assert watched.stderr == plain.stderr


@pytest.mark.slow
def test_a_text_as_exit_status_is_shown(both):
    plain, watched = both("raise SystemExit('no data')")
    assert (watched.returncode, watched.stderr) == (plain.returncode, plain.stderr) == (1, "no data\n")


def test_exceptions_are_shown_as_without_us(both):
    plain, watched = both(
        "def f():\n    raise EOFError('no more')\n\ntry:\n    f()\nexcept EOFError as e:\n    1 / 0\n"
    )
    assert plain.returncode == watched.returncode == 1
    assert "ZeroDivisionError" in plain.stderr
    assert watched.stderr == plain.stderr


@pytest.mark.slow
def test_errors_of_ours_and_of_the_system_are_the_scripts_too(both):
    plain, watched = both("from mlflow_pitfalls import SettingsError\nraise SettingsError('theirs')\n")
    assert plain.returncode == watched.returncode == 1
    assert watched.stderr == plain.stderr


@pytest.mark.slow
def test_a_script_that_cannot_be_compiled(both):
    plain, watched = both("print(1)\nif True\n    pass\n")
    assert plain.returncode == watched.returncode == 1
    assert watched.stderr == plain.stderr
    assert watched.stdout == ""


@pytest.mark.slow
def test_an_interrupt_ends_it_as_without_us(both):
    plain, watched = both("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time\ntime.sleep(60)\n")
    assert plain.returncode == watched.returncode == -signal.SIGINT
    assert "Aborted" not in watched.stderr
    assert watched.stderr.splitlines()[-1] == "KeyboardInterrupt"


@pytest.mark.slow
def test_a_script_that_is_a_click_command_itself(both):
    source = (
        "import click\n@click.command()\n@click.option('--rate', type=float)\n@click.pass_context\n"
        "def main(ctx, rate):\n    print(rate, ctx.parent, ctx.find_root() is ctx)\n"
        "print(click.get_current_context(silent=True))\nmain()\n"
    )
    plain, watched = both(source, "--rate", "0.5")
    assert plain.stdout == watched.stdout == "None\n0.5 None True\n"
    assert plain.returncode == watched.returncode == 0


@pytest.mark.slow
def test_processes_that_it_spawns_find_its_functions(both):
    source = (
        "import multiprocessing\ndef double(x):\n    return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(double, [1, 2]))\n"
    )
    plain, watched = both(source)
    assert plain.stdout == watched.stdout == "[2, 4]\n", watched.stderr
    assert plain.returncode == watched.returncode == 0


def test_a_wrong_option_stops_it_before_the_script_starts(launch, command, tmp_path):
    (tmp_path / "train.py").write_text("print('started')", encoding="utf-8")
    done = launch(command, "run", "train.py", MLFLOW_PITFALLS_SEDD="1")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: unknown option 'sedd' from the environment; did you mean 'seed'?")


def test_a_script_that_is_not_there(launch, command):
    done = launch(command, "run", "missing.py")
    assert done.returncode == 2
    assert "missing.py" in done.stderr
