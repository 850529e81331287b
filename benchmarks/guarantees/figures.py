"""What the tests tried, added up: each counts for itself by pytest's ``record_property``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.guarantees.removal import ROOT

RECORDS = "record_property("
NAMES = (
    "faults injected", "inputs tried", "canaries planted", "places searched for canaries", "fits in one process",
    "processes at once", "runs under load", "scripts compared", "estimators compared",
)  # fmt: skip


class FiguresError(RuntimeError):
    """Tests that count have failed, or count under a name that is not in ``NAMES``."""


def files_that_count() -> list[str]:
    """Test files, from the project's root."""
    found = (path for path in (ROOT / "tests").rglob("test_*.py") if RECORDS in path.read_text(encoding="utf-8"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def counted() -> dict[str, int]:
    """Run them, the slow ones too, and add up.

    Raises:
        FiguresError: One of them failed, or a name is not known.
    """
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *files_that_count()]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise FiguresError("tests that count have failed")
        return added_up([report])


def added_up(reports: Sequence[Path]) -> dict[str, int]:
    """What the tests of pytest's JUnit files have counted; those that failed count nothing.

    Raises:
        FiguresError: A name is not known.
    """
    sums: Counter[str] = Counter()
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            if case.find("failure") is None and case.find("error") is None:
                sums.update({each.get("name", ""): int(each.get("value", "0")) for each in case.iter("property")})
    if unknown := set(sums) - set(NAMES):
        raise FiguresError(f"unknown figures: {sorted(unknown)}")
    return dict(sums)
