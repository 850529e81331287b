"""All that ``enable()`` does with a program, in one thread and without a store; and what must hold of the outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest

from mlflow_pitfalls import hooks
from mlflow_pitfalls.capture.recording.building import RecordBuilder, partial_record
from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.capture.recording.recorder import Host, Recorder
from mlflow_pitfalls.checks.docs import explanations
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.model.outcomes import Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.reporting.log_items import partial_items, settled_items
from mlflow_pitfalls.reporting.native_items import with_pages
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.limits import fit
from mlflow_pitfalls.sinks.spool_format import decode, encode
from mlflow_pitfalls.tuning.suggestions.run_advice import is_tunable, space_for, take_likeness, tuning_of

LARGEST_RECORD = 4 * 2**20  # bytes
LARGEST_PAGE = 8 * 2**20
OPTIONS = Settings(confidence_resamples=100, sample_rows=100)


@dataclass
class Chain:
    """All that ``enable()`` does, in this thread and without a store."""

    recorder: Recorder | None = None
    drafts: list[tuple[RunDraft, RecordBuilder, Any]] = field(default_factory=list)
    begun: list[LogItems] = field(default_factory=list)

    def start(self) -> None:
        host = Host(
            active_run=lambda: (RunInfo(run_id="a" * 32, experiment_id="1"), "memory"),
            quiet=nullcontext,
            captured=lambda draft: self.begun.append(partial_items(partial_record(draft, "test"))),
            settled=self._settled,
        )
        self.recorder = Recorder(OPTIONS, host)
        hooks.install(self.recorder)

    def _settled(self, draft: RunDraft) -> None:
        fit = draft.primary()
        twin = take_likeness(fit) if fit is not None else None
        self.drafts.append((draft, RecordBuilder(draft, OPTIONS, "test"), twin))

    def stop(self) -> None:
        assert self.recorder is not None
        with hooks.muted():
            self.recorder.settle_all(done=True)
        hooks.uninstall()

    def reports(self) -> Iterator[tuple[RunRecord, Outcomes, LogItems]]:
        for draft, builder, twin in self.drafts:
            if not draft.fits and not draft.cross_validations:
                continue
            record = builder.build()
            outcomes = run_checks(record)
            tuning = None
            if twin is not None and is_tunable(record):
                tuning = tuning_of(record, outcomes, twin, space=space_for(record, outcomes, twin))
            items = settled_items(record, outcomes, docs=explanations(), tuning=tuning, losses=builder.losses())
            yield record, outcomes, with_pages(items, record, outcomes, OPTIONS)


def check_soundness(record: RunRecord, outcomes: Outcomes, items: LogItems) -> None:
    """What is written can be read again, by anybody, and has a bounded size."""
    text = to_json(record)
    json.loads(text, parse_constant=pytest.fail)
    assert to_json(from_json(RunRecord, text)) == text
    assert len(text) < LARGEST_RECORD
    assert from_json(Outcomes, to_json(outcomes)).outcomes
    assert [outcome.check for outcome in outcomes.outcomes if outcome.status is Status.ERRORED] == []
    files = {file.path: file.content for file in items.artifacts}
    assert {"pitfalls.md", "pitfalls/report.html", "pitfalls/record.json", "pitfalls/outcomes.json"} <= files.keys()
    page = files["pitfalls/report.html"].decode("utf-8")
    assert len(page) < LARGEST_PAGE
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    for path, content in files.items():
        if path.endswith(".json"):
            json.loads(content, parse_constant=pytest.fail)
        if path.endswith(".py"):
            compile(content, path, "exec", dont_inherit=True)
    fitted = fit(items)
    assert len(fitted.artifacts) == len(items.artifacts)  # no name of a file that is ours is refused
    assert decode(encode("http://host", fitted)).items.artifacts == fitted.artifacts
    assert all(len(side.columns) <= 300 for side in (record.train, record.held_out) if side is not None)
    assert all(side.sampled_rows <= OPTIONS.sample_rows for side in (record.train, record.held_out) if side is not None)
