"""A module of the user's is reloaded, and its classes are renewed in place as IPython's autoreload does it."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest
from IPython.extensions.autoreload import superreload

from mlflow_pitfalls import hooks

MODULE = "an_estimator_of_the_users"
SOURCE = """
from sklearn.base import BaseEstimator
from sklearn.model_selection import BaseCrossValidator

class Mine(BaseEstimator):
    def fit(self, X, y=None):
        self.version_ = {version}
        return self
    def predict(self, X):
        return [{version}] * len(X)

class Halves(BaseCrossValidator):
    def split(self, X, y=None, groups=None):
        yield [{version}], [0]
    def get_n_splits(self, X=None, y=None, groups=None):
        return 1
"""


@pytest.fixture
def module(tmp_path, monkeypatch, recorder):
    """Written and imported while the hooks are in place."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    write(tmp_path, 1)
    yield importlib.import_module(MODULE)
    del sys.modules[MODULE]


def write(folder, version: int) -> None:
    (folder / f"{MODULE}.py").write_text(SOURCE.format(version=version))


def edit_and_reload(module: ModuleType, folder, how: str) -> ModuleType:
    write(folder, 22)
    return superreload(module, importlib.reload, {}) if how == "autoreload" else importlib.reload(module)


def told(module: ModuleType) -> list[object]:
    model = module.Mine().fit([[1]])
    return [model.version_, *model.predict([[1]]), *(train[0] for train, _ in module.Halves().split([[1]]))]


def test_edited_methods_run_in_classes_imported_before(module, tmp_path, recorder):
    Mine, Halves, model = module.Mine, module.Halves, module.Mine()
    old = ModuleType("names that the notebook holds")
    old.Mine, old.Halves = Mine, Halves
    assert told(old) == [1, 1, 1]
    edit_and_reload(module, tmp_path, "autoreload")
    recorder.clear()
    assert told(old) == [22, 22, 22]
    assert model.fit([[1]]).version_ == 22
    assert recorder.names == ["fit", "predict", "split", "fit"]
    hooks.uninstall()
    assert told(old) == [22, 22, 22]
    assert "hook" not in Mine.fit.__code__.co_name
    assert len(recorder.names) == 4


@pytest.mark.parametrize("how", ["reload", "autoreload"])
def test_each_call_is_told_once_after_many_reloads(module, tmp_path, recorder, how):
    for _ in range(3):
        module = edit_and_reload(module, tmp_path, how)
    recorder.clear()
    assert told(module) == [22, 22, 22]
    assert recorder.names == ["fit", "predict", "split"]


def test_a_plain_reload_leaves_old_classes_as_they_were(module, tmp_path, recorder):
    model = module.Mine()
    edit_and_reload(module, tmp_path, "reload")
    assert model.fit([[1]]).version_ == 1
    assert recorder.names == ["fit"]
