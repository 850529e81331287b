"""One of the runs that are compared."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.profile import TargetProfile
from mlflow_pitfalls.model.record import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """All that is known of one run. ``outcomes`` and ``losses`` are None where they were not kept."""

    record: RunRecord
    outcomes: Outcomes | None = None
    losses: RowLosses | None = None

    @property
    def target(self) -> TargetProfile | None:
        """The training target, else the held-out one."""
        profile = self.record.train or self.record.held_out
        return profile.target if profile is not None else None
