from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from mlflow_pitfalls import errors
from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunInfo, RunRecord, TimeFacts
from mlflow_pitfalls.model.values import Severity, Task
from mlflow_pitfalls.reporting import html, log_items
from mlflow_pitfalls.reporting.log_items import flags_table, partial_items, settled_items
from mlflow_pitfalls.reporting.run_tags import settings_digest, target_digest

KEY = re.compile(r"[/\w.\- :]{1,250}")
ARTIFACT = re.compile(r"([a-z0-9_-]{1,64}/)*[a-z0-9_-]{1,64}\.(md|json|html|png)")


@pytest.fixture(scope="module")
def items(record: RunRecord, outcomes: Outcomes, docs: Mapping[str, str]) -> LogItems:
    return settled_items(record, outcomes, docs=docs, timestamp_ms=1_700_000_000_000)


def tags(items: LogItems) -> dict[str, str]:
    return {tag.key: tag.value for tag in items.tags}


def metrics(items: LogItems) -> dict[str, float]:
    return {metric.key: metric.value for metric in items.metrics}


def files(items: LogItems) -> dict[str, bytes]:
    return {artifact.path: artifact.content for artifact in items.artifacts}


def test_a_fit_leaves_version_state_and_times(record: RunRecord) -> None:
    items = partial_items(record, timestamp_ms=5)
    assert (items.run_id, items.stage, items.timestamp_ms) == (record.run.run_id, "partial", 5)
    assert [artifact.path for artifact in items.artifacts] == ["pitfalls/record.json"]
    assert from_json(RunRecord, items.artifacts[0].content) == record
    assert items.note is None
    assert tags(items) == {"pitfalls.version": "0.1.0", "pitfalls.state": "partial"}
    expected = {"pitfalls/fit_seconds": 3.33, "pitfalls/fit_cpu_seconds": 6.02} if len(record.fits) == 1 else {}
    assert metrics(items) == expected


def test_a_settled_run_carries_its_flags_as_tags(items: LogItems, record: RunRecord) -> None:
    assert items.stage == "settled"
    assert items.timestamp_ms == 1_700_000_000_000
    assert tags(items) == {
        "pitfalls.version": "0.1.0",
        "pitfalls.state": "settled",
        "pitfalls.severity": "high",
        "pitfalls.flags": "target-leakage,overfit,class-imbalance,missing-values",
        "pitfalls.target-leakage": "high",
        "pitfalls.overfit": "medium",
        "pitfalls.class-imbalance": "medium",
        "pitfalls.missing-values": "low",
        "pitfalls.model_family": "forest",
        "pitfalls.task": "binary",
        "pitfalls.target": target_digest(record),
        "pitfalls.estimator": "RandomForestClassifier",
        "pitfalls.settings": settings_digest(record.fit.estimator),
        "pitfalls.tuned": "search",
        "pitfalls.train_rows": str(record.fit.rows),
        "pitfalls.train_columns": str(record.fit.columns),
        "pitfalls.metric": record.primary_score.metric,
        "mlflow.loggedArtifacts": '[{"path": "pitfalls_flags.json", "type": "table"}]',
    }


def test_a_settled_run_carries_its_numbers_as_metrics(items: LogItems) -> None:
    assert metrics(items) == {
        "pitfalls/severity": 3.0,
        "pitfalls/flags_high": 1.0,
        "pitfalls/flags_medium": 2.0,
        "pitfalls/flags_low": 1.0,
        "pitfalls/train_score": 0.991,
        "pitfalls/test_score": 0.8123,
        "pitfalls/train_test_gap": 0.1787,
        "pitfalls/dummy_score": 0.5,
        "pitfalls/fit_seconds": 3.33,
        "pitfalls/fit_cpu_seconds": 6.02,
        "pitfalls/predict_seconds": 0.21,
        "pitfalls/peak_rss_mb": 412.6,
        "pitfalls/overhead_seconds": 0.06,
    }


