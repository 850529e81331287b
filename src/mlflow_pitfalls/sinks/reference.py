"""Finds the earlier run that a run is measured by, by a bounded number of queries, and reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlflow_pitfalls.comparing.compared import ComparedRun
from mlflow_pitfalls.comparing.reference import candidates, reference_facts
from mlflow_pitfalls.errors import PitfallsError, guard
from mlflow_pitfalls.model.comparison import ReferenceChoice, ReferenceFacts
from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.compared_runs import compared_of
from mlflow_pitfalls.sinks.reading import read_within

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

REFERENCE_TAG = "pitfalls.reference"
CHAMPION = "champion"
SECONDS = 5.0  # for finding and reading it
_MAX_NAMES = 3  # registered models that are asked for their champion
_MAX_VERSIONS = 20
_MAX_TRIED = 3  # best runs that are read until one of them is whole


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReference:
    """The reference run; ``run`` is None where there is none, and ``absence`` says why, in a sentence."""

    choice: ReferenceChoice | None = None
    run: ComparedRun | None = None
    candidates: int = 1
    absence: str = ""


def find_reference(tracking_uri: str, record: RunRecord, wanted: str | None) -> FoundReference | None:
    """Look for the run to compare with.

    The first that exists of: the run that was named; the experiment's run tagged as reference; the run behind the
    registered model's champion; the best of the last 20 comparable runs. At most four queries beside the registered
    models' (two, and one a model), and four files.

    Args:
        tracking_uri: The store.
        record: The run that asks, with its history.
        wanted: The run named in the settings.

    Returns:
        None where the store does not answer in time.
    """

    def read() -> FoundReference:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=tracking_uri)
        if wanted:
            return _named(client, record, wanted)
        return _tagged(client, record) or _champion(client, record) or _best(client, record)

    return read_within(tracking_uri, read, SECONDS)


def refer(
    record: RunRecord,
    judge: Callable[[RunRecord], Outcomes],
    losses: RowLosses | None,
    tracking_uri: str,
    settings: Settings,
) -> RunRecord:
    """The record with what changed since its reference run, or why there is none.

    Args:
        record: The run, with its history.
        judge: Runs the checks.
        losses: What each of the run's held-out rows adds to its score.
        tracking_uri: The store.
        settings: The options in force.
    """
    if not record.run.run_id:
        return record
    with guard("comparing with the reference run"):
        found = find_reference(tracking_uri, record, settings.reference)
        if found is None or found.choice is None or found.run is None:
            absence = found.absence if found is not None else "The tracking store did not answer in time."
            return replace(record, reference=ReferenceFacts(absence=absence))
        after = ComparedRun(record=record, outcomes=judge(record), losses=losses)
        number, limits = found.candidates, settings.thresholds
        return replace(
            record, reference=reference_facts(found.choice, found.run, after, candidates=number, thresholds=limits)
        )
    return record  # type: ignore[unreachable]  # the guard swallows


def _named(client: MlflowClient, record: RunRecord, wanted: str) -> FoundReference:
    told = "the run named in enable(reference=…)"
    if wanted == record.run.run_id:
        return FoundReference(absence=f"No reference run: {told} is this one.")
    try:
        run = client.get_run(wanted)
    except Exception as error:  # noqa: BLE001 - stores raise what their drivers raise
        return FoundReference(absence=f"No reference run: {told} could not be read ({type(error).__name__}).")
    return _read(client, run, ReferenceChoice.SETTING, told)


def _tagged(client: MlflowClient, record: RunRecord) -> FoundReference | None:
    runs = client.search_runs(
        [record.run.experiment_id],
        filter_string=f"attributes.status = 'FINISHED' AND tags.`{REFERENCE_TAG}` = 'true'",
        max_results=2,
        order_by=["attributes.start_time DESC"],
    )
    others = [run for run in runs if run.info.run_id != record.run.run_id]
    return _read(client, others[0], ReferenceChoice.TAG, f"the run tagged {REFERENCE_TAG}") if others else None


def _champion(client: MlflowClient, record: RunRecord) -> FoundReference | None:
    """Behind the alias of the model that this run registers, or that the experiment's latest runs have registered."""
    for name in _model_names(client, record):
        try:
            run_id = client.get_model_version_by_alias(name, CHAMPION).run_id
            run = client.get_run(run_id) if run_id and run_id != record.run.run_id else None
            before = compared_of(client, run) if run is not None else None
        except Exception:  # noqa: BLE001, S112 - no such alias, or a run that is gone or not ours: the next one
            continue
        if before is not None and _is_alike(before.record, record):
            return FoundReference(choice=ReferenceChoice.CHAMPION, run=before)
    return None


def _model_names(client: MlflowClient, record: RunRecord) -> list[str]:
    earlier = [run.run_id for run in record.history.earlier[:_MAX_VERSIONS]] if record.history is not None else []
    names: dict[str, None] = {}
    for runs in ([record.run.run_id], earlier):
        if names or not runs:
            continue
        listed = ", ".join(f"'{run}'" for run in runs if run.isalnum())
        try:
            versions = client.search_model_versions(f"run_id IN ({listed})", max_results=_MAX_VERSIONS)
        except Exception:  # noqa: BLE001 - a registry that is not there, or that cannot be asked so
            return []
        names |= dict.fromkeys(version.name for version in versions)
    return list(names)[:_MAX_NAMES]


def _is_alike(before: RunRecord, after: RunRecord) -> bool:
    """Whether a run of another experiment perhaps predicts the same thing."""
    targets = [profile.target.name if profile and profile.target else "" for profile in (before.train, after.train)]
    return before.task is after.task and targets[0] == targets[1]


def _best(client: MlflowClient, record: RunRecord) -> FoundReference:
    known = candidates(record)
    if not known:
        return FoundReference(absence=_why_none(record))
    reasons = []
    for run in known[:_MAX_TRIED]:
        try:
            before = compared_of(client, client.get_run(run.run_id))
        except Exception as error:  # noqa: BLE001 - deleted meanwhile, or its files are damaged: the next best one
            reasons.append(_reason(error))
            continue
        return FoundReference(choice=ReferenceChoice.BEST, run=before, candidates=len(known))
    return FoundReference(absence=f"No reference run: the best earlier ones could not be read ({reasons[0]}).")


def _why_none(record: RunRecord) -> str:
    if record.history is None:
        return "No reference run: the experiment's earlier runs were not looked at."
    if any(run.inflated_by for run in record.history.earlier):
        return "No reference run: every earlier comparable run carries a flag by which its score is too good."
    return "No reference run: the experiment has no earlier finished run of this task and target with a score."


def _read(client: MlflowClient, run: Run, choice: ReferenceChoice, told: str) -> FoundReference:
    try:
        return FoundReference(choice=choice, run=compared_of(client, run))
    except Exception as error:  # noqa: BLE001 - also what artifact stores raise
        return FoundReference(absence=f"No reference run: {told} cannot be compared with ({_reason(error)}).")


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, PitfallsError) else type(error).__name__
