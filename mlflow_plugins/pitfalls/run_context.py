"""Run-context provider: ``MLFLOW_PITFALLS_ENABLE=1`` turns mlflow-pitfalls on without touching the code.

MLflow imports this module while ``import mlflow`` is still under way, and asks the provider at each new run. An
exception here would reach the user's import: hence the standard library only, and everything wrapped.
"""

import os
import sys
from typing import Any

_ON = frozenset({"1", "true", "yes", "on"})


def _wanted() -> bool:
    return os.environ.get("MLFLOW_PITFALLS_ENABLE", "").strip().lower() in _ON


def _enable() -> None:
    try:
        import mlflow_pitfalls

        mlflow_pitfalls.enable()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a guest never breaks the import or the run
        try:
            sys.stderr.write(f"mlflow-pitfalls could not be enabled: {error}\n")
        except Exception:  # noqa: BLE001
            return


class _WhenMlflowIsReady:
    """A finder that finds nothing: it waits for the first import after ``import mlflow`` has finished."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Enable mlflow-pitfalls once MLflow is fully imported, and step out of the way."""
        mlflow = sys.modules.get("mlflow")
        spec = getattr(mlflow, "__spec__", None)
        if mlflow is None or getattr(spec, "_initializing", False):
            return
        try:
            sys.meta_path.remove(self)  # type: ignore[arg-type]
        except ValueError:  # another thread was faster
            return
        _enable()


class PitfallsRunContext:
    """Tells MLflow no tags of its own; being asked is its purpose."""

    def __init__(self) -> None:
        self._pending = _wanted()
        if self._pending:
            sys.meta_path.insert(0, _WhenMlflowIsReady())  # type: ignore[arg-type]

    def in_context(self) -> bool:
        """Enable at the latest when the first run starts; never claims the context."""
        if self._pending:
            self._pending = False
            _enable()
        return False

    def tags(self) -> dict[str, str]:
        """No tags."""
        return {}