def test_a_settled_run_carries_its_files(items: LogItems, docs: Mapping[str, str]) -> None:
    written = files(items)
    assert list(written) == [
        "pitfalls.md",
        "pitfalls_flags.json",
        "pitfalls/report.html",
        "pitfalls/record.json",
        "pitfalls/outcomes.json",
        "pitfalls/docs/target-leakage.md",
        "pitfalls/docs/overfit.md",
        "pitfalls/gap.png",
        "pitfalls/time.png",
        "pitfalls/distributions.png",
    ]
    assert written["pitfalls/docs/overfit.md"].decode() == docs["overfit"]
    assert written["pitfalls/gap.png"].startswith(b"\x89PNG")


def test_facts_and_outcomes_read_back_equal(items: LogItems, record: RunRecord, outcomes: Outcomes) -> None:
    assert from_json(RunRecord, files(items)["pitfalls/record.json"]) == record
    assert from_json(Outcomes, files(items)["pitfalls/outcomes.json"]) == outcomes


def test_unknown_and_infinite_numbers_are_no_metrics(record: RunRecord, clean_outcomes: Outcomes) -> None:
    score = replace(record.scores[0], train=None, dummy=replace(record.scores[0].held_out, value=math.inf))
    bare = replace(record, scores=(score,), fit=None, fits=(), times=TimeFacts(overhead_seconds=math.nan))
    assert metrics(settled_items(bare, clean_outcomes, docs={})) == {
        "pitfalls/severity": 0.0,
        "pitfalls/flags_high": 0.0,
        "pitfalls/flags_medium": 0.0,
        "pitfalls/flags_low": 0.0,
        "pitfalls/test_score": 0.8123,
        "pitfalls/train_test_gap": 0.1787,
    }


def test_a_clean_run_says_none_and_has_no_flag_tags(record: RunRecord, clean_outcomes: Outcomes) -> None:
    written = tags(settled_items(record, clean_outcomes, docs={"no-lift": "# no-lift"}))
    assert written["pitfalls.severity"] == "none"
    assert written["pitfalls.flags"] == ""
    assert "pitfalls.no-lift" not in written
    assert not [path for path in files(settled_items(record, clean_outcomes, docs={"no-lift": "x"})) if "docs" in path]


def test_everything_hostile_stays_within_mlflows_limits(
    hostile_record: RunRecord, hostile_outcomes: Outcomes, docs: Mapping[str, str]
) -> None:
    flag = hostile_outcomes.flags[0]
    many = tuple(replace(flag, check=f"check-{i:03d}-{'x' * 50}") for i in range(130))
    odd = replace(flag, check="../../evil <b>")
    items = settled_items(
        hostile_record, Outcomes(run_id="", outcomes=(*many, *hostile_outcomes.outcomes, odd)), docs={odd.check: "x"}
    )
    for tag in items.tags:
        assert KEY.fullmatch(tag.key)
        assert len(tag.value) <= 8_000
    for metric in items.metrics:
        assert KEY.fullmatch(metric.key)
        assert math.isfinite(metric.value)
    for artifact in items.artifacts:
        assert ARTIFACT.fullmatch(artifact.path)
    assert tags(items)["pitfalls.flags"].endswith(",…")
    assert not [tag for tag in items.tags if "evil" in tag.key]


def test_hostile_json_is_valid(hostile_record: RunRecord, hostile_outcomes: Outcomes) -> None:
    written = files(settled_items(hostile_record, hostile_outcomes, docs={}))
    for path, content in written.items():
        if path.endswith(".json"):
            json.loads(content, parse_constant=pytest.fail)


