"""The shapes are there today; where one is gone, the hooks say so and fall back."""

from __future__ import annotations

import logging

import pytest
from sklearn.metrics import accuracy_score
from sklearn.naive_bayes import GaussianNB

from mlflow_pitfalls import errors, hooks
from mlflow_pitfalls.hooks import estimators, functions, installer, mlflow_runs, private


@pytest.fixture(autouse=True)
def afresh():
    errors.forget_reported()
    yield
    hooks.uninstall()


def test_all_shapes_are_there():
    import mlflow.sklearn  # noqa: F401 - so that its patches are tested, too

    assert private.self_test() == ()


@pytest.mark.parametrize("name", ["FUNCTION_CELL", "METHOD_CELL", "CONDITIONAL_ATTRIBUTE"])
def test_each_missing_shape_is_told(monkeypatch, caplog, new_recorder, name):
    monkeypatch.setattr(private, name, "renamed")
    with caplog.at_level(logging.WARNING):
        report = hooks.install(new_recorder())
    assert report.active
    assert len(report.not_hooked) == 1
    warnings = [record.getMessage() for record in caplog.records if record.name == "mlflow_pitfalls"]
    assert len(warnings) == 1
    assert report.not_hooked[0] in warnings[0]


def test_missing_patch_function_is_told(monkeypatch):
    module = "mlflow.utils.autologging_utils.safety"
    import mlflow.utils.autologging_utils.safety  # noqa: F401

    monkeypatch.setitem(private.PATCH_FUNCTIONS, module, private.PATCH_FUNCTIONS[module] | {"renamed"})
    assert private.self_test() == ("autologging patches of MLflow",)


def test_fallbacks_hook_and_restore(monkeypatch, new_recorder, iris):
    import sklearn.metrics
    from sklearn.metrics import _classification

    before = sklearn.metrics.accuracy_score, vars(GaussianNB)["fit"]
    monkeypatch.setattr(private, "FUNCTION_CELL", "renamed")
    monkeypatch.setattr(private, "METHOD_CELL", "renamed")
    recorder = new_recorder()
    hooks.install(recorder)
    assert sklearn.metrics.accuracy_score is _classification.accuracy_score is not before[0]
    GaussianNB().fit(*iris)
    sklearn.metrics.accuracy_score([0, 1], [0, 1])
    accuracy_score([0, 1], [0, 1])  # imported before: the fallback cannot see it
    assert recorder.names == ["fit", "accuracy_score"]
    hooks.uninstall()
    assert (sklearn.metrics.accuracy_score, vars(GaussianNB)["fit"]) == before
    assert _classification.accuracy_score is before[0]


@pytest.mark.parametrize(
    ("module", "part"),
    [
        (functions, "hook_functions"),
        (estimators, "hook_classes"),
        (mlflow_runs, "hook_runs"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_one_failing_part_leaves_the_others(monkeypatch, caplog, new_recorder, iris, module, part):
    def broken(*args):
        raise RuntimeError

    monkeypatch.setattr(module, part, broken)
    report = hooks.install(new_recorder())
    assert report.active
    assert len(report.not_hooked) == 1
    assert report.methods + report.functions + report.splitters + report.run_methods > 50
    GaussianNB().fit(*iris)
    monkeypatch.undo()


def test_failing_altogether_is_told_and_swallowed(monkeypatch, caplog, new_recorder, iris):
    def broken():
        raise RuntimeError

    monkeypatch.setattr(installer, "_hook_everything", broken)
    report = hooks.install(new_recorder())
    assert not report.active
    assert report.not_hooked
    GaussianNB().fit(*iris)
    monkeypatch.undo()
