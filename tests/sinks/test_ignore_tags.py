"""Tags of a run and of its experiment, from real stores."""

from __future__ import annotations

import pytest

from mlflow_pitfalls.model.items import Tag
from mlflow_pitfalls.sinks import reading
from mlflow_pitfalls.sinks.ignore_tags import read_ignore_tags
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink


def test_tags_of_the_run_and_of_its_experiment(store):
    run_id = store.new_run(**{"pitfalls.ignore": "overfit", "pitfalls.ignored": "x", "other": "y"})
    store.client.set_experiment_tag(store.experiment_id, "pitfalls.ignore.PF3", "because rare")
    found = read_ignore_tags(store.uri, store.experiment_id, run_id)
    assert found is not None
    assert found.run == {"pitfalls.ignore": "overfit"}
    assert found.experiment == {"pitfalls.ignore.PF3": "because rare"}


def test_a_store_that_is_not_there(refused_uri, tmp_path):
    assert read_ignore_tags(refused_uri, "1", "r") is None
    assert read_ignore_tags(f"sqlite:///{tmp_path}/gone.db", "1", "r") is None


def test_a_run_that_is_not_there(store):
    assert read_ignore_tags(store.uri, store.experiment_id, "nobody") is None


def test_a_server_that_hangs_is_left_behind(stuck_uri, monkeypatch):
    monkeypatch.setattr(reading, "READ_SECONDS", 0.2)
    monkeypatch.setattr(reading.read_within, "__defaults__", (0.2,))
    assert read_ignore_tags(stuck_uri, "1", "r") is None


@pytest.mark.parametrize("value", ["none", "low"])
def test_writing_a_report_leaves_them_alone(store, make_items, value):
    run_id = store.new_run(**{"pitfalls.ignore.overfit": value, "pitfalls.underfit": "low"})
    MlflowSink(store.uri).write(make_items(run_id, tags=(Tag(key="pitfalls.severity", value="none"),)))
    assert store.tags(run_id)["pitfalls.ignore.overfit"] == value
    assert "pitfalls.underfit" not in store.tags(run_id)
