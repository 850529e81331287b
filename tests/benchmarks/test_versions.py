"""What nox tried, and what is written down of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from benchmarks import bounds, versions

ROOT = Path(__file__).parents[2]
SUITE = """
import pytest
def test_passes(): pass
def test_fails(): assert False
@pytest.mark.parametrize("number", [1, 2])
def test_leaves(number): pytest.skip("not here")
@pytest.fixture
def broken(): raise ValueError
def test_never_starts(broken): pass
"""


def test_the_oldest_session_installs_every_lower_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    exact = dict(text.split("==") for text in bounds.lower_bounds())
    for requirement in map(Requirement, project["dependencies"]):
        assert str(requirement.specifier) == f">={exact[requirement.name]}"
    assert {"xgboost", "lightgbm", "catboost", "polars", "ipython"} < set(exact)


def test_one_package_alone():
    (text,) = bounds.lower_bounds(("pandas",))
    assert text.startswith("pandas==")


def test_a_bound_that_names_no_lowest_version_is_refused(tmp_path, monkeypatch):
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").replace('"pandas>=', '"pandas==')
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(bounds, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="pandas"):
        bounds.lower_bounds()


def test_every_tool_is_pinned():
    assert all("==" in text for text in bounds.pinned_tools())
    assert any(text.startswith("pytest==") for text in bounds.pinned_tools())


def test_pythons_named_to_users_are_those_tried():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [text.rpartition(" ")[2] for text in project["classifiers"] if "Python :: 3." in text]
    assert named
    assert set(named) <= set(bounds.PYTHONS)
    assert bounds.PYTHONS[0] == str(project["requires-python"]).removeprefix(">=")


def test_counts_are_read_from_what_pytest_wrote(tmp_path):
    (tmp_path / "test_suite.py").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=report.xml", "test_suite.py"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    counted = versions.count(tmp_path / "report.xml")
    assert (counted.passed, counted.failed, counted.skipped) == (1, 2, 2)


def test_places_add_up_while_the_versions_stay(tmp_path):
    first = versions.Count(3, 0, 1, "2026-01-01")
    second = versions.Count(4, 2, 0, "2026-01-02")
    results = versions.add({}, "oldest", "tests/a", first, {"python": "3.11.7", "mlflow": "3.15.0"})
    results = versions.add(results, "oldest", "tests/b", second, {"python": "3.11.7", "mlflow": "3.15.0"})
    assert (results["oldest"]["passed"], results["oldest"]["failed"], results["oldest"]["skipped"]) == (7, 2, 1)
    again = versions.add(results, "oldest", "tests/b", first, {"python": "3.11.7", "mlflow": "3.15.0"})
    assert (again["oldest"]["passed"], again["oldest"]["failed"]) == (6, 0)
    assert "| `oldest` | 3.11.7 | 3.15.0 |" in versions.table(results)
    assert "| 7 | 2 | 2026-01-02 |" in versions.table(results)
    other = versions.add(results, "oldest", "tests/b", first, {"python": "3.11.7", "mlflow": "3.16.0"})
    assert list(other["oldest"]["places"]) == ["tests/b"]


def test_the_command_writes_and_shows(tmp_path, capsys):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="2" failures="0" errors="0" skipped="0"/></testsuites>', encoding="utf-8"
    )
    results = tmp_path / "results" / "versions.json"
    assert versions.main(["newest-3.11", "tests/a", str(report), "--results", str(results), "--show"]) == 0
    written = json.loads(results.read_text(encoding="utf-8"))
    assert written["newest-3.11"]["passed"] == 2
    assert written["newest-3.11"]["versions"]["python"] == sys.version.split()[0]
    assert "`newest-3.11`" in capsys.readouterr().out
