"""What is switched on can be switched off exactly."""

import sys
from types import FunctionType

import pytest
from sklearn.base import BaseEstimator

import mlflow_pitfalls
from mlflow_pitfalls import hooks


def _classes(root):
    found, waiting = {root}, [root]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            if cls not in found:
                found.add(cls)
                waiting.append(cls)
    return found


def _snapshot():
    from mlflow.tracking.client import MlflowClient
    from mlflow.tracking.fluent import ActiveRun
    from sklearn.model_selection import BaseCrossValidator, BaseShuffleSplit

    roots = (BaseEstimator, BaseCrossValidator, BaseShuffleSplit)
    classes = {cls for root in roots for cls in _classes(root)} | {MlflowClient, ActiveRun}
    modules = [
        module for name, module in sys.modules.items() if name.split(".")[0] in ("sklearn", "imblearn", "mlflow")
    ]
    owners = [*sorted(classes, key=repr), *modules]
    return {id(owner): (owner, dict(vars(owner))) for owner in owners}


def _cells(snapshot):
    """Contents of every closure of every function, which is where functions are hooked."""
    return {
        id(cell): cell.cell_contents
        for _, members in snapshot.values()
        for value in members.values()
        for cell in _closure(value)
        if _filled(cell)
    }


def _closure(value):
    return value.__closure__ or () if isinstance(value, FunctionType) else ()


def _conditional(snapshot):
    """The methods behind ``available_if``, whose descriptors stay where they are."""
    return {
        id(value): value.fn
        for _, members in snapshot.values()
        for value in members.values()
        if type(value).__name__ == "_AvailableIfDescriptor"
    }


def _filled(cell):
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


@pytest.fixture
def loaded():
    import imblearn.over_sampling
    import imblearn.pipeline
    import mlflow.sklearn
    import sklearn.calibration
    import sklearn.ensemble
    import sklearn.metrics
    import sklearn.model_selection
    import sklearn.pipeline
    import sklearn.svm

    return sklearn, imblearn, mlflow


@pytest.mark.parametrize("autolog", [False, True], ids=["without autologging", "with autologging"])
def test_every_dict_is_as_before(loaded, tmp_path, autolog):
    options = {"autolog": autolog, "spool_dir": str(tmp_path), "terminal": False}
    # The first round imports what enabling needs.
    mlflow_pitfalls.enable(**options)
    mlflow_pitfalls.disable()
    before = _snapshot()
    cells, conditional = _cells(before), _conditional(before)
    mlflow_pitfalls.enable(**options)
    assert hooks.installed()
    assert _conditional(before) != conditional
    changed = [owner for owner, members in before.values() if dict(vars(owner)) != members]
    assert changed
    mlflow_pitfalls.disable()
    after = _snapshot()
    ignored = {"_ours", "_report"}
    for key, (owner, members) in before.items():
        now = after[key][1]
        different = {
            name
            for name in members.keys() | now.keys()
            if members.get(name, before) is not now.get(name, before) and name not in ignored
        }
        assert not {name for name in different if not _equal(members.get(name), now.get(name))}, owner
    contents = _cells(after)
    assert [key for key, value in cells.items() if key in contents and contents[key] is not value] == []
    assert _conditional(after) == conditional


def _equal(first, second):
    """Bookkeeping of MLflow's own, such as the settings of an integration, may be a new object of the same content."""
    return type(first) is type(second) and isinstance(first, dict | set | list | int | str) and first == second


def test_enabling_again_changes_nothing(loaded, tmp_path):
    options = {"autolog": False, "spool_dir": str(tmp_path), "terminal": False}
    mlflow_pitfalls.enable(**options)
    try:
        first = _snapshot()
        mlflow_pitfalls.enable(**options)
        mlflow_pitfalls.enable(**options, seed=3)
        second = _snapshot()
        for key, (owner, members) in first.items():
            assert {n for n, v in members.items() if second[key][1].get(n) is not v} == set(), owner
    finally:
        mlflow_pitfalls.disable()
    assert not mlflow_pitfalls.enabled()
    mlflow_pitfalls.disable()
