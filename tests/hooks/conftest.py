from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlflow_pitfalls import errors, hooks
from mlflow_pitfalls.model.events import CallEvent, CallKind, RunEvent


class Recorder:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.runs: list[RunEvent] = []
        self.announced: list[tuple[CallKind, str, Any]] = []
        self.skips: list[tuple[CallKind, str, Any, float]] = []
        self.unwanted: set[CallKind] = set()

    def wants(self, kind: CallKind, name: str, owner: Any) -> bool:
        return kind not in self.unwanted

    def skipped(self, kind: CallKind, name: str, owner: Any, seconds: float) -> None:
        self.skips.append((kind, name, owner, seconds))

    def starting(self, kind: CallKind, name: str, owner: Any) -> None:
        self.announced.append((kind, name, owner))

    def finished(self, event: CallEvent) -> None:
        self.events.append(event)

    def run_changed(self, event: RunEvent) -> None:
        self.runs.append(event)

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(type(event.owner).__name__, event.name) for event in self.events]

    def clear(self) -> None:
        self.events.clear()
        self.runs.clear()
        self.announced.clear()
        self.skips.clear()


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Import them before a test calls mlflow.autolog(), whose import hooks give warnings."""
    import catboost  # noqa: F401
    import imblearn.metrics  # noqa: F401
    import lightgbm  # noqa: F401
    import xgboost  # noqa: F401


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Hooks that are in place for the test, and what they tell."""
    errors.forget_reported()
    listener = Recorder()
    report = hooks.install(listener)
    assert report.active
    assert report.not_hooked == ()
    yield listener
    hooks.uninstall()
    assert not hooks.installed()


@pytest.fixture
def new_recorder() -> type[Recorder]:
    return Recorder


@pytest.fixture
def iris() -> tuple[Any, Any]:
    from sklearn.datasets import load_iris

    return load_iris(return_X_y=True)


@pytest.fixture(scope="session")
def store_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture
def mlflow_store(store_uri: str, tmp_path: Path) -> Iterator[Any]:
    """MLflow on an embedded store, with an experiment of the test's own; autologging as before afterwards."""
    import mlflow
    from mlflow.tracking import fluent

    before = mlflow.get_tracking_uri()
    environment = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
    mlflow.set_tracking_uri(store_uri)
    name = tmp_path.name
    mlflow.set_experiment(experiment_id=mlflow.create_experiment(name, artifact_location=tmp_path.as_uri()))
    yield mlflow
    while mlflow.active_run() is not None:
        mlflow.end_run()
    reset_autolog()
    mlflow.set_tracking_uri(before)
    fluent._active_experiment_id = None
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        del os.environ[name]  # MLflow hands experiment and store on to child processes
    os.environ.update(environment)


def reset_autolog() -> None:
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    hooks.turn_off_autolog()
    for flavor in ("sklearn", "xgboost", "lightgbm"):
        if f"mlflow.{flavor}" in sys.modules and AUTOLOGGING_INTEGRATIONS.get(flavor):
            sys.modules[f"mlflow.{flavor}"].autolog(disable=True)
            AUTOLOGGING_INTEGRATIONS[flavor] = {}


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., str]:
    """Run a script in a fresh interpreter, without this package where asked, and give its output."""

    def run(source: str, *, without_us: bool = False, arguments: tuple[str, ...] = ()) -> str:
        script = tmp_path / "script.py"
        script.write_text((BLOCK if without_us else "") + textwrap.dedent(source))
        finished = subprocess.run(
            [sys.executable, "-W", "ignore", str(script), *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")},
            timeout=120,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run


BLOCK = """\
import sys
class _Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("mlflow_pitfalls", "mlflow_plugins"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, _Block())
"""
