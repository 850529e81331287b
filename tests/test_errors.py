"""The guard: our failures stay ours."""

import logging

import pytest

from mlflow_pitfalls.errors import (
    HookError,
    MissingExtraError,
    PitfallsError,
    SchemaError,
    SettingsError,
    forget_reported,
    guard,
    report_once,
    set_test_mode,
)


@pytest.fixture
def test_mode():
    set_test_mode(True)
    yield
    set_test_mode(False)


@pytest.mark.parametrize(
    "error",
    [ValueError("canary"), SystemExit(3), MemoryError("canary"), RecursionError("canary"), BaseException("canary")],
)
def test_what_we_raise_is_swallowed_and_told_without_its_text(caplog, error):
    with guard("looking at the data"):
        raise error
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    said = caplog.records[0].getMessage()
    assert f"looking at the data failed ({type(error).__name__})" in said
    assert "canary" not in caplog.text
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit])
def test_what_is_the_users_passes(caplog, kind):
    with pytest.raises(kind), guard("looking at the data"):
        raise kind
    assert caplog.records == []


def test_a_guarded_block_that_goes_well_runs_to_its_end(caplog):
    done = []
    with guard("counting"):
        done.append(1)
    assert done == [1]
    assert caplog.records == []


def test_each_place_is_told_once(caplog):
    for place in ("reading", "writing", "reading"):
        with guard(place):
            raise ValueError
    assert [record.getMessage().split(": ")[1].split(" failed")[0] for record in caplog.records] == [
        "reading",
        "writing",
    ]
    forget_reported()
    report_once("reading", OSError())
    assert len(caplog.records) == 3


@pytest.mark.parametrize("kind", [ValueError, SystemExit, MemoryError])
def test_test_mode_raises(test_mode, caplog, kind):
    with pytest.raises(kind), guard("reading"):
        raise kind
    assert caplog.records == []


def test_logging_that_fails_is_survived(monkeypatch):
    def broken(*_):
        raise RuntimeError("closed")

    monkeypatch.setattr("mlflow_pitfalls.errors.logger.warning", broken)
    with guard("reading"):
        raise ValueError


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (SettingsError, ValueError),
        (SchemaError, ValueError),
        (MissingExtraError, ImportError),
        (HookError, RuntimeError),
    ],
)
def test_errors_are_caught_by_our_base_and_by_the_builtin(kind, builtin):
    assert issubclass(kind, PitfallsError)
    assert issubclass(kind, builtin)
