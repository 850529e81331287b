"""Datasets of a run: ours where nobody has logged the same rows."""

from __future__ import annotations

import json

import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag

from mlflow_pitfalls.model.items import DataInput
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.outcome import Outcome

TRAIN = DataInput(name="training rows", context="train", digest="a1", schema='{"mlflow_colspec": []}', profile="{}")
EVAL = DataInput(name="held-out rows", context="eval", digest="b2", schema="{}", profile='{"num_rows": 7}')


def _known(store, run_id):
    found = store.client.get_run(run_id).inputs.dataset_inputs
    return {(known.dataset.name, *(tag.value for tag in known.tags)): known.dataset for known in found}


def _log(store, run_id: str, context: str | None) -> None:
    tags = [InputTag("mlflow.data.context", context)] if context is not None else []
    store.client.log_inputs(run_id, [DatasetInput(Dataset("theirs", "c3", "code", "{}"), tags)])


def test_both_sides_are_logged_once(store, make_items):
    run_id = store.new_run(**{"mlflow.source.name": "/home/somebody/train.py", "mlflow.user": "somebody"})
    sink = MlflowSink(store.uri)
    for _ in range(2):
        assert sink.write(make_items(run_id, inputs=(TRAIN, EVAL))).outcome is Outcome.DELIVERED
    known = _known(store, run_id)
    assert set(known) == {("training rows", "train"), ("held-out rows", "eval")}
    held_out = known["held-out rows", "eval"]
    assert (held_out.digest, held_out.profile) == ("b2", '{"num_rows": 7}')
    assert json.loads(held_out.source) == {"tags": {"mlflow.source.name": "train.py"}}


@pytest.mark.parametrize(
    ("context", "ours"),
    [
        ("train", {"held-out rows"}),
        ("Training", {"held-out rows"}),
        ("eval", {"training rows"}),
        ("validation", {"training rows"}),
        ("test set", {"training rows"}),
        ("calibration", {"training rows", "held-out rows"}),
        (None, set()),
    ],
)
def test_rows_that_somebody_else_has_logged_are_not_logged_again(store, make_items, context, ours):
    run_id = store.new_run()
    _log(store, run_id, context)
    MlflowSink(store.uri).write(make_items(run_id, inputs=(TRAIN, EVAL)))
    assert {name for name, *_ in _known(store, run_id)} == {"theirs", *ours}


def test_a_dataset_that_is_refused_costs_nothing_else(store, make_items, caplog):
    run_id = store.new_run()
    long = DataInput(name="x" * 501, context="train", digest="a", schema="{}", profile="{}")
    assert MlflowSink(store.uri).write(make_items(run_id, inputs=(long,))).outcome is Outcome.DELIVERED
    assert store.tags(run_id)["pitfalls.severity"] == "high"
    assert _known(store, run_id) == {}
    assert caplog.records == []


def test_datasets_through_a_server(server_store, make_items):
    run_id = server_store.new_run()
    sink = MlflowSink(server_store.uri)
    assert sink.write(make_items(run_id, artifacts=(), inputs=(TRAIN, EVAL))).outcome is Outcome.DELIVERED
    assert len(_known(server_store, run_id)) == 2
