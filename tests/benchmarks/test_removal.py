"""A guard taken out: what the command makes of tests that pass, fail, hang, and break off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.guarantees.forked import Ran
from benchmarks.guarantees.removal import verdict

ROOT = Path(__file__).parents[2]
RAN = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from benchmarks.guarantees.forked import run_tests
from benchmarks.guarantees.pool import in_forks

names = ["passes", "fails", "hangs", "breaks_off", "is_not_there"]
folder = Path(sys.argv[1])

def run(name):
    return run_tests(folder, f"test_it.py::test_{name}", longest=30.0 if name == "hangs" else 300.0)

ran = in_forks(run, names, workers=1)
print(json.dumps({name: asdict(each) for name, each in ran}))
"""
TESTS = """
import multiprocessing, os, subprocess, sys, time
from pathlib import Path

import mlflow_pitfalls

def test_passes():
    assert mlflow_pitfalls.whose == "the copy's"
    assert Path.cwd() == Path(__file__).parent
    assert os.environ["PYTHONPATH"].split(os.pathsep) == [str(Path.cwd() / "src"), str(Path.cwd())]
    assert multiprocessing.parent_process() is None

def test_fails():
    assert sys.argv == []

def test_hangs():
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path("left").write_text(str(left.pid))
    time.sleep(600)

def test_breaks_off():
    os._exit(1)
"""
PASSED, FAILED = Ran(1, 0, reported=True), Ran(1, 1, reported=True)
NOT_FOUND, TIMED_OUT, BROKEN_OFF = Ran(0, 0, reported=True), Ran(timed_out=True), Ran()


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A project of one module, and one file of tests."""
    folder = tmp_path_factory.mktemp("copy")
    (folder / "src" / "mlflow_pitfalls").mkdir(parents=True)
    (folder / "src" / "mlflow_pitfalls" / "__init__.py").write_text('whose = "the copy\'s"\n')
    (folder / "test_it.py").write_text(TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(660)
def test_in_forks(copy):
    done = subprocess.run(
        [sys.executable, "-c", RAN, str(copy)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    ran = {name: Ran(**each) for name, each in json.loads(done.stdout).items()}
    told = {name: (each.tests, each.failed, each.reported, each.timed_out) for name, each in ran.items()}
    assert told == {
        "passes": (1, 0, True, False),
        "fails": (1, 1, True, False),
        "hangs": (0, 0, False, True),
        "breaks_off": (0, 0, False, False),
        "is_not_there": (0, 0, True, False),
    }, ran
    assert "test_fails" in ran["fails"].output
    assert not _is_running(int((copy / "left").read_text()))


def _is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([PASSED], [FAILED], "held"),
        ([PASSED, PASSED], [FAILED, TIMED_OUT], "held"),
        ([PASSED, PASSED], [FAILED, BROKEN_OFF], "broke off without it"),
        ([PASSED, PASSED], [FAILED, PASSED], "passed without it"),
        ([PASSED], [NOT_FOUND], "passed without it"),
        ([FAILED], [FAILED], "not held"),
        ([PASSED, BROKEN_OFF], [FAILED, FAILED], "not held"),
        ([NOT_FOUND], [FAILED], "not held"),
    ],
)
def test_verdict(before, after, expected):
    assert verdict(before, after) == expected
