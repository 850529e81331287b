"""Pytest in a fork of a process that has the libraries loaded: importing them takes longer than most tests."""

from __future__ import annotations

import importlib
import os
import runpy
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# What most tests import, directly or through the project.
LIBRARIES = (
    "_pytest", "pytest", "hypothesis", "cloudpickle", "scipy.stats", "pydantic", "jinja2", "rich", "markdown_it",
    "matplotlib", "narwhals", "polars", "mlflow", "mlflow.sklearn", "mlflow.tracking.fluent",
    "mlflow.store.tracking.sqlalchemy_store", "sklearn.cluster", "sklearn.ensemble", "sklearn.inspection",
    "sklearn.metrics", "sklearn.model_selection", "sklearn.pipeline", "sklearn.svm", "skops.io", "imblearn.metrics",
    "imblearn.over_sampling", "imblearn.pipeline", "lightgbm", "xgboost", "catboost", "optuna",
)  # fmt: skip
PROJECT = "mlflow_pitfalls"  # always the copy's
TOOLS = ("benchmarks", "tests")  # this command's own modules, which the copy has as well
LONGEST = 600.0  # seconds of one run of tests: without a guard a program may wait for ever, which is a failure as well
POLL = 0.02  # seconds
TOLD = 3_000  # characters of what pytest printed last
CRASHED = 70  # exit code of a fork that did not get as far as pytest
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one run of pytest.

    Attributes:
        tests: How many ran, up to the first that failed.
        failed: How many failed, or broke off.
        reported: Whether it came to its end with a report.
        timed_out: Whether it was killed after the longest time.
        output: The last of what it printed.
    """

    tests: int = 0
    failed: int = 0
    reported: bool = False
    timed_out: bool = False
    output: str = ""

    @property
    def passed(self) -> bool:
        """Whether there were tests, and all passed."""
        return self.reported and self.tests > 0 and not self.failed


def preload() -> None:
    """Import the libraries that are installed.

    Raises:
        RuntimeError: One of them has imported the project, which each fork must take from its own copy.
    """
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)
    if loaded := [name for name in sys.modules if name.partition(".")[0] == PROJECT]:
        raise RuntimeError(f"loaded before the fork: {loaded}")


def run_tests(folder: Path, test: str, *, longest: float = LONGEST) -> Ran:
    """Run one test id in a fork that works in a copy of the project and imports from it.

    Args:
        folder: The copy.
        test: Pytest's id, from the copy's root.
        longest: Seconds after which the fork and all that it started are killed.
    """
    report, output = folder / "report.xml", folder / "output.txt"
    report.unlink(missing_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os._exit(_pytest_here(folder, output, [*OPTIONS, f"--junitxml={report}", test]))
    try:
        ended = _ends(child, longest)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # what its tests have left running too
    if not ended:
        os.waitpid(child, 0)
    said = output.read_text(encoding="utf-8", errors="replace")[-TOLD:] if output.exists() else ""
    if not ended:
        return Ran(timed_out=True, output=said)
    return _read(report, said) if report.exists() else Ran(output=said)


def _ends(child: int, longest: float) -> bool:
    end = time.monotonic() + longest
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(POLL)
    return False


def _pytest_here(folder: Path, output: Path, arguments: list[str]) -> int:
    """``python -m pytest`` in this process; returns the exit code."""
    code = CRASHED
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number, path, mode in ((0, os.devnull, os.O_RDONLY), (1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)):
            os.dup2(os.open(path, mode, 0o600), number)
        os.dup2(1, 2)
        _move_into(folder)
        sys.argv = ["pytest", *arguments]
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else CRASHED
    except BaseException as error:  # noqa: BLE001 - this process ends here, whatever comes
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code)


def _move_into(folder: Path) -> None:
    own, source = str(folder), str(folder / "src")
    for name in [name for name in sys.modules if name.partition(".")[0] in TOOLS]:
        del sys.modules[name]
    here = Path.cwd()
    others = [entry for entry in sys.path if Path(entry).resolve() not in (here, here / "src")]
    os.chdir(folder)
    sys.path[:] = [source, own, *others]
    os.environ["PYTHONPATH"] = os.pathsep.join((source, own))
    importlib.invalidate_caches()


def _read(report: Path, said: str) -> Ran:
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    counts = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors")}
    return Ran(counts["tests"], counts["failures"] + counts["errors"], reported=True, output=said)
