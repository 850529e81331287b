"""A plugin of pytest: with ``HOOKED=1`` everything that is hooked by ``enable()`` is hooked while the tests run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mlflow_pitfalls import hooks


class Counter:
    """A listener that wants everything and only counts it."""

    calls = 0

    def wants(self, *_: Any) -> bool:
        return True

    def skipped(self, *_: Any) -> None:
        raise AssertionError("everything is wanted")

    def starting(self, *_: Any) -> None:
        pass

    def finished(self, _: Any) -> None:
        self.calls += 1

    def run_changed(self, _: Any) -> None:
        pass


class Plugin:
    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.counter = Counter()

    def pytest_collection_finish(self) -> None:
        if os.environ.get("HOOKED") == "1":
            report = hooks.install(self.counter)
            assert report.active and not report.not_hooked, report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[f"{report.location[0]} {report.nodeid}"] = report.outcome

    def pytest_sessionfinish(self) -> None:
        found = {"outcomes": self.outcomes, "calls": self.counter.calls}
        Path(os.environ["OUTCOMES"]).write_text(json.dumps(found), encoding="utf-8")
        hooks.uninstall()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Plugin())
