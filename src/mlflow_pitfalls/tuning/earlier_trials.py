"""Earlier runs as completed trials of Optuna, so that a study begins with what is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, SearchSpace
from mlflow_pitfalls.tuning.earlier import explored
from mlflow_pitfalls.tuning.suggest_values import distribution_of, label

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

RUN_ATTRIBUTE = "mlflow_run_id"  # of a trial: the run that it was


def earlier_trials(space: SearchSpace, runs: Sequence[EarlierConfiguration], *, metric: str) -> list[FrozenTrial]:
    """The comparable runs as trials for ``study.add_trials``, oldest first.

    Args:
        space: What is searched. A range widens to what was tried.
        runs: Earlier runs, in any order.
        metric: Name of their score, which becomes the trials' value as it is.
    """
    from optuna.trial import create_trial

    known = explored(space, runs, metric)
    distributions = {each.name: distribution_of(each) for each in known.parameters}
    trials = []
    for tried in known.tried:
        values = {name: label(value) for name, value in tried.values}
        trials.append(
            create_trial(
                params=values,
                distributions={name: distributions[name] for name in values},
                value=tried.score,
                user_attrs={RUN_ATTRIBUTE: tried.run_id},
            )
        )
    return trials
