from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

import mlflow_pitfalls.checks as package
from mlflow_pitfalls.checks.base import Check, Cost, check, passed
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS, by_name, ignorable, unknown_thresholds
from mlflow_pitfalls.checks.signal import BY_HEART_THOUGH_LEARNABLE, NOTHING_TO_LEARN, OVERFIT_THOUGH_LEARNABLE
from mlflow_pitfalls.checks.suppression import unknown
from mlflow_pitfalls.errors import SettingsError
from mlflow_pitfalls.model.outcomes import Group
from mlflow_pitfalls.model.suppression import Suppression
from mlflow_pitfalls.model.values import Severity


def test_every_decorated_function_is_listed():
    found = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Check):
                found[value.name] = value
    assert found == {check.name: check for check in ALL_CHECKS}
    assert len(found) == len(ALL_CHECKS)


def test_links_name_checks():
    names = {check.name for check in ALL_CHECKS}
    assert {link.check for check in ALL_CHECKS for link in check.explained_by} <= names
    assert all(bool(link.when) is bool(link.condition) for check in ALL_CHECKS for link in check.explained_by)


LEARNABLE, NOT_LEARNABLE = (OVERFIT_THOUGH_LEARNABLE, BY_HEART_THOUGH_LEARNABLE), (NOTHING_TO_LEARN,)


@pytest.mark.parametrize("excluded", [LEARNABLE, NOT_LEARNABLE], ids=["not learnable", "learnable"])
def test_links_that_hold_on_one_record_make_no_circle(excluded, make):
    links = {
        check.name: {link.check for link in check.explained_by if not any(link is other for other in excluded)}
        for check in ALL_CHECKS
    }
    assert set(TopologicalSorter(links).static_order()) == {check.name for check in ALL_CHECKS}
    told = [{link.when(make.record()) for link in group} for group in (LEARNABLE, NOT_LEARNABLE)]
    assert sorted(told, key=str) == [{False}, {True}]


def test_groups_stand_together():
    groups = [check.group for check in ALL_CHECKS]
    assert groups == sorted(groups)


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.name)
def test_a_check_is_complete(check):
    assert check.severity in check.severities
    assert [severity.rank for severity in check.severities] == sorted({s.rank for s in check.severities})
    assert check.summary.endswith(".")
    for threshold in check.thresholds.values():
        assert threshold.unit and threshold.meaning and threshold.source


def test_by_name_hints_at_the_nearest():
    assert by_name("overfit").group is Group.ACCURACY
    with pytest.raises(SettingsError, match="did you mean 'overfit'"):
        by_name("over-fit")


def test_unknown_settings_are_told():
    known = [Suppression(check=name) for name in ("overfit", "PF3", "pf6")]
    assert unknown(known, ignorable()) == ()
    assert "did you mean 'no-lift'" in unknown([Suppression(check="no-lifts")], ignorable())[0]
    assert unknown_thresholds({"overfit.min_gap": 0.1}) == ()
    assert "did you mean 'overfit.min_gap'" in unknown_thresholds({"overfit.mingap": 0.1})[0]


def test_a_check_without_its_sections_or_with_an_odd_name_is_refused():
    def bare(record, limits):
        """Only a summary."""
        return passed("fine")

    options = {"group": Group.DATA, "severity": Severity.LOW, "cost": Cost.FREE}
    with pytest.raises(ValueError, match="What it does"):
        check(name="bare", **options)(bare)
    with pytest.raises(ValueError, match="kebab-case"):
        check(name="Bare_One", **options)


def test_importing_the_checks_loads_nothing_heavy():
    code = (
        "import sys, mlflow_pitfalls.checks.runner;"
        "print(sorted({'mlflow', 'sklearn', 'pandas', 'scipy', 'optuna', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
