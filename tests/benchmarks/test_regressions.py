"""The benchmark of regressions: its plan, its tables, and a part of it for real."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.regressions.histories import HISTORIES
from benchmarks.regressions.injections import NOISE, REGRESSIONS
from benchmarks.regressions.play import TIME, Played
from benchmarks.regressions.run import keep, plan, read
from benchmarks.regressions.show import alarms, found

ROOT = Path(__file__).parents[2]
PLAY_SECONDS = 240  # of six runs, on a busy machine


def test_every_injection_is_planned_as_often_as_asked():
    cases = [case for cases in plan(13).values() for case in cases]
    for injection in REGRESSIONS:
        assert sum(name == injection.name for name, _ in cases) == 13
    assert sum(name in {each.name for each in NOISE} for name, _ in cases) == 26
    assert len(set(cases)) == len(cases)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.name)
@pytest.mark.parametrize("injection", [*NOISE, *REGRESSIONS], ids=lambda injection: injection.name)
def test_every_injection_makes_rows_that_a_model_can_be_fitted_to(history, injection):
    rows = injection.rows(history, 3)
    assert len(rows.X_train) == len(rows.y_train) > 100
    assert len(rows.X_test) == len(rows.y_test) > 50
    assert list(rows.X_train) == list(rows.X_test)


def test_results_are_counted(tmp_path):
    def played(injection: str, **said: str) -> Played:
        return Played(history="h", injection=injection, seed=0, said={k.replace("_", "-"): v for k, v in said.items()})

    results = [
        played("broken join", score_regression="flagged: …"),
        played("broken join", score_regression="inconclusive"),
        played("another seed", data_drift="flagged: …"),
        played("another split", data_drift="passed"),
    ]
    assert found(results, "broken join") == (1, 2)
    assert (alarms(results), alarms(results, "score-regression")) == ((1, 2), (0, 2))
    for each in results:
        keep(tmp_path / "results.jsonl", each)
    assert read(tmp_path / "results.jsonl") == results


@pytest.mark.slow
@pytest.mark.timeout(2 * PLAY_SECONDS + 30)
def test_a_part_of_it_is_played_and_goes_on_where_it_stopped(tmp_path):
    out = tmp_path / "results.jsonl"
    command = [sys.executable, "-m", "benchmarks.regressions.run", "--repetitions", "1", "--only", "broken join"]
    command += ["--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PLAY_SECONDS)
    assert done.returncode == 0, done.stderr
    (line,) = [json.loads(text) for text in out.read_text().splitlines()]
    assert line["said"]["score-regression"].startswith("flagged")
    again = subprocess.run(
        [*command, "--out", str(out)], cwd=ROOT, capture_output=True, text=True, timeout=PLAY_SECONDS
    )
    assert "1 of 1" in again.stdout
    assert len(out.read_text().splitlines()) == 1
    assert TIME in again.stdout
