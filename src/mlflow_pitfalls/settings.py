"""Options: arguments first, then the environment, then ``[tool.mlflow-pitfalls]`` in the nearest pyproject.toml."""

from __future__ import annotations

import difflib
import json
import math
import os
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any, Literal

from mlflow_pitfalls.errors import SettingsError
from mlflow_pitfalls.model.suppression import Suppression, read_entries

ENV_PREFIX = "MLFLOW_PITFALLS_"
_NOT_OPTIONS = frozenset({"ENABLE"})  # turns the package on, says nothing about how

Privacy = Literal["default", "strict"]
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every option of ``enable()``.

    Attributes:
        autolog: Turn on MLflow autologging for scikit-learn, XGBoost and LightGBM where the user has not configured it.
        probe_budget: Share of the wall-clock spent in fits that extra small fits may take, 0..1, beside five
            seconds a process; 0 switches them off. They run in a process of their own, on one core;
            at exit they are waited for three seconds.
        privacy: ``default`` writes category labels that at least 20 rows share; ``strict`` writes no values at all.
        ignore: Checks, or groups such as ``PF3``, that shall not flag, perhaps with the last day on which that holds
            and a reason: ``"overfit until 2027-01-31 because the trees are pruned later"``.
        benchmark: Domain benchmark by metric, e.g. ``{"roc_auc": 0.80}``; the check ``below-benchmark`` reads it,
            and the experiment's tags ``pitfalls.benchmark.<metric>``.
        reference: Id of the run to compare with; else the experiment's run tagged ``pitfalls.reference = true``, else
            the registered model's champion, else the best of the last 20 comparable runs.
        terminal: Print a short table to standard error when a run's report is ready.
        notebook: Show the report's summary at the end of a notebook cell.
        thresholds: Other values for thresholds, by ``check.threshold``.
        sample_rows: Rows that a bounded sample holds, at least 100.
        confidence_resamples: Bootstrap resamples behind an interval, at least 100.
        seed: Seed of our own samples and resamples; the user's random state is never touched.
        views: Save views with our columns in the menu *Views* of each experiment, and write a line with their links
            below its description; once, and never over what is there.
        issues: Make flags of medium and high severity MLflow issues on the run, where the server has them, and take a
            check as ignored once somebody has rejected its issue in the experiment.
        datasets: Log the training and the held-out rows as MLflow datasets, with figures and without rows, where
            neither the user nor autologging has.
        exit_timeout: Seconds that the process's exit may wait for the tracking store, 0..60. Reports that are still
            being built are finished before.
        spool_dir: Folder that keeps what could not be sent; None for one under the user's state folder.
        test_mode: Raise our own failures rather than logging them.
    """

    autolog: bool = True
    probe_budget: float = 0.1
    privacy: Privacy = "default"
    ignore: tuple[Suppression, ...] = ()
    benchmark: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    reference: str | None = None
    terminal: bool = True
    notebook: bool = True
    thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sample_rows: int = 5_000
    confidence_resamples: int = 500
    seed: int = 0
    views: bool = True
    issues: bool = True
    datasets: bool = True
    exit_timeout: float = 5.0
    spool_dir: str | None = None
    test_mode: bool = False

    @classmethod
    def load(cls, arguments: Mapping[str, Any] | None = None, *, start: Path | None = None) -> Settings:
        """Gather the options from arguments, environment and pyproject.toml, in this order of precedence.

        Args:
            arguments: What the caller of ``enable()`` gave.
            start: Folder in which to look for pyproject.toml, and then in its parents; the working folder by default.

        Raises:
            SettingsError: An option is unknown or its value does not fit; the message names the nearest right one.
        """
        merged: dict[str, Any] = {}
        for source, options in (
            ("[tool.mlflow-pitfalls] in pyproject.toml", _from_pyproject(start)),
            ("the environment", _from_environment()),
            ("enable()", dict(arguments or {})),
        ):
            for name, value in options.items():
                merged[name] = _checked(name, value, source)
        return cls(**merged)


def option_names() -> tuple[str, ...]:
    """The names of all options, in the order of :class:`Settings`."""
    return tuple(f.name for f in fields(Settings))


def nearest(name: str, candidates: tuple[str, ...]) -> str:
    """A hint such as ``; did you mean 'ignore'?``, empty where nothing is near."""
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _from_environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, text in os.environ.items():
        option = key.removeprefix(ENV_PREFIX)
        if option == key or option in _NOT_OPTIONS:
            continue
        found[option.lower()] = text
    return found


def _from_pyproject(start: Path | None) -> dict[str, Any]:
    try:
        folder = (start or Path.cwd()).resolve()
    except OSError:  # the working folder is gone
        return {}
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if not path.is_file():
            continue
        try:
            tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path.name} cannot be read: {error}") from error
        table = tool.get("mlflow-pitfalls", {}) if isinstance(tool, dict) else {}
        if not isinstance(table, dict):
            raise SettingsError(f"[tool.mlflow-pitfalls] in {path.name} must be a table of options, found {table!r}")
        return {name.replace("-", "_"): value for name, value in table.items()}
    return {}


def _checked(name: str, value: Any, source: str) -> Any:
    if name not in _READERS:
        raise SettingsError(
            f"unknown option {name!r} from {source}{nearest(name, option_names()) or '.'} "
            f"Options: {', '.join(option_names())}."
        )
    try:
        return _READERS[name](value)
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingsError(f"option {name!r} from {source}: {error}") from error


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f"expected true or false, found {value!r}")


def _any_number(value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        raise ValueError(f"expected a number, found {value!r}")
    return number


def _number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        number = _any_number(value)
        if not low <= number <= high:
            raise ValueError(f"expected {low:g} to {high:g}, found {number:g}")
        return number

    return read


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = _number(low, high)(value)
        if not number.is_integer():
            raise ValueError(f"expected a whole number, found {value!r}")
        return int(number)

    return read


def _privacy(value: Any) -> str:
    choices = ("default", "strict")
    if value not in choices:
        raise ValueError(f"expected one of {', '.join(choices)}, found {value!r}{nearest(str(value), choices)}")
    return str(value)


def _numbers(value: Any) -> Mapping[str, float]:
    found = value
    if isinstance(value, str):
        with suppress(ValueError):
            found = json.loads(value)
    if not isinstance(found, Mapping):
        raise ValueError(f'expected names with numbers such as {{"roc_auc": 0.8}}, found {value!r}')
    return MappingProxyType({str(name): _any_number(number) for name, number in found.items()})


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str | PurePath):
        raise ValueError(f"expected text, found {value!r}")
    return str(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "autolog": _boolean,
    "probe_budget": _number(0.0, 1.0),
    "privacy": _privacy,
    "ignore": read_entries,
    "benchmark": _numbers,
    "reference": _text,
    "terminal": _boolean,
    "notebook": _boolean,
    "thresholds": _numbers,
    "sample_rows": _whole(100, 1_000_000),
    "confidence_resamples": _whole(100, 100_000),
    "seed": _whole(0, 2**32 - 1),
    "views": _boolean,
    "issues": _boolean,
    "datasets": _boolean,
    "exit_timeout": _number(0.0, 60.0),
    "spool_dir": _text,
    "test_mode": _boolean,
}
