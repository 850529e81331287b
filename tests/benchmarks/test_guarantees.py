"""Every fault has a guard that stands in the source, and tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.guarantees import measured
from benchmarks.guarantees.catalogue import ALL_GUARDS
from benchmarks.guarantees.faults import FAULTS, UNTESTED
from benchmarks.guarantees.figures import FiguresError, added_up
from benchmarks.guarantees.findings import FINDINGS
from benchmarks.guarantees.guard import Guard
from benchmarks.guarantees.page import page
from benchmarks.guarantees.promises import HEADINGS, PROMISES
from benchmarks.guarantees.removal import take_out

ROOT = Path(__file__).parents[2]


def _names(path: Path) -> set[str]:
    """``test_x`` and ``TestY::test_x``, and the classes by themselves."""
    found = set[str]()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
    return found


@pytest.mark.parametrize("guard", ALL_GUARDS, ids=lambda guard: f"F{guard.fault}-{Path(guard.file).stem}")
def test_a_guard_stands_where_it_says_and_has_tests(guard):
    assert guard.fault in FAULTS
    assert guard.file.startswith("src/mlflow_pitfalls/")  # what each run of tests takes from the copy
    assert (ROOT / guard.file).read_text(encoding="utf-8").count(guard.standing) == 1
    assert guard.standing != guard.removed
    assert guard.tests
    assert_tests_exist(guard.tests)


def test_every_fault_has_a_guard_or_a_reason():
    assert {guard.fault for guard in ALL_GUARDS} | set(UNTESTED) == set(FAULTS) == set(range(1, 51))


def test_every_promise_and_finding_has_tests():
    for each in (*PROMISES, *FINDINGS):
        assert each.tests
        assert_tests_exist(each.tests)
    assert {promise.about for promise in PROMISES} == set(HEADINGS)


def assert_tests_exist(tests):
    for test in tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), test
        assert not name or name.partition("[")[0] in _names(ROOT / path), test


def test_a_guard_is_taken_out_of_a_copy(tmp_path):
    guard = Guard(fault=1, promise="", file="a.py", standing="if x:\n    y()", removed="y()", tests=("t",))
    (tmp_path / "a.py").write_text("if x:\n    y()\n")
    take_out(guard, tmp_path)
    assert (tmp_path / "a.py").read_text() == "y()\n"
    with pytest.raises(ValueError, match="F1: its lines stand 0 times"):
        take_out(guard, tmp_path)


def test_figures_are_added_up_over_the_tests_that_passed(tmp_path):
    case = '<testcase><properties><property name="{name}" value="{value}"/></properties>{outcome}</testcase>'

    def report(*cases):
        path = tmp_path / "report.xml"
        path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
        return [path]

    one = case.format(name="inputs tried", value=3, outcome="")
    failed = case.format(name="inputs tried", value=100, outcome="<failure/>")
    assert added_up(report(one, one, failed)) == {"inputs tried": 6}
    with pytest.raises(FiguresError, match="unknown"):
        added_up(report(case.format(name="cups of tea", value=1, outcome="")))


def test_the_page_is_what_was_measured():
    written = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    assert written == page(measured.read(), measured.read_versions(newest=ROOT / "none"))
