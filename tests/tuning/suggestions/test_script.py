"""The script: valid, readable Python that runs once its data line is filled in, without this package."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as SamplingPipeline
from lightgbm import LGBMRegressor
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from mlflow_pitfalls.model.record import RunInfo, TimeOrderFacts
from mlflow_pitfalls.model.suggestions import Kind, Parameter, SearchSpace
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.suggestions.likeness import likeness
from mlflow_pitfalls.tuning.suggestions.run_advice import space_for, tuning_of
from mlflow_pitfalls.tuning.suggestions.script import script_of
from mlflow_pitfalls.tuning.suggestions.source import source_of
from mlflow_pitfalls.tuning.suggestions.suggest import suggestions_of
from tests.tuning.conftest import flagged, forest_space

DATA_LINE = "X, y = ..."
CANCER = "from sklearn.datasets import load_breast_cancer\nX, y = load_breast_cancer(return_X_y=True, as_frame=True)"
MIXED = """X = pd.DataFrame({"age": np.arange(120) % 37, "work": ["a", "b", "c"] * 40})
y = pd.Series(np.where((X["age"] > 18) ^ (np.arange(120) % 11 == 0), "yes", "no"))"""


def written(model, record, outcomes, space) -> str:
    return script_of(record, outcomes, suggestions_of(record, outcomes, space), source_of(likeness(model)))


def run(script: str, data: str, folder: Path, trials: int = 4) -> str:
    filled = script.replace(DATA_LINE, data, 1).replace("TRIALS = 50", f"TRIALS = {trials}", 1)
    path = folder / "tune.py"
    path.write_text(filled, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)], capture_output=True, text=True, cwd=folder, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "FAIL" not in done.stderr, done.stderr[-3000:]
    return done.stdout


def test_it_imports_only_what_it_may(make_record):
    script = written(RandomForestClassifier(), make_record(), flagged("overfit"), forest_space())
    tree = ast.parse(script)
    roots = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert roots <= {"__future__", "pathlib", "typing", "numpy", "optuna", "pandas", "scipy", "sklearn"}
    assert script.count(DATA_LINE) == 1
    assert not [line for line in script.splitlines() if line.rstrip() != line or len(line) > 120]


def test_it_passes_the_style_of_a_careful_reader(make_record, tmp_path):
    path = tmp_path / "tune.py"
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.5))
    path.write_text(written(model, make_record(), flagged("overfit"), forest_space("m__")), encoding="utf-8")
    select = ["--select", "E,F,I,UP,B,SIM", "--line-length", "120", "--isolated", "--no-cache"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *select, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_it_tunes_stops_and_resumes(make_record, tmp_path):
    record = make_record()
    script = written(
        RandomForestClassifier(n_estimators=10, random_state=0), record, flagged("overfit"), forest_space()
    )
    first = run(script, CANCER, tmp_path, trials=3)
    assert "As it is: roc_auc" in first and "Best of 3 trials" in first
    assert "Held-out roc_auc: before" in first or "Nothing beat the settings" in first
    assert ("On other folds: " in first and " to " in first) or "Nothing beat the settings" in first
    assert (tmp_path / "tune.log").exists()
    assert "Best of 4 trials" in run(script, CANCER, tmp_path, trials=4)


def test_a_pipeline_with_texts_rare_classes_and_labels_gets_a_threshold(make_record, tmp_path):
    model = Pipeline(
        [
            ("table", make_column_transformer((OneHotEncoder(), ["work"]), remainder="passthrough")),
            ("forest", RandomForestClassifier(n_estimators=5, random_state=0)),
        ]
    )
    record = make_record(rare=50, metric="f1")
    script = written(model, record, flagged("class-imbalance"), forest_space("forest__"))
    assert "TunedThresholdClassifierCV" in script and "stratify=target" in script
    said = run(script, MIXED, tmp_path)
    assert "Best of 4 trials: average_precision" in said and "Held-out f1: before" in said
    assert "With the threshold 0." in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "metric", "task"),
    [
        (XGBClassifier(n_estimators=20, n_jobs=1), "neg_log_loss", Task.BINARY),
        (LGBMRegressor(n_estimators=20, n_jobs=1, verbose=-1), "neg_mean_absolute_error", Task.REGRESSION),
        (SamplingPipeline([("smote", SMOTE()), ("tree", DecisionTreeClassifier())]), "roc_auc", Task.BINARY),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else str(value),
)
def test_it_runs_on_the_whole_space_of_real_estimators(make_record, tmp_path, model, metric, task):
    record = make_record(metric=metric, task=task)
    outcomes = flagged("overfit")
    twin = likeness(model)
    tuning = tuning_of(record, outcomes, twin, space=space_for(record, outcomes, twin))
    data = f"{CANCER}\nX, y = X.iloc[:150, :5], " + ("X.iloc[:150, 5]" if task is Task.REGRESSION else "y.iloc[:150]")
    assert f"Best of 3 trials: {metric}" in run(tuning.script, data, tmp_path, trials=3)


@pytest.mark.slow
def test_conditions_tuples_and_needs_are_written(make_record, tmp_path):
    space = SearchSpace(
        estimator="MLPClassifier",
        parameters=(
            Parameter(
                name="momentum", kind=Kind.FLOAT, low=0.5, high=0.95, current=0.9, when=(("solver", "sgd"),),
                together=(("nesterovs_momentum", True),),
            ),
            Parameter(
                name="hidden_layer_sizes", kind=Kind.CATEGORY, choices=((4,), (4, 4)), current=(4,), why="size\nof it"
            ),
            Parameter(name="solver", kind=Kind.CATEGORY, choices=("lbfgs", "sgd"), current="lbfgs"),
            Parameter(name="alpha", kind=Kind.FLOAT, low=1e-5, high=1.0, log=True, current=1e-4, when=(("tol", 0.1),)),
        ),
    )  # fmt: skip
    model = make_pipeline(StandardScaler(), MLPClassifier(max_iter=2_000, tol=0.1, random_state=0))
    prefixed = replace(
        space,
        parameters=tuple(
            replace(
                p,
                name=f"mlpclassifier__{p.name}",
                when=tuple((f"mlpclassifier__{n}", v) for n, v in p.when),
                together=tuple((f"mlpclassifier__{n}", v) for n, v in p.together),
            )
            for p in space.parameters
        ),
    )
    script = written(model, make_record(), flagged(), prefixed)
    assert 'if params["mlpclassifier__solver"] == "sgd":' in script
    assert 'params["mlpclassifier__nesterovs_momentum"] = True' in script
    assert "Best of 4 trials" in run(script, CANCER, tmp_path)


def test_rows_in_order_are_split_in_order(make_record, tmp_path):
    order = TimeOrderFacts(source="column", column="day", rows=400, held_out_before_last=0.0)
    record = make_record(time_order=order, task=Task.REGRESSION, metric="r2")
    record = replace(record, split=replace(record.split, shuffled=False))
    script = written(RandomForestClassifier(), record, flagged(), forest_space())
    assert "TimeSeriesSplit(FOLDS)" in script and "shuffle=False" in script and "LabelEncoder" not in script
    compile(script, "tune.py", "exec")


def test_gaps_and_what_to_mend_are_told(make_record):
    model = OneHotEncoder(categories=[["a"]])
    script = written(make_pipeline(model, GaussianNB()), make_record(), flagged("target-leakage"), forest_space())
    assert "ONE_HOT_ENCODER_CATEGORIES = ...  # HERE: categories of OneHotEncoder: values of your data" in script
    assert "Mend target-leakage first" in script
    compile(script, "tune.py", "exec")


@pytest.mark.parametrize(
    "name", ['"""\nimport os', "\\", "a\rb\u2028c\x0cd", "\ud800", "{{ 7 }}{% raw %}", "# x" * 200]
)
def test_hostile_names_stay_words(make_record, name):
    record = replace(make_record(), run=RunInfo(run_id="r", run_name=name))
    space = replace(forest_space(), estimator=name)
    space = replace(space, parameters=(replace(space.parameters[0], name=name, why=name),))
    tree = ast.parse(written(RandomForestClassifier(), record, flagged(), space))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import) and node.names[0].name == "os"]
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == name]


def test_fewer_folds_than_rows_of_the_rarest_class(make_record):
    assert "FOLDS = 3\n" in written(RandomForestClassifier(), make_record(rare=3), flagged(), forest_space())
    slow = make_record()
    slow = replace(slow, fit=replace(slow.fit, seconds=30.0))
    assert "SECONDS = 1800" in written(RandomForestClassifier(), slow, flagged(), forest_space())
