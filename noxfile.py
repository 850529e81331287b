"""The tests on the oldest and the newest versions that pyproject.toml allows, and on each Python that is installed.

``nox -s oldest``, ``nox -s newest-3.13``, ``nox -s "oldest_of(package='pandas')"``; folders or files of tests may
follow ``--``. What ran and what passed is written to ``benchmarks/results/versions.json``.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

import nox
from nox.command import CommandFailed
from packaging.requirements import Requirement

ROOT = Path(__file__).parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PACKAGES = ("mlflow", "scikit-learn", "pandas", "optuna", "imbalanced-learn")
# spark is left out: its tests are slow, and pyspark weighs half a gigabyte.
EXTRAS = ("boosting", "polars", "notebook", "auth")
# With the oldest only: Matplotlib before 3.10.8 warns of names that pyparsing 3.3 has renamed.
CONTEMPORARIES = ("pyparsing<3.3",)
TOOLS = (
    "hatchling",
    "hypothesis",
    "import-linter",
    "ipykernel",
    "nbclient",
    "nox",
    "playwright",
    "psutil",
    "pytest",
    "pytest-timeout",
    "pytest-xdist",
    "skops",
)

WORKERS = os.environ.get("WORKERS", "2")
NO_TESTS = 5  # pytest's exit code where all of a folder's tests are slow

nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["oldest", "newest"]


def lower_bounds(names: tuple[str, ...] = ()) -> list[str]:
    """Each dependency of the package and of ``EXTRAS`` at exactly its lowest version; of those names alone, if given.

    Args:
        names: Packages; all of them where there are none.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = list(project["dependencies"])
    for extra in EXTRAS:
        texts += project["optional-dependencies"][extra]
    found = []
    for requirement in map(Requirement, texts):
        (bound,) = requirement.specifier
        if bound.operator != ">=":
            raise ValueError(f"pyproject.toml: {requirement} names no lowest version")
        if not names or requirement.name in names:
            found.append(f"{requirement.name}=={bound.version}")
    return found


def pinned_tools() -> list[str]:
    """What the tests run with, at the versions of ``constraints.txt``: the tools' age is not what is tried."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    return [f"{name}=={pins[name]}" for name in TOOLS]


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
