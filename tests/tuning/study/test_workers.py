"""Studies that several processes work on, and that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import optuna
import psutil
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.suggestions import Kind, Parameter, SearchSpace
from mlflow_pitfalls.model.tuning import TrialEnd
from mlflow_pitfalls.tuning.study.study import Request, tune_model
from tests.tuning.estimators import Slow

DEPTH = Parameter(name="max_depth", kind=Kind.INTEGER, low=1, high=8)
SPACE = SearchSpace(estimator="Slow", parameters=(DEPTH,))
WAIT_SECONDS = 120

PROGRAM = """
import sys
from pathlib import Path
from sklearn.datasets import load_breast_cancer
from mlflow_pitfalls.tuning.study.study import Request, tune_model
from tests.tuning.estimators import Slow
from tests.tuning.study.test_workers import request
if __name__ == "__main__":
    found = tune_model(request(Path(sys.argv[1]), trials=int(sys.argv[2]), seconds=float(sys.argv[3])), None)
    print(len(found.facts.trials), found.facts.study)
"""


def request(folder: Path, *, trials: int, seconds: float = 0.0, **options) -> Request:
    X, y = load_breast_cancer(return_X_y=True)
    model = options.pop("model", None) or Slow(max_depth=1, seconds=seconds)
    chosen = {"study_name": "shared", "cv": 3, **options}
    return Request(model=model, x=X, y=y, trials=trials, space=SPACE, folder=folder, show=False, **chosen)


def start(folder: Path, trials: int, seconds: float) -> subprocess.Popen:
    command = [sys.executable, "-c", PROGRAM, str(folder), str(trials), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def done(folder: Path) -> int:
    journal = folder / "shared.log"
    if not journal.exists():
        return 0
    backend = optuna.storages.journal.JournalFileBackend(str(journal))
    storage = optuna.storages.JournalStorage(backend)
    studies = storage.get_all_studies()
    return sum(trial.state.is_finished() for study in studies for trial in storage.get_all_trials(study._study_id))


def wait_for(folder: Path, trials: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while done(folder) < trials:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_a_study_killed_halfway_goes_on_where_it_was(tmp_path):
    process = start(tmp_path, 12, 0.05)
    wait_for(tmp_path, 4)
    process.kill()
    process.communicate()
    before = done(tmp_path)
    assert 4 <= before < 12
    found = tune_model(request(tmp_path, trials=12, seconds=0.05), None)
    lost = [trial for trial in found.facts.trials if trial.end is TrialEnd.LOST]
    assert len(lost) <= 1
    assert len(found.facts.trials) - len(lost) == 12
    assert found.facts.trials[0].is_present


@pytest.mark.slow
def test_two_processes_tune_one_study_at_once(tmp_path):
    processes = [start(tmp_path, 14, 0.1) for _ in range(2)]
    outputs = [process.communicate(timeout=WAIT_SECONDS)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert {output[1] for output in outputs} == {"shared"}
    found = tune_model(request(tmp_path, trials=14, seconds=0.1), None)
    assert len(found.facts.trials) == 14
    assert sum(trial.is_present for trial in found.facts.trials) == 1
    assert not any(trial.end is TrialEnd.LOST for trial in found.facts.trials)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(tmp_path / "shared.log")))
    (study,) = storage.get_all_studies()
    assert len({trial.user_attrs["owner"] for trial in storage.get_all_trials(study._study_id)}) == 2


@pytest.mark.slow
def test_a_killed_worker_costs_its_trial_only(tmp_path):
    model = Slow(max_depth=1, killer=str(tmp_path / "killed"))
    found = tune_model(request(tmp_path, trials=8, jobs=2, model=model), None)
    assert (tmp_path / "killed").exists()
    ends = [trial.end for trial in found.facts.trials]
    assert ends.count(TrialEnd.LOST) == 1
    assert len(ends) == 9
    assert found.facts.after is not None or not found.facts.best


@pytest.mark.slow
def test_a_model_that_cannot_be_fitted_in_workers_is_told(tmp_path):
    model = Slow(max_depth=1, killer=str(tmp_path / "missing" / "file"))  # raises
    with pytest.raises(PitfallsError, match="FileNotFoundError"):
        tune_model(request(tmp_path, trials=4, jobs=2, model=model), None)


@pytest.mark.slow
def test_classes_of_the_main_script_reach_the_workers(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "from tests.tuning.study.test_workers import request\n"
        "from mlflow_pitfalls.tuning.study.study import tune_model\n"
        "class Mine(DecisionTreeClassifier):\n    pass\n"
        "found = tune_model(request(Path(sys.argv[1]), trials=4, jobs=2, model=Mine(max_depth=1)), None)\n"
        "print(sum(trial.end == 'complete' for trial in found.facts.trials))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 2


@pytest.mark.slow
def test_ctrl_c_ends_the_workers_and_keeps_what_there_is(tmp_path):
    code = PROGRAM.replace("seconds=float(sys.argv[3])", "seconds=float(sys.argv[3]), jobs=2").replace(
        "print(len(found.facts.trials)", "print(found.facts.interrupted, len(found.facts.trials)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), "200", "0.1"], env=environment, stdout=subprocess.PIPE, text=True
    )
    wait_for(tmp_path, 4)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    interrupted, trials, _ = output.split()
    assert interrupted == "True"
    assert 4 <= int(trials) < 200


def test_a_database_is_a_storage_too(tmp_path):
    url = f"sqlite:///{tmp_path / 'studies.db'}"
    model = DecisionTreeClassifier(max_depth=1, random_state=0)
    found = tune_model(request(tmp_path, trials=3, storage=url, model=model), None)
    assert len(found.facts.trials) == 3
    assert not (tmp_path / "shared.log").exists()
    assert str(tmp_path / "studies.db") not in {file.path for file in psutil.Process().open_files()}
    assert len(optuna.load_study(study_name="shared", storage=url).trials) == 3


def test_a_database_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PitfallsError, match="storage cannot be opened"):
        tune_model(request(tmp_path, trials=2, storage=f"sqlite:///{tmp_path / 'no' / 'studies.db'}"), None)
