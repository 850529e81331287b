"""One line in a training script, and every MLflow run tells its data, gap, time and pitfalls.

>>> import mlflow_pitfalls
>>> mlflow_pitfalls.enable()

Public names are loaded on first use: importing this package imports neither MLflow nor scikit-learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow_pitfalls.api import disable, enable, enabled, flush, probe, report
    from mlflow_pitfalls.comparer import compare
    from mlflow_pitfalls.errors import MissingExtraError, PitfallsError, SchemaError, SettingsError
    from mlflow_pitfalls.gating.gate import gate
    from mlflow_pitfalls.tuner import tune
    from mlflow_pitfalls.version import __version__

__all__ = [
    "MissingExtraError",
    "PitfallsError",
    "SchemaError",
    "SettingsError",
    "__version__",
    "compare",
    "disable",
    "enable",
    "enabled",
    "flush",
    "gate",
    "probe",
    "report",
    "tune",
]

_HOMES = {
    "MissingExtraError": "errors",
    "PitfallsError": "errors",
    "SchemaError": "errors",
    "SettingsError": "errors",
    "__version__": "version",
    "compare": "comparer",
    "disable": "api",
    "enable": "api",
    "enabled": "api",
    "flush": "api",
    "gate": "gating.gate",
    "probe": "api",
    "report": "api",
    "tune": "tuner",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
