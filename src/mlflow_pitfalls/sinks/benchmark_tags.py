"""The domain benchmark that an experiment's tags set."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.sinks.reading import read_within

BENCHMARK_TAG = "pitfalls.benchmark."


def read_benchmark_tags(tracking_uri: str, experiment_id: str) -> dict[str, str] | None:
    """The experiment's tags ``pitfalls.benchmark.<metric>``, by metric: one request.

    Args:
        tracking_uri: The store.
        experiment_id: The experiment.

    Returns:
        None where the store does not answer in time.
    """

    def read() -> dict[str, str]:
        from mlflow import MlflowClient

        return _ours(MlflowClient(tracking_uri=tracking_uri).get_experiment(experiment_id).tags)

    return read_within(tracking_uri, read)


def _ours(tags: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(BENCHMARK_TAG): str(value) for key, value in tags.items() if key.startswith(BENCHMARK_TAG)}
