"""Runs that a script has logged by itself, in a real store."""

import math

import pytest

from mlflow_pitfalls.sinks.logged_runs import MAX_POINTS, read_logged_runs


@pytest.fixture
def log(store):
    def make(metrics=None, curves=None, params=None, **tags):
        from mlflow.entities import Metric

        run_id = store.new_run(**tags)
        points = [Metric(key, value, 0, step) for key, series in (curves or {}).items() for step, value in series]
        points += [Metric(key, value, 0, 0) for key, value in (metrics or {}).items()]
        for start in range(0, len(points), 1000):
            store.client.log_batch(run_id, metrics=points[start : start + 1000])
        for key, value in (params or {}).items():
            store.client.log_param(run_id, key, value)
        store.client.set_terminated(run_id)
        return run_id

    return make


@pytest.fixture
def wide(log):
    return log({"train_accuracy": 1.0, "test_accuracy": 0.6}, {"loss": [(0, 1.0), (1, math.inf), (2, math.nan)]})


def ours(tags):
    return {key: value for key, value in tags.items() if key.startswith("pitfalls.")}


def test_it_is_dry_by_default_and_writes_when_asked_to(invoke, store, wide):
    result = invoke("scan", "tests", "--tracking-uri", store.uri)
    assert result.exit_code == 0, result.output
    assert "overfit" in result.output
    assert "not-converged" in result.output
    assert "Nothing was written" in result.output
    assert ours(store.tags(wide)) == {}
    assert "1 run tagged." in invoke("scan", "tests", "--write", "--tracking-uri", store.uri).output
    tags = store.tags(wide)
    assert tags["pitfalls.overfit"] == "low"
    assert tags["pitfalls.not-converged"] == "medium"
    assert tags["pitfalls.state"] == "scanned"
    assert store.metrics(wide)["pitfalls/severity"] == 2.0
    assert store.files(wide) == {"pitfalls/scan.json"}


def test_writing_twice_changes_nothing(invoke, store, wide):
    for _ in range(2):
        invoke("scan", store.experiment_id, "--write", "--tracking-uri", store.uri)
    assert len(store.client.get_metric_history(wide, "pitfalls/severity")) == 1


def test_flags_that_are_gone_are_taken_back(invoke, store, log, wide):
    invoke("scan", "tests", "--write", "--tracking-uri", store.uri)
    store.client.log_metric(wide, "test_accuracy", 0.99, step=1)
    invoke("scan", "tests", "--write", "--tracking-uri", store.uri)
    assert "pitfalls.overfit" not in store.tags(wide)


def test_reports_of_runs_that_were_watched_stay(invoke, store, reported):
    run_id = reported("high")
    store.client.set_terminated(run_id)
    before = store.tags(run_id)
    result = invoke("scan", "tests", "--write", "--all", "--tracking-uri", store.uri)
    assert "1 run with a report of their own left alone" in result.output
    assert store.tags(run_id) == before


def test_child_runs_open_runs_and_older_ones_are_left_out(store, log, invoke):
    parent = log({"train_accuracy": 0.9, "test_accuracy": 0.9})
    log({"train_accuracy": 0.9}, **{"mlflow.parentRunId": parent})
    store.new_run()
    found, complete = read_logged_runs(store.experiment_id, store.uri, limit=10, told=lambda *_: None)
    assert ([run.run.run_id for run in found], complete) == ([parent], True)
    newer = log({"train_accuracy": 0.9})
    found, complete = read_logged_runs(store.experiment_id, store.uri, limit=1, told=lambda *_: None)
    assert ([run.run.run_id for run in found], complete) == ([newer], False)
    assert "latest 1" in invoke("scan", "tests", "--limit", "1", "--tracking-uri", store.uri).output


def test_long_histories_are_sampled_with_both_ends(store, log):
    steps = 3 * MAX_POINTS
    run_id = log(curves={"loss": [(step, float(step)) for step in range(steps)]})
    (found,), _ = read_logged_runs(store.experiment_id, store.uri, limit=1, told=lambda *_: None)
    assert found.run.run_id == run_id
    ((key, series),) = found.histories
    assert key == "loss"
    assert (series.steps[0], series.steps[-1]) == (0, steps - 1)
    assert len(series.steps) <= MAX_POINTS + 2


def test_rows_of_logged_data_sets_give_an_interval(store, log):
    import mlflow
    import numpy as np
    from mlflow.entities import DatasetInput, InputTag

    run_id = log({"train_accuracy": 1.0, "test_accuracy": 0.6})
    for context, rows in (("train", 500), ("eval", 200)):
        data = mlflow.data.from_numpy(np.zeros((rows, 2)))._to_mlflow_entity()
        store.client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", context)])])
    (found,), _ = read_logged_runs(store.experiment_id, store.uri, limit=1, told=lambda *_: None)
    assert (found.train_rows, found.held_out_rows) == (500, 200)


def test_what_cannot_be_read(invoke, store, refused_uri):
    for arguments, said in [
        (("nowhere", "--tracking-uri", store.uri), "no experiment 'nowhere'"),
        (("999", "--tracking-uri", store.uri), "could not be read"),
        (("tests", "--tracking-uri", refused_uri), "does not answer"),
    ]:
        result = invoke("scan", *arguments)
        assert result.exit_code == 1
        assert said in result.output
    assert "0 runs" in invoke("scan", "tests", "--tracking-uri", store.uri).output.replace("no runs", "0 runs")
