"""Earlier runs as trials of Optuna, so that a study begins with what is known.

Their scores come from other rows than the study's folds: they guide what is tried, and win nothing. They stand in the
study as pruned trials, so that only its own can be its best, or the measure of what is pruned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.suggestions import Kind, Parameter, TriedConfiguration, Value
from mlflow_pitfalls.tuning.space.suggest_values import distribution_of, label

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

RUN_ATTRIBUTE = "mlflow_run_id"  # of a trial: the run that it was
SCORE_ATTRIBUTE = "mlflow_run_score"  # what was logged for it
MOST_EARLIER = 50  # the latest: storages take time for each


def earlier_trials(parameters: Sequence[Parameter], tried: Sequence[TriedConfiguration]) -> list[FrozenTrial]:
    """Earlier runs as trials for ``study.add_trials``, oldest first.

    Args:
        parameters: What is searched; other settings of a run are left out.
        tried: Earlier runs in the terms of the search space, in any order; numbers may lie outside of its ranges.
    """
    from optuna.trial import TrialState, create_trial

    known = {each.name: each for each in parameters}
    trials = []
    for each in sorted(tried, key=lambda run: (run.started_ms, run.run_id))[-MOST_EARLIER:]:
        values = {name: value for name, value in each.values if name in known and _fits(known[name], value)}
        distributions = {name: distribution_of(_reaching(known[name], value)) for name, value in values.items()}
        trials.append(
            create_trial(
                state=TrialState.PRUNED,
                params={name: label(value) for name, value in values.items()},
                distributions=distributions,
                user_attrs={RUN_ATTRIBUTE: each.run_id, SCORE_ATTRIBUTE: each.score},
            )
        )
    return trials


def is_earlier(trial: FrozenTrial) -> bool:
    """Whether a trial of a study is an earlier run."""
    return RUN_ATTRIBUTE in trial.user_attrs


def _fits(parameter: Parameter, value: Value) -> bool:
    if parameter.kind is Kind.CATEGORY:
        return any(type(choice) is type(value) and choice == value for choice in parameter.choices)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and not (parameter.log and float(value or 0.0) <= 0)  # type: ignore[arg-type]


def _reaching(parameter: Parameter, value: Value) -> Parameter:
    """The parameter with a range that the value lies in."""
    if parameter.kind is Kind.CATEGORY or not isinstance(value, int | float):
        return parameter
    assert parameter.low is not None and parameter.high is not None
    return replace(parameter, low=min(parameter.low, value), high=max(parameter.high, value))
