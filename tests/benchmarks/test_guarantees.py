"""Every fault has a guard that stands in the source, and tests that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.guarantees.catalogue import ALL_GUARDS
from benchmarks.guarantees.faults import FAULTS

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
    assert (ROOT / guard.file).read_text(encoding="utf-8").count(guard.standing) == 1
    assert guard.standing != guard.removed
    assert guard.tests
    for test in guard.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), test
        assert not name or name.partition("[")[0] in _names(ROOT / path), test
