"""The word ``ui``: which server it starts, without starting one."""

import os
import sys

import pytest
from click.testing import CliRunner

from mlflow_pitfalls.cli import main


@pytest.fixture
def started(monkeypatch):
    """The commands that would have taken this process's place."""
    found = []
    monkeypatch.setattr(os, "execv", lambda path, command: found.append(command))
    return found


def _said(*arguments):
    result = CliRunner().invoke(main, ["ui", *arguments])
    assert result.exception is None, result.output
    return result.output


def test_it_starts_mlflows_server_with_the_page(started):
    said = _said("--store", "sqlite:///some.db", "--artifacts", "there", "--port", "5001")
    assert "http://127.0.0.1:5001/pitfalls\n" in said
    (command,) = started
    assert command[:4] == [sys.executable, "-m", "mlflow", "server"]
    for pair in (("--app-name", "pitfalls"), ("--backend-store-uri", "sqlite:///some.db"), ("--port", "5001"),
                 ("--artifacts-destination", "there"), ("--host", "127.0.0.1")):  # fmt: skip
        assert command[command.index(pair[0]) + 1] == pair[1]


def test_a_server_is_already_there(started):
    said = _said("--store", "http://127.0.0.1:5000/ml/")
    assert "http://127.0.0.1:5000/ml/pitfalls" in said
    assert started == []
