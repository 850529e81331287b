"""A notebook: what was found stands below the cell that fitted."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

CELL_SECONDS = 120
FIRST = """
import mlflow_pitfalls
mlflow_pitfalls.enable(autolog=False)
import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
from mlflow_pitfalls import session
session.CELL_SECONDS = 60  # on a busy machine a report may come with a later cell
"""
FIT = """
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
with mlflow.start_run(run_name="owl"):
    model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
    score = accuracy_score(y_test, model.predict(X_test))
score
"""


class _Words(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.feed(markup)

    def handle_data(self, data: str) -> None:
        self.text += data


class _OwnKernel(AsyncKernelManager):
    """This interpreter, without a kernel specification from any folder."""

    client_class = AsyncKernelClient

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        return [sys.executable, "-m", "ipykernel_launcher", "-f", self.connection_file, *(extra_arguments or [])]


@pytest.fixture
def execute(tmp_path: Path, store, monkeypatch):
    """Runs cells in a kernel of their own; every folder that Jupyter and IPython write to is temporary."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    monkeypatch.setenv("MLFLOW_PITFALLS_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")  # tqdm's, that its widgets are missing
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")

    def run(*cells: str):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_manager_class=_OwnKernel,
            resources={"metadata": {"path": str(tmp_path)}},
        )
        client.execute()
        return [cell.outputs for cell in notebook.cells]

    return run


def _pages(outputs):
    return [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]


@pytest.mark.slow
def test_the_report_stands_below_the_cell_that_fitted(execute, store):
    first, fitted, idle, shown, disabled, after = execute(
        FIRST, FIT, "1 + 1", "mlflow_pitfalls.report()", "mlflow_pitfalls.disable()", FIT
    )
    assert first == []
    (page,) = _pages(fitted)
    words = _Words(page).text
    assert "owl" in words
    assert "Held-out accuracy" in words
    assert [output.output_type for output in fitted] == ["execute_result", "display_data"]
    assert _pages(idle) == []
    assert _pages(shown) == [page]
    assert disabled == []
    assert _pages(after) == []
    runs = store.client.search_runs([e.experiment_id for e in store.client.search_experiments()])
    assert sorted(run.data.tags.get("pitfalls.state", "") for run in runs) == ["", "settled"]


@pytest.mark.slow
def test_other_options_do_not_show_reports_twice(execute, store):
    again = "mlflow_pitfalls.enable(autolog=False, seed=1)"
    outputs = execute(FIRST, again, FIT, "mlflow_pitfalls.enable(autolog=False, notebook=False)", FIT)
    assert [len(_pages(cell)) for cell in outputs] == [0, 0, 1, 0, 0]
    runs = store.client.search_runs([e.experiment_id for e in store.client.search_experiments()])
    assert [run.data.tags["pitfalls.state"] for run in runs] == ["settled", "settled"]
    assert [output for cell in outputs for output in cell if output.output_type in ("error", "stream")] == []
