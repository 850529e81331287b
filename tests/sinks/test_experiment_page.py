"""Views and a line for an experiment: written once, and nobody's text or deletion is overruled."""

from __future__ import annotations

import json

import pytest

from mlflow_pitfalls.errors import set_test_mode
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.reporting.saved_views import experiment_page
from mlflow_pitfalls.sinks.experiment_page import LINE_MARK, MAX_EXPERIMENT_NOTE, with_line, write_page
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.outcome import Outcome

FIRST = "mlflow.sharedViewState.pitfalls-worst-first"
SECOND = "mlflow.sharedViewState.pitfalls-by-severity"
NOTE = "mlflow.note.content"


@pytest.fixture
def page(store):
    run = RunInfo(run_id="a" * 32, experiment_id=store.experiment_id, run_name="", managed=False, started_at="")
    return experiment_page(run)


def _tags(store):
    return store.client.get_experiment(store.experiment_id).tags


def test_the_first_settled_run_brings_views_and_a_line(store, make_items, page):
    sink = MlflowSink(store.uri)
    assert sink.write(make_items(store.new_run(), page=page)).outcome is Outcome.DELIVERED
    tags = _tags(store)
    view = json.loads(tags[FIRST])
    assert view["name"] == "Pitfalls, worst first"
    assert "metrics.`pitfalls/severity`" in json.loads(view["state"])["selectedColumns"]
    assert SECOND in tags
    assert tags[NOTE].endswith(LINE_MARK)
    assert f"#/experiments/{store.experiment_id}/runs?" in tags[NOTE]


def test_later_runs_and_processes_change_nothing(store, make_items, page):
    MlflowSink(store.uri).write(make_items(store.new_run(), page=page))
    before = _tags(store)
    sink = MlflowSink(store.uri)
    sink.write(make_items(store.new_run(), page=page))
    sink.write(make_items(store.new_run(), page=page))
    assert _tags(store) == before


def test_what_the_user_deleted_stays_deleted(store, page):
    write_page(store.client, store.experiment_id, page)
    store.client.delete_experiment_tag(store.experiment_id, FIRST)
    store.client.set_experiment_tag(store.experiment_id, NOTE, "My words alone.")
    assert not write_page(store.client, store.experiment_id, page)
    tags = _tags(store)
    assert FIRST not in tags
    assert tags[NOTE] == "My words alone."


def test_the_users_words_and_views_stay(store, page):
    store.client.set_experiment_tag(store.experiment_id, NOTE, "My words.\n\n- a list\n")
    store.client.set_experiment_tag(store.experiment_id, FIRST, "mine")
    assert write_page(store.client, store.experiment_id, page)
    tags = _tags(store)
    assert tags[FIRST] == "mine"
    assert tags[NOTE].startswith("My words.\n\n- a list\n\nPitfalls in these runs: ")


def test_a_description_without_room_is_left_alone():
    assert with_line("x" * MAX_EXPERIMENT_NOTE, "ours") is None
    assert with_line(f"ours {LINE_MARK}", "ours") is None
    assert with_line(" \n", "ours") == f"ours {LINE_MARK}"


def test_partial_writes_and_unwanted_pages_write_none(store, make_items):
    MlflowSink(store.uri).write(make_items(store.new_run()))
    assert FIRST not in _tags(store)


def test_an_experiment_that_takes_no_tags_costs_one_warning_and_not_the_report(store, make_items, page, caplog):
    set_test_mode(False)
    run_id = store.new_run()
    store.client.delete_experiment(store.experiment_id)  # its runs go with it
    store.client.restore_run(run_id)
    sink = MlflowSink(store.uri)
    for _ in range(2):
        assert sink.write(make_items(run_id, page=page)).outcome is Outcome.DELIVERED
    assert store.tags(run_id)["pitfalls.severity"] == "high"
    assert [record.message for record in caplog.records if "views" in record.message] != []
    assert len([record for record in caplog.records if "views" in record.message]) == 1


def test_views_through_a_server(server_store, make_items):
    run = RunInfo(run_id="a" * 32, experiment_id=server_store.experiment_id, run_name="", managed=False, started_at="")
    result = MlflowSink(server_store.uri).write(make_items(server_store.new_run(), page=experiment_page(run)))
    assert result.outcome is Outcome.DELIVERED
    assert FIRST in _tags(server_store)
