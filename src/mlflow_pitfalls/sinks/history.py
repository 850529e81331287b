"""What the experiment's earlier runs say: was there a simple model to compare with?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.record import HistoryFacts
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.sinks.reading import read_within

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

TASK_TAG = "pitfalls.task"
TARGET_TAG = "pitfalls.target"
FAMILY_TAG = "pitfalls.model_family"
PARENT_TAG = "mlflow.parentRunId"

MAX_RUNS = 50  # of one query; each costs about 1.5 ms to read
SHALLOW_DEPTH = 3  # levels of a tree that still counts as a baseline
BASELINE_FAMILIES = frozenset({"dummy", "linear", "bayes"})

# Parts of scikit-learn's class names, as its autologging writes them, the first match counts.
_FAMILIES = (
    ("Dummy", "dummy"),
    ("GradientBoosting", "boosting"),
    ("AdaBoost", "boosting"),
    ("XGB", "boosting"),
    ("LGBM", "boosting"),
    ("CatBoost", "boosting"),
    ("RandomForest", "forest"),
    ("ExtraTrees", "forest"),
    ("Bagging", "forest"),
    ("DecisionTree", "tree"),
    ("ExtraTree", "tree"),
    ("SVC", "svm"),
    ("SVR", "svm"),
    ("Neighbors", "neighbors"),
    ("NB", "bayes"),
    ("MLP", "network"),
    ("LogisticRegression", "linear"),
    ("LinearRegression", "linear"),
    ("Ridge", "linear"),
    ("Lasso", "linear"),
    ("ElasticNet", "linear"),
    ("SGD", "linear"),
    ("Perceptron", "linear"),
    ("LinearDiscriminantAnalysis", "linear"),
)
_LINEAR_MACHINES = ("LinearSVC", "LinearSVR")
_CLASSIFIERS = re.compile(r"Classifier|Logistic|SVC$|NB$|Discriminant|Perceptron")
_REGRESSORS = re.compile(r"Regressor|LinearRegression|SVR$|Ridge$|Lasso|ElasticNet")
_CLASS_NAME = re.compile(r"\b([A-Z]\w+)\(")


@dataclass(frozen=True, slots=True)
class _Model:
    """What a run's tags and parameters tell about its model. ``comparable``: same task, and target where known."""

    family: str
    comparable: bool
    baseline: bool


def read_history(tracking_uri: str, experiment_id: str, run_id: str, task: Task, target: str) -> HistoryFacts | None:
    """Look at the latest finished runs of an experiment: at most two queries of 50 runs, however large it is.

    Args:
        tracking_uri: The store.
        experiment_id: The experiment.
        run_id: The run that asks; it does not count.
        task: What that run predicts.
        target: What it predicts, as ``pitfalls.target`` names it; empty where it is not known.

    Returns:
        None where the store does not answer in time.
    """

    def read() -> HistoryFacts:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=tracking_uri)
        runs = _search(client, experiment_id)
        complete = len(runs) < MAX_RUNS
        if not complete and not _has_baseline(runs, run_id, task, target):
            # The latest runs may be of another task: ask for those that carry our tags.
            runs += _search(client, experiment_id, f" AND tags.`{TASK_TAG}` = '{task.value}'{_target_filter(target)}")
        return _facts(_models(runs, run_id, task, target), complete)

    return read_within(tracking_uri, read)


def _search(client: MlflowClient, experiment_id: str, condition: str = "") -> list[Run]:
    return list(
        client.search_runs(
            [experiment_id],
            filter_string=f"attributes.status = 'FINISHED'{condition}",
            max_results=MAX_RUNS,
            order_by=["attributes.start_time DESC"],
        )
    )


def _target_filter(target: str) -> str:
    # A quote in a column's name cannot be escaped in MLflow's filter language.
    return f" AND tags.`{TARGET_TAG}` = '{target}'" if target and not set(target) & set("'\"`\\") else ""


def _has_baseline(runs: Iterable[Run], run_id: str, task: Task, target: str) -> bool:
    return any(model.baseline for model in _models(runs, run_id, task, target))


def _facts(models: list[_Model], complete: bool) -> HistoryFacts:
    comparable = [model for model in models if model.comparable]
    return HistoryFacts(
        runs_seen=len(models),
        comparable_runs=len(comparable),
        families=tuple(sorted({model.family for model in comparable if model.family})),
        baseline_runs=sum(model.baseline for model in comparable),
        complete=complete,
    )


def _models(runs: Iterable[Run], run_id: str, task: Task, target: str) -> list[_Model]:
    others = {run.info.run_id: run for run in runs if run.info.run_id != run_id and not _is_part(run.data.tags)}
    return [_model(run.data.tags, run.data.params, task, target) for run in others.values()]


def _is_part(tags: Mapping[str, str]) -> bool:
    """A candidate of a search, which autologging writes as a child run: no attempt of its own."""
    return PARENT_TAG in tags and TASK_TAG not in tags


def _model(tags: Mapping[str, str], params: Mapping[str, str], task: Task, target: str) -> _Model:
    name = _estimator_name(tags, params)
    family = tags.get(FAMILY_TAG) or family_of(name)
    comparable = _same_task(tags.get(TASK_TAG), name, task) and tags.get(TARGET_TAG, target) == target
    return _Model(family, comparable, comparable and _is_baseline(family, params))


def family_of(class_name: str) -> str:
    """The family of a scikit-learn or boosting estimator by its class name, empty where it is unknown."""
    if class_name.startswith(_LINEAR_MACHINES):
        return "linear"
    return next((family for part, family in _FAMILIES if part in class_name), "")


def _estimator_name(tags: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The predictor's class as autologging has written it; of a pipeline the last step that is known."""
    name = tags.get("estimator_name", "")
    if family_of(name):
        return name
    inner = [part for part in _CLASS_NAME.findall(params.get("steps", "")) if family_of(part)]
    return inner[-1] if inner else name


def _same_task(tagged: str | None, class_name: str, task: Task) -> bool:
    if tagged is not None:
        return tagged == task.value
    pattern = _CLASSIFIERS if task.is_classification else _REGRESSORS
    return bool(class_name) and bool(pattern.search(class_name))


def _is_baseline(family: str, params: Mapping[str, str]) -> bool:
    if family != "tree":
        return family in BASELINE_FAMILIES
    depth = next((value for key, value in params.items() if key == "max_depth" or key.endswith("__max_depth")), "")
    return depth.isdigit() and int(depth) <= SHALLOW_DEPTH
