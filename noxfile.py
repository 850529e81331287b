"""The tests on the oldest and the newest versions that pyproject.toml allows, and on each Python that is installed.

``nox -s oldest``, ``nox -s newest-3.13``, ``nox -s "oldest_of(package='pandas')"``; folders or files of tests may
follow ``--``. What ran and what passed is written to ``benchmarks/results/versions.json``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from benchmarks.bounds import CONTEMPORARIES, EXTRAS, PACKAGES, PYTHONS, lower_bounds, pinned_tools  # noqa: E402

WORKERS = os.environ.get("WORKERS", "2")
NO_TESTS = 5  # pytest's exit code where all of a folder's tests are slow

nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["oldest", "newest"]


def run_suite(session: nox.Session, exact: list[str]) -> None:
    """Install the package beside those exact versions, run the default tests by folder, and write down what passed."""
    session.install("-e", f".[{','.join(EXTRAS)}]", *exact, *pinned_tools())
    everything = sorted(path for path in (ROOT / "tests").iterdir() if _holds_tests(path))
    places = session.posargs or [str(path.relative_to(ROOT)) for path in everything]
    broken = [place for place in places if not _passes(session, place)]
    if broken:
        session.error(f"tests failed in {', '.join(broken)}")


def _holds_tests(path: Path) -> bool:
    return path.name.startswith("test_") or (path.is_dir() and any(path.rglob("test_*.py")))


def _passes(session: nox.Session, place: str) -> bool:
    """Whether one folder's tests pass; the outcome is written down either way."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        options = ("-q", "-m", "not slow", "-n", WORKERS, "-p", "no:cacheprovider", f"--junitxml={report}")
        passed = True
        try:
            session.run("pytest", *options, place, success_codes=[0, NO_TESTS])
        except CommandFailed:
            passed = False
        session.run("python", "-m", "benchmarks.versions", session.name, place, str(report), silent=True)
    return passed


@nox.session(python=PYTHONS[0])
def oldest(session: nox.Session) -> None:
    """Every dependency at its lowest version."""
    run_suite(session, [*lower_bounds(), *CONTEMPORARIES])


@nox.session(python=PYTHONS)
def newest(session: nox.Session) -> None:
    """Every dependency at its newest version."""
    run_suite(session, [])


@nox.session(python=PYTHONS[0])
@nox.parametrize("package", PACKAGES)
def oldest_of(session: nox.Session, package: str) -> None:
    """One package at its lowest version among the newest of all others that go with it."""
    run_suite(session, lower_bounds((package,)))
