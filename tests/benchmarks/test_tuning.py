"""The quick form of the tuning benchmark: a small case by every method but FLAML, and the arithmetic of its tables."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks.pitfallbench.results import Store
from benchmarks.tuning import methods, summary
from benchmarks.tuning.cases import PLAN, SEEDS, Case, all_cases, case_of
from benchmarks.tuning.crew import empty_store, jobs_of, played
from benchmarks.tuning.draws import Draws
from benchmarks.tuning.estimators import KINDS, flaml_name
from benchmarks.tuning.histories import round_values
from benchmarks.tuning.methods.halving import _most_rungs, _rows_of
from benchmarks.tuning.play import play
from benchmarks.tuning.results import versions
from benchmarks.tuning.rows import rows_of
from benchmarks.tuning.show import print_tables, write
from benchmarks.tuning.task import task_of
from mlflow_pitfalls.tuning.space.suggest_values import holds

CASE = Case(table="breast_cancer", estimator="vectors", seed=0)


@pytest.mark.slow
def test_every_method_tunes_and_is_judged_on_rows_that_it_has_not_seen(
    store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    lines = [play(CASE, name, 0.6, most=90) for name in methods.HERE]
    assert {line["default"] for line in lines} == {lines[0]["score"]}
    for line in lines:
        assert line["rows"] == 90 < line["held_out"]
        assert 0.5 < line["score"] <= 1, line
        assert line["trials"] > 1 or line["method"] == methods.DEFAULTS
        assert [at for at, _ in line["path"]] == sorted(at for at, _ in line["path"])
    cases = print_tables(lines, Console(quiet=True))
    write(lines, cases, 0.6, tmp_path / "tuning.json")
    told = json.loads((tmp_path / "tuning.json").read_text(encoding="utf-8"))
    assert told["cases"] == 1
    assert set(told["gain"]) > {"random", "halving", "tpe", methods.OURS, methods.FROM_HISTORY}


@pytest.mark.slow
def test_a_method_works_in_a_process_of_its_own_and_what_breaks_there_is_told(tmp_path: Path) -> None:
    case = Case(table="bike_day", estimator="tree", seed=0)
    line = played(case, "random", 0.5, empty=empty_store(tmp_path))
    assert line["case"] == "bike_day/tree/0/random"
    assert line["trials"] > 1
    broken = played(Case(table="no such table", estimator="tree", seed=0), "random", 0.5)
    assert broken["error"]
    assert "score" not in broken


def test_at_least_eight_sets_with_an_estimator_of_each_kind() -> None:
    cases = list(all_cases())
    assert len({case.table for case in cases}) >= 8
    assert {kind for _, kind in PLAN} == set(KINDS)
    assert SEEDS >= 5
    assert len(cases) == len({case.id for case in cases})
    assert [case_of(case.id) for case in cases] == cases


@pytest.mark.parametrize("table", ["diabetes", "wine_red", "german_credit"])
def test_held_out_rows_are_other_rows_and_more_of_them(table: str) -> None:
    rows = rows_of(table, 1)
    assert len(rows.y) <= len(rows.y_held)
    assert np.isfinite(rows.X).all()
    training = {row.tobytes() for row in rows.X}
    assert not any(row.tobytes() in training for row in rows.X_held)


def test_random_configurations_lie_in_the_space() -> None:
    task = task_of(Case(table="wine_red", estimator="forest", seed=0), most=60)
    known = {each.name: each for each in task.problem.parameters}
    for seed in range(30):
        values = Draws(task.problem).rvs(seed)
        assert all(holds(known[name], value) for name, value in values.items() if name in known), values
        task.problem.configured(values)


def test_values_that_people_type_lie_in_the_range() -> None:
    task = task_of(CASE, most=60)
    for each in task.space.parameters:
        assert len(round_values(each)) > 1
        assert all(holds(each, value) for value in round_values(each))


def test_halving_ends_with_nearly_all_rows_and_starts_with_some_of_each_class() -> None:
    task = task_of(Case(table="digits", estimator="network", seed=0))
    rungs = _rows_of(task, _most_rungs(task))
    assert rungs[0] >= 250
    assert len(task.rows.y) - 10 < rungs[-1] <= len(task.rows.y)


def test_an_estimator_that_flaml_does_not_have_is_said_so() -> None:
    assert not flaml_name("vectors", "classes")
    assert flaml_name("linear", "numbers") == "enet"
    assert play(CASE, methods.FLAML, 1.0, most=60)["none"]


def line(method: str, score: float, *, case: str = "a/b/0", default: float = 0.5, at: float = 1.0) -> summary.Line:
    return {
        "case": f"{case}/{method}", "method": method, "default": default, "score": score, "returned": score,
        "error_of_gain": 0.01, "path": [[0.0, default], [at, score]], "seconds": 3.0, "core_seconds": 2.9, "trials": 4,
    }  # fmt: skip


def test_gains_are_shares_of_the_best_one() -> None:
    (case,) = summary.judged([line("defaults", 0.5), line("random", 0.6), line("ours", 0.7), line("tpe", 0.1)])
    assert case.counts
    assert case.gains["ours"] == 1
    assert case.gains["random"] == pytest.approx(0.5)
    assert case.gains["tpe"] == -1
    assert case.gains["defaults"] == 0
    assert case.near["ours"] == 1.0
    assert math.isinf(case.near["random"])


def test_a_case_in_which_nobody_gains_is_counted_apart() -> None:
    cases = summary.judged([line("defaults", 0.5), line("ours", 0.505), line("random", 0.4)])
    assert not cases[0].counts
    assert summary.gains_of(cases, "ours").cases == 0


def test_what_is_given_back_is_told_beside_what_was_found() -> None:
    careful = line("ours", 0.7) | {"returned": 0.5, "verdict": "unclear"}
    cases = summary.judged([line("defaults", 0.5), careful])
    assert cases[0].gains["ours"] == 1
    assert cases[0].gains["ours" + summary.RETURNED] == 0
    assert summary.methods_of(cases, methods.NAMES) == ["ours", "ours" + summary.RETURNED]


def test_differences_are_paired_by_case() -> None:
    lines = [
        line(method, score, case=f"a/b/{seed}")
        for seed in range(8)
        for method, score in (("defaults", 0.5), ("ours", 0.7), ("random", 0.6))
    ]
    found = summary.difference(summary.judged(lines), "ours", "random")
    assert found.mean.value == pytest.approx(0.5)
    assert found.mean.low > 0
    assert (found.ahead, found.level, found.behind) == (8, 0, 0)


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    store, kept = Store(tmp_path, "lines"), versions(3.0)
    names = ("random", "ours")
    store.append({"case": f"{CASE.id}/random", "score": 1.0}, kept["random"])
    store.append({"case": f"{CASE.id}/ours", "error": "it broke"}, kept["ours"])
    assert jobs_of([CASE], names, store, kept, shuffled=False) == [(CASE, "ours")]
    assert jobs_of([CASE], names, store, versions(4.0), shuffled=False) == [(CASE, "random"), (CASE, "ours")]
