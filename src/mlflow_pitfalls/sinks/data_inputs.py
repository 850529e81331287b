"""Datasets of a run, beside what the user or autologging has logged of the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.items import DataInput
from mlflow_pitfalls.sinks.outcome import CONFLICT_CODE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run

CONTEXT_TAG = "mlflow.data.context"
SOURCE_TYPE = "code"  # the rows came from the run's script
_NAME_TAG = "mlflow.source.name"
_SOURCE_TAGS = (_NAME_TAG, "mlflow.source.type", "mlflow.source.git.commit")
_SAME = {
    "train": ("train", "fit"),
    "eval": ("eval", "test", "valid", "held", "hold"),
}  # how contexts of the same rows begin


def write_inputs(client: MlflowClient, run: Run, inputs: Iterable[DataInput]) -> None:
    """Log the datasets that the run does not have yet: one request, none where there is nothing to add.

    Where the user or autologging has logged a dataset of a context, or one without any, ours would tell of the same
    rows a second time under another name; theirs stays alone.

    Args:
        client: Of the run's store.
        run: The run as it is.
        inputs: What it is to have.
    """
    present = [_context(known) for known in run.inputs.dataset_inputs] if run.inputs else []
    missing = [_dataset(run, data) for data in inputs if not any(_is_same(data.context, known) for known in present)]
    if missing:
        _log(client, run.info.run_id, missing)


def _log(client: MlflowClient, run_id: str, datasets: list[DatasetInput]) -> None:
    """Runs that begin to share a dataset at once are a conflict to some databases; the loser finds it there."""
    from mlflow.exceptions import MlflowException

    for _ in datasets:  # each may be new to the experiment
        try:
            client.log_inputs(run_id, datasets)
            return
        except MlflowException as error:
            if error.error_code != CONFLICT_CODE:
                raise
    client.log_inputs(run_id, datasets)


def _context(known: DatasetInput) -> str:
    return next((str(tag.value).strip().lower() for tag in known.tags if tag.key == CONTEXT_TAG), "")


def _is_same(context: str, known: str) -> bool:
    return not known or known.startswith(_SAME.get(context, (context,)))


def _dataset(run: Run, data: DataInput) -> DatasetInput:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    tags = {key: run.data.tags[key] for key in _SOURCE_TAGS if key in run.data.tags}
    if _NAME_TAG in tags:
        tags[_NAME_TAG] = PurePath(tags[_NAME_TAG]).name  # no folders, which may tell who the user is
    source = {"tags": tags}
    dataset = Dataset(data.name, data.digest, SOURCE_TYPE, json.dumps(source), data.schema, data.profile)
    return DatasetInput(dataset, [InputTag(CONTEXT_TAG, data.context)])
