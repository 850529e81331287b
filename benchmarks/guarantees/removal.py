"""Tests with a guard taken out of a copy of the project."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from benchmarks.guarantees.forked import Ran, run_tests
from benchmarks.guarantees.guard import Guard

ROOT = Path(__file__).parents[2]
COPIED = ("src", "mlflow_plugins", "tests", "examples", "benchmarks", "docs", "pyproject.toml", "README.md", "Makefile",
          "constraints.txt", "CHANGELOG.md", "LICENSE", "CONTRIBUTING.md")  # fmt: skip

Verdict = Literal["held", "not held", "passed without it", "broke off without it"]


@contextmanager
def copy_of_project() -> Iterator[Path]:
    """The tracked folders, in a temporary place."""
    with tempfile.TemporaryDirectory(prefix="guards-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for part in COPIED:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            elif source.exists():
                shutil.copy(source, folder / part)
        yield folder


def take_out(guard: Guard, folder: Path) -> None:
    """Replace the guard's lines in the copy.

    Raises:
        ValueError: The lines do not stand in the file, or more than once.
    """
    path = folder / guard.file
    text = path.read_text(encoding="utf-8")
    if text.count(guard.standing) != 1:
        raise ValueError(f"F{guard.fault}: its lines stand {text.count(guard.standing)} times in {guard.file}")
    path.write_text(text.replace(guard.standing, guard.removed), encoding="utf-8")


def with_all_guards(test: str) -> Ran:
    """What comes of one test in the project as it stands."""
    with copy_of_project() as folder:
        return run_tests(folder, test)


def without(guard: Guard) -> list[Ran]:
    """What comes of each of its tests with the guard taken out."""
    with copy_of_project() as folder:
        take_out(guard, folder)
        return [run_tests(folder, test) for test in guard.tests]


def verdict(before: Sequence[Ran], after: Sequence[Ran]) -> Verdict:
    """Whether each of a guard's tests passes with it, and fails, or takes for ever, without it.

    A run that found no test at all is no failure, nor is one that ended without a report: what ended it is not known.
    """
    if not all(ran.passed for ran in before):
        return "not held"
    if any(ran.reported and not ran.failed for ran in after):
        return "passed without it"
    if not all(ran.failed or ran.timed_out for ran in after):
        return "broke off without it"
    return "held"
