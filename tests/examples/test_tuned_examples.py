"""Examples, unedited, under ``mlflow-pitfalls tune``, and their ``tune.py``: they gain, or say that they did not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.tuning import TuningFacts, Verdict
from tests.examples.conftest import QUICK_MODELS

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMAND = [str(Path(sys.executable).with_name("mlflow-pitfalls")), "tune", "--trials", "3", "--timeout", "20"]
TIMEOUT = 170  # seconds, of each process
# A classifier of a table in a pipeline, a regressor, a grid search, rows made by SMOTE, and missing values.
TUNED = ("overfit_income", "bike_by_date", "grid_search_cancer", "smote_before_split_bank", "missing_income")
SCRIPT_OF = "grid_search_cancer"
# What the data line of its tune.py is filled in with: the example's own rows.
ROWS = """
from sklearn.datasets import load_breast_cancer
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
"""
KEEP, TAKE = "Keep the present configuration", "Take the best configuration"


@pytest.mark.slow
@pytest.mark.timeout(2 * TIMEOUT + 30)
@pytest.mark.parametrize("name", TUNED)
def test_an_example_is_tuned_as_it_is(name: str, run_all: ModuleType, tmp_path: Path) -> None:
    client, experiment_id, environment = run_all.prepare(tmp_path)
    environment |= QUICK_MODELS | {"XDG_STATE_HOME": str(tmp_path / "state"), "OMP_NUM_THREADS": "1"}
    done = _run([*COMMAND, str(EXAMPLES / f"{name}.py")], environment, tmp_path)
    runs = client.search_runs([experiment_id])
    (parent,) = [run for run in runs if "pitfalls.study" in run.data.tags]
    facts = from_json(TuningFacts, _artifact(client, parent, "pitfalls/tuning.json", tmp_path))
    assert facts.trials[0].is_present
    assert facts.before is not None
    assert facts.history_runs == 0
    assert (TAKE if facts.taken else KEEP) in re.sub(r"\s+", " ", done)
    assert facts.verdict is not Verdict.IMPROVED or facts.gain.interval.low > 0
    tuned = client.get_run(parent.data.tags["pitfalls.tuned_run"])
    assert json.loads(_artifact(client, tuned, "pitfalls/suggestions.json", tmp_path))["space"]["parameters"]
    script = _artifact(client, tuned, "pitfalls/tune.py", tmp_path)
    compile(script, "tune.py", "exec")
    if name == SCRIPT_OF:
        _check_script(script, environment, tmp_path)


def _check_script(script: str, environment: dict[str, str], folder: Path) -> None:
    """It runs with nothing but its data filled in, and says what came of it."""
    filled = re.sub(r"^X, y = \.\.\..*$", lambda _: ROWS, script, count=1, flags=re.MULTILINE)
    filled = re.sub(r"^TRIALS = \d+", "TRIALS = 3", filled, count=1, flags=re.MULTILINE)
    (folder / "tune.py").write_text(filled, encoding="utf-8")
    said = _run([sys.executable, str(folder / "tune.py")], environment, folder)
    assert "Best of 3 trials" in said
    assert "Nothing beat the settings as they are" in said or re.search(r"(other|these) folds.*95 %", said)


def _run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return done.stdout


def _artifact(client, run, path: str, folder: Path) -> str:
    return Path(client.download_artifacts(run.info.run_id, path, str(folder))).read_text(encoding="utf-8")
