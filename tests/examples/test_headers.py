"""The examples themselves, read but not run."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path for path in EXAMPLES.glob("*.py") if path.name != "run_all.py")
MAX_LINES = 60
MIN_EXAMPLES = 8


def test_there_are_enough_and_some_are_clean(run_all: ModuleType) -> None:
    assert run_all.scripts() == SCRIPTS
    assert len(SCRIPTS) >= MIN_EXAMPLES
    assert [path for path in SCRIPTS if not run_all.expectation(path).checks]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_only_one_line_is_ours(script: Path, run_all: ModuleType) -> None:
    run_all.expectation(script)
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MAX_LINES
    body = ast.parse(text).body
    ours = [ast.unparse(node) for node in body if "mlflow_pitfalls" in ast.unparse(node)]
    assert ours == ["import mlflow_pitfalls", "mlflow_pitfalls.enable()"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_checks_it_names_exist(script: Path, run_all: ModuleType) -> None:
    from mlflow_pitfalls.checks.catalogue import ALL_CHECKS

    assert run_all.expectation(script).checks <= {check.name for check in ALL_CHECKS}


@pytest.mark.parametrize(
    ("header", "message"),
    [("import os", "must start with"), ("# expects: a,,b", "separated by commas"), ("# expects:", "separated by")],
)
def test_a_wrong_first_line_is_a_clear_error(header: str, message: str, run_all: ModuleType, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(header + "\n")
    with pytest.raises(ValueError, match=message):
        run_all.expectation(script)


def test_what_breaks_an_expectation(run_all: ModuleType) -> None:
    clean = run_all.Expectation(checks=frozenset())
    assert clean.broken_by({"constant-feature": "low"}) == []
    assert "overfit (medium)" in clean.broken_by({"overfit": "medium"})[0]
    overfit = run_all.Expectation(checks=frozenset({"overfit"}))
    assert overfit.broken_by({"overfit": "high", "missing-values": "medium"}) == []
    assert "was expected" in overfit.broken_by({})[0]
    assert "no-lift (high)" in overfit.broken_by({"overfit": "high", "no-lift": "high"})[0]


def test_every_data_file_has_its_source_and_licence() -> None:
    text = (EXAMPLES / "data" / "README.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in (EXAMPLES / "data").iterdir() if path.suffix != ".md")
    assert files
    for name in files:
        (line,) = [line for line in text.splitlines() if f"`{name}`" in line]
        assert "CC BY 4.0" in line or "Apache-2.0" in line
        used = [path for path in SCRIPTS if f'"{name}"' in path.read_text(encoding="utf-8")]
        assert used, f"{name} is read by no example"