def test_the_table_is_what_pandas_would_write(outcomes: Outcomes, tmp_path: Path) -> None:
    table = json.loads(flags_table(outcomes))
    frame = pd.DataFrame(table["data"], columns=table["columns"])
    assert json.loads(frame.to_json(orient="split", index=False, date_format="iso", double_precision=15)) == table
    file = tmp_path / "table.json"
    file.write_bytes(flags_table(outcomes))
    pd.testing.assert_frame_equal(pd.read_json(file, orient="split"), frame)
    assert list(frame["check"]) == [flag.check for flag in outcomes.flags]
    assert frame.loc[1, "remedy"] == "pipe.set_params(randomforestclassifier__min_samples_leaf=5)"


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")  # SQLAlchemy's, of MLflow
def test_mlflow_stores_it_all_and_loads_the_table(items: LogItems, clean_outcomes: Outcomes, record: RunRecord,
                                                  tmp_path: Path) -> None:  # fmt: skip
    import mlflow
    from mlflow.entities import Metric, RunTag

    before = mlflow.get_tracking_uri()
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)  # load_table searches by the fluent address
    try:
        client = mlflow.MlflowClient()
        experiment = client.create_experiment("report", artifact_location=(tmp_path / "artifacts").as_uri())
        for written in (items, settled_items(record, clean_outcomes, docs={})):
            run = client.create_run(experiment).info.run_id
            client.log_batch(
                run,
                metrics=[Metric(key=m.key, value=m.value, timestamp=1, step=0) for m in written.metrics],
                tags=[RunTag(tag.key, tag.value) for tag in written.tags],
            )
            for artifact in written.artifacts:
                file = tmp_path / "files" / artifact.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(artifact.content)
                client.log_artifact(run, str(file), str(Path(artifact.path).parent) if "/" in artifact.path else None)
            stored = client.get_run(run).data
            assert stored.metrics == metrics(written)
            assert stored.tags | tags(written) == stored.tags
        table = client.load_table(experiment, "pitfalls_flags.json", extra_columns=["run_id"])
        assert list(table["check"]) == ["target-leakage", "overfit", "class-imbalance", "missing-values"]
        found = client.search_runs(
            [experiment], "tags.`pitfalls.overfit` = 'medium' and metrics.`pitfalls/severity` > 2"
        )
        assert len(found) == 1
    finally:
        mlflow.set_tracking_uri(before)


def test_the_target_is_the_same_for_another_split(record: RunRecord) -> None:
    assert record.train is not None
    target = record.train.target
    assert target is not None
    other_split = replace(target, rows=9, classes=tuple(reversed(target.classes)))
    renamed = replace(target, name="other")
    digest = target_digest(record)
    assert re.fullmatch(r"[0-9a-f]{16}", digest)
    assert target_digest(replace(record, train=replace(record.train, target=other_split))) == digest
    assert target_digest(replace(record, train=replace(record.train, target=renamed))) != digest
    assert target_digest(replace(record, train=None, held_out=None)) == ""


def test_one_artifact_that_fails_takes_no_other_with_it(
    record: RunRecord, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **options: object) -> str:
        raise MemoryError

    errors.set_test_mode(False)
    errors.forget_reported()
    monkeypatch.setattr(html, "render", broken)
    written = files(settled_items(record, outcomes, docs={}))
    assert "pitfalls/report.html" not in written
    assert {"pitfalls.md", "pitfalls/record.json", "pitfalls/gap.png"} <= set(written)
    assert [entry.getMessage().split(" (")[0] for entry in caplog.records] == [
        "mlflow-pitfalls: writing pitfalls/report.html failed"
    ]
    errors.forget_reported()


def test_an_empty_record_has_items() -> None:
    empty = RunRecord(run=RunInfo(), task=Task.UNKNOWN, package_version="0")
    items = settled_items(empty, Outcomes(run_id="", outcomes=()), docs={})
    assert tags(items)["pitfalls.severity"] == Severity.NONE.value
    assert items.note is not None
    assert items.note.markdown.startswith("Nothing could be judged: no checks ran.")
    assert log_items.partial_items(empty).metrics == ()
