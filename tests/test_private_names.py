"""Names that other packages promise to nobody: each is there, stands in one file, and costs its own feature alone."""

from __future__ import annotations

import ast
import dataclasses
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import mlflow.sklearn  # noqa: F401 - so that MLflow's names are looked at
import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

from mlflow_pitfalls import errors, hooks, private_names
from mlflow_pitfalls.reporting.links import RECORD_PATH
from mlflow_pitfalls.sinks import native_issues, our_page, quiet, runs
from mlflow_pitfalls.sinks.native_issues import NoIssuesError
from tests.hooks.conftest import Recorder
from tests.scripts import data, fit, run_script

__all__ = ["data", "fit", "run_script"]

ROOT = Path(__file__).parents[1]
SOURCES = sorted((*(ROOT / "src").rglob("*.py"), *(ROOT / "mlflow_plugins").rglob("*.py")))
TABLE = ROOT / "src" / "mlflow_pitfalls" / "private_names.py"
NAMES = {str(name): name for name in private_names.table()}
# Names of this table that MLflow, scikit-learn and Python have loaded wherever the hooks are installed.
AT_ENABLE = [
    key
    for key, value in vars(private_names).items()
    if isinstance(value, private_names.PrivateName)
    and value.home.startswith(("mlflow.", "sklearn."))
    and not value.home.startswith(("mlflow.server", "sklearn.multioutput", "sklearn.calibration", "sklearn.neighbors"))
]
# The plugin waits for MLflow's import before it imports anything of ours, this table included.
PLUGIN = {"run_context.py": {"_initializing"}}
SPARK = "spark_session.py"  # the one file that starts PySpark, and the one that names its insides
OURS = ("self", "cls", "sys", "os")  # sys._getframe, os._exit

LOOK = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
from mlflow_pitfalls import private_names
for name in private_names.table():
    importlib.import_module(name.home.partition(":")[0])
print(json.dumps([str(name) for name in private_names.table() if not private_names.is_there(name)]))
"""


@pytest.fixture(scope="module")
def moved(tmp_path_factory) -> list[str]:
    """What is not there in the installed versions; asked in a process of its own, as MLflow's server is imported."""
    folder = tmp_path_factory.mktemp("moved")
    (folder / "look.py").write_text(LOOK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "look.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MLFLOW_FLASK_SERVER_SECRET_KEY": "not secret"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_the_installed_version_has_it(moved, name):
    assert name not in moved, f"{name} has moved; lost without it: {NAMES[name].lost}"


def test_a_name_that_is_not_there_is_seen(monkeypatch):
    assert private_names.is_there(private_names.TRACKING_CLIENT)
    _rename(monkeypatch, "TRACKING_CLIENT")
    assert private_names.is_there(private_names.TRACKING_CLIENT) is False


def test_a_module_that_is_half_imported_misses_nothing(monkeypatch):
    _rename(monkeypatch, "HTTP_REQUEST")
    monkeypatch.setattr(sys.modules["mlflow.utils.rest_utils"].__spec__, "_initializing", True, raising=False)
    assert private_names.is_there(private_names.HTTP_REQUEST) is None


def test_no_other_file_uses_one():
    known = {name.name for name in NAMES.values() if name.name.startswith("_")}
    found = []
    for path in SOURCES:
        if path != TABLE:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [f"{path.relative_to(ROOT)}: {use}" for use in sorted(_uses(path.name, tree, known))]
    assert found == []


def _uses(file: str, tree: ast.AST, known: set[str]) -> set[str]:
    nodes = list(ast.walk(tree))
    attributes = {
        ast.unparse(node)
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and file != SPARK
        and not ast.unparse(node.value).startswith((*OURS, "module"))  # module: our own, which a reload has left
    }
    asked = {
        node.args[1].value
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "hasattr", "setattr")
        if len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
        if str(node.args[1].value).startswith("_") and not str(node.args[1].value).startswith("__")
    }
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and node.value in known}
    modules = {f"import {name.name}" for node in nodes if isinstance(node, ast.Import) for name in node.names}
    imports = {text for text in modules if _is_private(f"{text.removeprefix('import ')}.")} | {
        f"from {node.module} import {name.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith("mlflow_p")
        for name in node.names
        if _is_private(f"{node.module}.{name.name}")
    }
    return attributes | imports | ((asked | texts) - PLUGIN.get(file, set()))


def _is_private(path: str) -> bool:
    """An underscore anywhere, or the parts of MLflow that its reference does not list."""
    if path in ("mlflow.server.app", "mlflow.server.auth"):  # what MLflow tells those who write an app of their own
        return False
    inside = ("mlflow.utils.", "mlflow.store.", "mlflow.server.", "mlflow.environment_variables", "mlflow.protos")
    if not path.startswith(("mlflow.", "sklearn.", "imblearn.", "optuna.", "pandas.")):
        return False
    return any(part.startswith("_") for part in path.split(".")) or path.startswith(inside)


