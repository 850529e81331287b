from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

import pytest

from mlflow_pitfalls import errors, hooks
from mlflow_pitfalls.capture.recording.building import RecordBuilder
from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.capture.recording.recorder import Host, Recorder
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.settings import Settings


@dataclass
class Watched:
    """Records of what happened inside of the fixture; ``run`` is the run that fits happen in."""

    settings: Settings = field(default_factory=lambda: Settings(confidence_resamples=200))
    run: RunInfo | None = None
    captured: int = 0
    records: list[RunRecord] = field(default_factory=list)
    recorder: Recorder | None = None

    def settle(self) -> RunRecord:
        with hooks.muted():
            self.recorder.settle_all()
        return self.records[-1]

    def _on_captured(self, draft: RunDraft) -> None:
        self.captured += 1

    def _on_settled(self, draft: RunDraft) -> None:
        self.records.append(RecordBuilder(draft, self.settings, "test").build())


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    host = Host(
        active_run=lambda: (found.run, "memory"),
        quiet=nullcontext,
        captured=found._on_captured,
        settled=found._on_settled,
    )
    found.recorder = Recorder(found.settings, host)
    errors.set_test_mode(True)
    hooks.install(found.recorder)
    yield found
    hooks.uninstall()
    errors.set_test_mode(False)
