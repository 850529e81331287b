"""Our views of an experiment's runs and a line in its description: written once, never over what is there."""

from __future__ import annotations

import json
from time import time
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.items import ExperimentPage, SavedView
from mlflow_pitfalls.sinks.note import NOTE_TAG
from mlflow_pitfalls.sinks.our_page import serves_our_page
from mlflow_pitfalls.sinks.outcome import CONFLICT_CODE

if TYPE_CHECKING:
    from mlflow import MlflowClient

# MLflow's own tags of shared views (since 3.15); undocumented.
VIEW_TAG = "mlflow.sharedViewState."
# That the views were written: whoever deletes one, or the line, does not get it back. MLflow's list of experiments
# shows it, and without it they are written anew.
WRITTEN_TAG = "pitfalls.views"
WRITTEN = "written"
LINE_MARK = "<!-- pitfalls:views -->"
MAX_EXPERIMENT_NOTE = 20_000  # characters; a longer tag of an experiment raises
_MILLISECONDS = 1_000


def write_page(client: MlflowClient, experiment_id: str, page: ExperimentPage) -> bool:
    """Write what an experiment is given once: one request where it has it already, six where it has not.

    Args:
        client: Of the experiment's store.
        experiment_id: The experiment.
        page: What it is given.

    Returns:
        Whether anything was written.
    """
    tags = client.get_experiment(experiment_id).tags
    if WRITTEN_TAG in tags:
        return False
    for view in page.views:
        key = f"{VIEW_TAG}{view.key}"
        if key not in tags:
            _set(client, experiment_id, key, _view(view))
    note = with_line(tags.get(NOTE_TAG, ""), page.line + _across_runs(client.tracking_uri, experiment_id))
    if note is not None:
        _set(client, experiment_id, NOTE_TAG, note)
    _set(client, experiment_id, WRITTEN_TAG, WRITTEN)
    return True


def _set(client: MlflowClient, experiment_id: str, key: str, value: str) -> None:
    """Write a tag. Two processes that write a new one at once are a conflict to some databases: the first has won."""
    from mlflow.exceptions import MlflowException

    try:
        client.set_experiment_tag(experiment_id, key, value)
    except MlflowException as error:
        if error.error_code != CONFLICT_CODE or key not in client.get_experiment(experiment_id).tags:
            raise


def with_line(existing: str, line: str) -> str | None:
    """The experiment's description with our line below it.

    Args:
        existing: The description as it is now.
        line: Ours.

    Returns:
        None where it has our line already, or has no room for it.
    """
    if LINE_MARK in existing:
        return None
    before = f"{existing.rstrip()}\n\n" if existing.strip() else ""
    note = f"{before}{line} {LINE_MARK}"
    return note if len(note) <= MAX_EXPERIMENT_NOTE else None


def _across_runs(tracking_uri: str, experiment_id: str) -> str:
    """The rest of our line where the server has our page: a link, relative as MLflow's own are."""
    return f", [across runs](pitfalls#/experiments/{experiment_id})" if serves_our_page(tracking_uri) else ""


def _view(view: SavedView) -> str:
    now = int(time() * _MILLISECONDS)
    return json.dumps({"name": view.name, "createdAt": now, "updatedAt": now, "state": view.state})