def _rename(monkeypatch, key: str) -> private_names.PrivateName:
    """Look for a name that no version has."""
    name = dataclasses.replace(getattr(private_names, key), name="renamed_in_a_later_version")
    monkeypatch.setattr(private_names, key, name)
    monkeypatch.setattr(private_names, "_found", set())
    return name


@pytest.fixture
def warnings_of_ours(caplog):
    errors.forget_reported()
    with caplog.at_level(logging.WARNING, logger="mlflow_pitfalls"):
        yield lambda: [record.getMessage() for record in caplog.records if record.name == "mlflow_pitfalls"]
    errors.forget_reported()


@pytest.mark.parametrize("key", AT_ENABLE)
def test_at_enable_one_warning_and_the_other_hooks_work(monkeypatch, warnings_of_ours, key):
    name = _rename(monkeypatch, key)
    recorder = Recorder()
    report = hooks.install(recorder)
    try:
        hooks.turn_on_autolog()
        GaussianNB().fit(*load_iris(return_X_y=True))
    finally:
        hooks.turn_off_autolog()
        hooks.uninstall()
    assert report.active
    assert len(warnings_of_ours()) == 1, warnings_of_ours()
    assert name.lost in warnings_of_ours()[0]
    assert recorder.names == ["fit"]
    assert report.methods > 100
    assert report.functions > 50
    assert report.run_methods == 2


def test_what_is_imported_later_is_told_once(monkeypatch, warnings_of_ours):
    import sklearn.multioutput  # noqa: F401

    name = _rename(monkeypatch, "CHAIN")
    private_names.tell_missing()
    private_names.tell_missing()
    assert warnings_of_ours() == [f"mlflow-pitfalls: this version has no {name}; what does not work: {name.lost}"]


@pytest.mark.parametrize("key", ["ARTIFACT_REPOSITORY", "DOWNLOAD_FILE"])
def test_artifacts_are_read_by_the_public_way(monkeypatch, warnings_of_ours, written, key):
    store, run = written
    _rename(monkeypatch, key)
    for _ in range(2):
        assert runs.read_artifact(run, store.uri, RECORD_PATH) == b"{}"
    assert runs.read_artifact(run, store.uri, "pitfalls/none.json") is None
    assert len(warnings_of_ours()) == 1


def test_without_the_clients_store_there_are_no_issues(monkeypatch, warnings_of_ours, written):
    store, run = written
    assert native_issues.rejected_issues(store.client, run.info.experiment_id) == ()
    _rename(monkeypatch, "TRACKING_CLIENT")
    for _ in range(2):
        with pytest.raises(NoIssuesError):
            native_issues.rejected_issues(store.client, run.info.experiment_id)
    assert len(warnings_of_ours()) == 1


@pytest.mark.parametrize("key", ["TRACKING_CLIENT", "HTTP_REQUEST"])
def test_without_a_way_to_ask_no_run_links_to_the_page(monkeypatch, warnings_of_ours, key):
    _rename(monkeypatch, key)
    assert our_page._ask("http://127.0.0.1:9") is False
    assert len(warnings_of_ours()) == 1


def test_without_the_switch_mlflow_talks_in_our_threads(monkeypatch, warnings_of_ours):
    _rename(monkeypatch, "SUPPRESS_LOGS")
    quiet.mute_this_thread()
    assert len(warnings_of_ours()) == 1
    monkeypatch.undo()
    quiet._thread.muted = False


EVERYTHING_GONE = """
import dataclasses
from mlflow_pitfalls import private_names
for key, value in list(vars(private_names).items()):
    if isinstance(value, private_names.PrivateName):
        setattr(private_names, key, dataclasses.replace(value, name="renamed_in_a_later_version"))
import mlflow_pitfalls
mlflow_pitfalls.enable()
with mlflow.start_run():
"""


@pytest.mark.slow
def test_with_all_names_gone_at_once_a_script_is_judged_all_the_same(run_script, store, data, fit):
    body = "\n".join(f"    {line}" for line in fit.strip().splitlines())
    done = run_script(data + EVERYTHING_GONE + body + "\nprint(json.dumps(score))", store.uri)
    assert done.returncode == 0, done.stderr
    assert done.result > 0.85
    told = [line for line in done.stderr.splitlines() if "mlflow-pitfalls: " in line and " not hooked: " in line]
    assert len(told) == 1, done.stderr
    assert "your program is not affected" not in done.stderr
    assert "this version has no" not in done.stderr
    (run,) = store.client.search_runs(["0"])
    assert run.data.tags["pitfalls.severity"]


@pytest.fixture
def written(store):
    """A run with a file of ours, and its store."""
    client = store.client
    run = client.create_run(store.experiment_id)
    client.log_text(run.info.run_id, "{}", RECORD_PATH)
    return store, client.get_run(run.info.run_id)
