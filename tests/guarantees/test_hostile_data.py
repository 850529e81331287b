"""Data of every kind, through all that we do with it: the user's calls go as without us, and what we write is sound."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mlflow_pitfalls import errors
from tests.guarantees.chain import Chain, check_soundness
from tests.guarantees.hostile import TABLES, Untouchable
from tests.guarantees.hostile_targets import TARGETS
from tests.guarantees.programs import CASES, Case, digest

QUICK, DEEP = 25, 300  # programs


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What our own guard has swallowed: here it should have had nothing to do."""
    found: list[str] = []

    def report(place: str, error: BaseException) -> None:
        found.append(f"{place}: {type(error).__name__} at {_where(error)}")

    monkeypatch.setattr(errors, "report_once", report)
    return found


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    lines = []
    while trace is not None:
        lines.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join(lines[-4:])


def check(case: Case, faults: list[str]) -> None:
    """The same program without us and with us."""
    plain, data = case.data(), case.data()
    begun = np.random.get_state()
    alone = case.play(plain)
    state = _drawn()
    np.random.set_state(begun)
    chain = Chain()
    chain.start()
    try:
        told = case.play(data)
    finally:
        chain.stop()
    assert _drawn() == state
    assert told == alone
    assert [_left(value) for value in data] == [_left(value) for value in plain]
    assert [digest(value) for value in data] == [digest(value) for value in plain]
    for report in chain.reports():
        check_soundness(*report)
    assert faults == []


def _drawn() -> tuple[object, int]:
    """How far NumPy's generator has come: some estimators draw from it by themselves."""
    _, words, position, *_ = np.random.get_state()
    return digest(words), position


def _left(value: Any) -> object:
    """What was read of lazy data, and what is left of a generator."""
    if type(value) is Untouchable:
        return value.reads
    return list(value) if isinstance(value, Generator) else None


def _checked(examples: int, faults: list[str], *, derandomize: bool) -> int:
    tried = [0]

    @settings(
        max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None, derandomize=derandomize,
        database=None, phases=[Phase.generate],
    )  # fmt: skip
    @given(CASES)
    def run(case: Case) -> None:
        tried[0] += 1
        faults.clear()
        check(case, faults)

    run()
    return tried[0]


def test_any_data_in_any_call(faults, record_property):
    record_property("inputs tried", _checked(QUICK, faults, derandomize=True))


@pytest.mark.slow
def test_much_more_data_in_any_call(faults, record_property):
    record_property("inputs tried", _checked(DEEP, faults, derandomize=False))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["taking", "tree"])
@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table(table, model, faults, record_property):
    for target in ("two classes", "numbers"):
        check(Case(table, target, "none", model, 60, 25, splits=False, seed=0), faults)
    record_property("inputs tried", 2)


@pytest.mark.slow
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target(target, faults, record_property):
    for model in ("taking", "taking numbers", "boosting"):
        check(Case("a frame", target, "none", model, 60, 25, splits=False, seed=0), faults)
    record_property("inputs tried", 3)


# Programs that have shown a fault of ours once.
FOUND = {
    "lazy table": Case("untouchable", "two classes", "none", "taking", 60, 25, splits=False, seed=0),
    "lazy target": Case("a column", "untouchable", "none", "taking", 25, 25, splits=False, seed=0),
    "parameters that raise": Case("numbers", "numbers", "random", "taking numbers", 25, 25, splits=False, seed=0),
    "attributes that raise": Case("numbers", "two classes", "random", "hiding", 25, 2, splits=False, seed=0),
    "labels without a hash": Case("a frame", "lists", "none", "taking", 60, 25, splits=False, seed=0),
    "labels that raise": Case("a frame", "raising", "none", "taking", 60, 25, splits=False, seed=0),
    "one class held out": Case("arrays in cells", "masked", "random", "hiding", 2, 1, splits=True, seed=3),
    "names that raise": Case("names that raise", "two classes", "raising", "taking", 2, 2, splits=True, seed=6),
    "words as numbers": Case("file names", "arrow words", "random", "taking numbers", 25, 2, splits=True, seed=9),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_went_wrong_before(name, faults, record_property):
    check(FOUND[name], faults)
    record_property("inputs tried", 1)
