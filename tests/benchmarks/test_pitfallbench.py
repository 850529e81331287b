"""The quick form of PitfallBench: a few cases of each kind, and the arithmetic behind its tables."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from benchmarks.pitfallbench import datasets, summary
from benchmarks.pitfallbench.cases import Case, all_cases, plan_of
from benchmarks.pitfallbench.injections import ALL, PITFALLS
from benchmarks.pitfallbench.judge import judge
from benchmarks.pitfallbench.results import Store
from benchmarks.pitfallbench.scripts import play
from benchmarks.pitfallbench.summary import Share
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS

FOUND = (
    Case(injection="permuted-labels", position=1, table="breast_cancer", model="linear", seed=0),
    Case(injection="leak", position=3, table="abalone", model="tree", seed=1),
    Case(injection="copies-across-split", position=2, table="breast_cancer", model="linear", seed=0),
    Case(injection="missing", position=2, table="abalone", model="tree", seed=0),
    Case(injection="imbalance", position=2, table="wine_red", model="linear", seed=0),
    Case(injection="drifting-columns", position=3, table="breast_cancer", model="linear", seed=1),
)
QUIET = (
    Case(injection="clean", position=0, table="breast_cancer", model="linear", seed=0),
    Case(injection="clean", position=0, table="digits", model="linear", seed=1),
    Case(injection="clean", position=0, table="abalone", model="linear", seed=0),
)


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case.id)
def test_a_blatant_pitfall_is_found_under_its_own_name(case: Case) -> None:
    line = judge(case)
    assert summary.is_found(line), line["said"]
    assert not summary.wrong_causes(line), line["said"]


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case.id)
def test_a_careful_script_raises_no_alarm(case: Case) -> None:
    line = judge(case)
    assert not summary.flags(line, serious=True) - set(line["true"]), line["said"]


def test_at_least_twelve_tables_ship() -> None:
    names = datasets.names()
    assert len(names) >= 12
    for name in names:
        table = datasets.table(name)
        assert len(table.X) == len(table.y) >= 100


def test_every_check_of_one_run_has_an_injection() -> None:
    """Left out are those that need earlier runs, or the clock."""
    named = {check for injection in PITFALLS for check in injection.finds}
    untested = {check.name for check in ALL_CHECKS} - named
    assert untested <= NEED_MORE_THAN_A_RUN


NEED_MORE_THAN_A_RUN = {
    "below-benchmark",
    "data-drift",
    "diminishing-rows",
    "gap-regression",
    "idle-accelerator",
    "idle-cores",
    "new-flag",
    "no-baseline-run",
    "schema-change",
    "score-regression",
    "single-model-family",
    "slow-training",
    "target-drift",
    "test-set-reuse",
    "time-regression",
    "unstable-score",
    "untuned-defaults",
}


@pytest.mark.parametrize("name", sorted(set(ALL) - {"kernel-on-many-rows", "large-grid", "no-early-stopping"}))
def test_every_injection_makes_a_script_that_runs(name: str) -> None:
    case = next(case for case in all_cases(seeds=1, tables=TABLES, only=[name]))
    plan = plan_of(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some pitfalls are warned of by scikit-learn itself
        played = play(plan)
    assert len(played.sides[0]) == len(played.sides[2])


TABLES = ("breast_cancer", "wine_red", "abalone", "iris", "digits", "diabetes")


def test_a_case_is_the_same_each_time() -> None:
    case = Case(injection="flipped-labels", position=2, table="iris", model="tree", seed=3)
    first, second = plan_of(case), plan_of(case)
    assert first.y.equals(second.y)
    assert not first.y.equals(plan_of(case, spoilt=False).y)


def test_ids_tell_cases_apart() -> None:
    ids = [case.id for case in all_cases(seeds=2, tables=TABLES)]
    assert len(ids) == len(set(ids))


def test_wilson_interval() -> None:
    low, high = Share(hits=19, of=20).interval
    assert low == pytest.approx(0.764, abs=0.001)
    assert high == pytest.approx(0.991, abs=0.001)


def test_results_are_read_back_after_a_broken_line(tmp_path: Path) -> None:
    store = Store(tmp_path, "ours")
    store.append({"case": "a", "said": {}}, "1")
    with store.path.open("a", encoding="utf-8") as file:
        file.write('{"case": "b", "sa\n')
    store.append({"case": "a", "said": {"no-lift": "p"}}, "1")
    store.append({"case": "c", "said": {}}, "2")
    assert [line["case"] for line in store.read("1")] == ["a"]
    assert next(store.read("1"))["said"] == {"no-lift": "p"}
    assert len(list(store.read())) == 2
