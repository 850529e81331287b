"""Tests with a guard taken out of a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from benchmarks.guarantees.guard import Guard

ROOT = Path(__file__).parents[2]
COPIED = ("src", "mlflow_plugins", "tests", "examples", "benchmarks", "docs", "pyproject.toml", "README.md", "Makefile",
          "constraints.txt", "CHANGELOG.md", "LICENSE", "CONTRIBUTING.md")  # fmt: skip
LONGEST = 600  # seconds of one guard's tests: without it a program may wait for ever, which is a failure as well
TIMED_OUT = "timed out"

Verdict = Literal["held", "not held", "passed without it"]


@contextmanager
def copy_of_project() -> Iterator[Path]:
    """The tracked folders, in a temporary place."""
    with tempfile.TemporaryDirectory(prefix="guards-") as name:
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


def failures(folder: Path, tests: Sequence[str]) -> tuple[int, int] | None:
    """Tests that ran up to the first failure, and failures; none where they did not end in ``LONGEST`` seconds."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}"}
    try:
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return None
    if not report.exists():
        return 0, 0
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    counts = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors")}
    return counts["tests"], counts["failures"] + counts["errors"]


def verdict(guard: Guard) -> Verdict:
    """Whether each of the guard's tests passes with it, and fails without it."""
    with copy_of_project() as folder:
        before = failures(folder, guard.tests)
        if before is None or before[1] or not before[0]:
            return "not held"
        take_out(guard, folder)
        for test in guard.tests:
            without = failures(folder, (test,))
            if without is not None and not without[1]:
                return "passed without it"
    return "held"
