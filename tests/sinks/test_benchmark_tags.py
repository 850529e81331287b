from __future__ import annotations

from mlflow_pitfalls.sinks.benchmark_tags import read_benchmark_tags


def test_the_tags_of_an_experiment(store):
    store.client.set_experiment_tag(store.experiment_id, "pitfalls.benchmark.roc_auc", "0.80")
    store.client.set_experiment_tag(store.experiment_id, "team", "fraud")
    assert read_benchmark_tags(store.uri, store.experiment_id) == {"roc_auc": "0.80"}


def test_an_experiment_that_is_not_there(store):
    assert read_benchmark_tags(store.uri, "999999") is None
