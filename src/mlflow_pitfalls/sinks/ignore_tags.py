"""The tags by which a run, or its whole experiment, asks that checks shall not flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlflow_pitfalls.checks.suppression import IGNORE_TAG
from mlflow_pitfalls.sinks.reading import read_within


@dataclass(frozen=True, slots=True)
class IgnoreTags:
    """The tags ``pitfalls.ignore`` and ``pitfalls.ignore.<check>``, by where they stand."""

    run: Mapping[str, str]
    experiment: Mapping[str, str]


def read_ignore_tags(tracking_uri: str, experiment_id: str, run_id: str) -> IgnoreTags | None:
    """Look at a run's and its experiment's tags: two requests.

    Args:
        tracking_uri: The store.
        experiment_id: The experiment.
        run_id: The run.

    Returns:
        None where the store does not answer in time.
    """

    def read() -> IgnoreTags:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=tracking_uri)
        run = client.get_run(run_id).data.tags
        return IgnoreTags(_ours(run), _ours(client.get_experiment(experiment_id).tags))

    return read_within(tracking_uri, read)


def _ours(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: str(value) for key, value in tags.items() if key == IGNORE_TAG or key.startswith(f"{IGNORE_TAG}.")}
