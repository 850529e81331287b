"""What a study begins from: earlier runs of the experiment where there are any, else its flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.checks.text import plural
from mlflow_pitfalls.model.suggestions import Parameter, SearchSpace, Suggestions, TriedConfiguration, Value
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.suggest_values import holds
from mlflow_pitfalls.tuning.suggestions.advice import MEND

# Of the trials, that what was proposed beforehand may take: the sampler learns from each trial. It has the earlier runs
# too, and of flags it knows nothing.
_BY_RUNS, _BY_FLAGS = 0.1, 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What is tuned, for whoever knows of earlier runs.

    Attributes:
        estimator: Unfitted.
        x: Training rows.
        space: What is searched.
        task: What is predicted.
        metric: scikit-learn's name of the scorer.
    """

    estimator: Any
    x: Any
    space: SearchSpace
    task: Task
    metric: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What is known before the first trial.

    Attributes:
        first: Settings to try first, each of them what differs from the model's own.
        earlier: Earlier runs and their scores, which are hints: they come from other rows than the study's folds.
        runs: How many of them there are, the run whose model is tuned aside.
        text: Which it was, in a sentence.
        cautions: What has to be mended before tuning can help.
    """

    first: tuple[Mapping[str, Value], ...] = ()
    earlier: tuple[TriedConfiguration, ...] = ()
    runs: int = 0
    text: str = "Nothing was known beforehand: the usual ranges of this model led."
    cautions: tuple[str, ...] = ()


def beginning_of(known: Suggestions | None, parameters: Sequence[Parameter], *, metric: str, trials: int) -> Beginning:
    """Read a run's suggestions as the beginning of a study.

    Args:
        known: The suggestions of the run whose model is tuned; None without any.
        parameters: What is searched.
        metric: What is tuned for. Earlier runs that were scored by another metric tell nothing here.
        trials: How many the study shall have.
    """
    if known is None:
        return Beginning()
    others = [each for each in known.tried if each.run_id != known.run_id]
    compared = bool(others) and known.metric == metric
    proposed = [dict(each.values) for each in known.next] if compared or known.basis == "prior" else []
    if compared:
        proposed = [*_best(known), *proposed]
    most = max(1, round((_BY_RUNS if compared else _BY_FLAGS) * trials))
    return Beginning(
        first=tuple(each for each in proposed if _is_inside(each, parameters))[:most],
        earlier=known.tried if compared else (),
        runs=len(others) if compared else 0,
        text=_text(known, len(others), metric, compared=compared),
        cautions=tuple(each for each in known.advice if each.startswith(MEND)),
    )


def _best(known: Suggestions) -> list[dict[str, Value]]:
    """The settings of the best earlier run, unless it is the very run whose model is tuned."""
    best = max(known.tried, key=lambda each: (each.score, each.run_id == known.run_id))
    return [] if best.run_id == known.run_id else [dict(best.values)]


def _is_inside(values: Mapping[str, Value], parameters: Sequence[Parameter]) -> bool:
    """Whether all that is searched of some settings lies in the space, and anything of them is searched."""
    searched = [each for each in parameters if each.name in values]
    return bool(searched) and all(holds(each, values[each.name]) for each in searched)


def _text(known: Suggestions, others: int, metric: str, *, compared: bool) -> str:
    if not others:
        return "No history: the run's flags and the usual ranges led."
    runs = plural(others, "earlier run")
    if not compared:
        return f"The {runs} were scored by {known.metric}, not by {metric}: the run's flags and the usual ranges led."
    besides = "" if known.basis == "history" else ", and from its flags and the usual ranges"
    return f"Began from {runs} on the same rows{besides}."
