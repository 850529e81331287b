"""What an Optuna study tries next: a Gaussian process mixed with steps from the best.

On few trials this finds more than Optuna's TPE; Optuna's own Gaussian process needs PyTorch. A trial's choice depends
on the seed, its number and the other trials only, so that a study that was interrupted goes on as it would have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from mlflow_pitfalls.model.suggestions import Parameter
from mlflow_pitfalls.tuning.coordinates import Coordinates, Points
from mlflow_pitfalls.tuning.earlier_trials import SCORE_ATTRIBUTE, is_earlier
from mlflow_pitfalls.tuning.gaussian_process import winsorised
from mlflow_pitfalls.tuning.hints import levelled
from mlflow_pitfalls.tuning.proposals import Proposer, Way
from mlflow_pitfalls.tuning.suggest_values import distribution_of, label, unlabelled

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.study import Study

START_TRIALS = 4  # and one a parameter, up to
MAX_START_TRIALS = 10
MAX_OBSERVATIONS = 100  # that the process learns from: it costs the cube of their number
WAYS = (Way.ANYWHERE, Way.NEAR, Way.ANYWHERE, Way.STEP)  # take turns


class MixedSampler(BaseSampler):  # type: ignore[misc]  # optuna is not followed
    """Spread points first, then by turns the Gaussian process's choice and a step from the best.

    With earlier runs the process has its say from the beginning, by turns with the spread points.

    Args:
        parameters: All that is searched.
        seed: Of every choice.
    """

    def __init__(self, parameters: Sequence[Parameter], seed: int) -> None:
        self._coordinates = Coordinates(parameters)
        self._seed = seed
        self._start = min(START_TRIALS + len(parameters), MAX_START_TRIALS)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """All parameters, also those whose conditions may not hold: a trial asks only for what it needs."""
        return {each.name: distribution_of(each) for each in self._coordinates.parameters}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The next configuration."""
        if not search_space:
            return {}
        settings = self._coordinates.settings(self._next(study, trial))
        return {name: label(value) for name, value in settings.items()}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """For a parameter that is not in the space: anything."""
        from optuna.samplers import RandomSampler

        sampler = RandomSampler(seed=self._seed + trial.number)
        return sampler.sample_independent(study, trial, param_name, param_distribution)

    def _next(self, study: Study, trial: FrozenTrial) -> Points:
        rng = np.random.default_rng((self._seed, trial.number))
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
        trials = study.get_trials(deepcopy=False, states=states)
        points = {each.number: self._point(each) for each in trials}
        own = comparable_scores(trials)
        hints = self._hints(trials, points, own)
        ordinal = trial.number - len(hints)
        if len(own) + len(hints) < self._start:
            return self._spread(ordinal)
        if len(own) < self._start and ordinal % 2 == 1:
            # Earlier runs may all have looked in one corner, and their scores may be luck: half of the beginning is
            # spread, by consecutive points of the sequence, since every second one of them lies on one side.
            return self._spread(self._start + ordinal // 2)
        scores = informative({**own, **hints})
        proposer = Proposer(
            self._coordinates,
            np.vstack([points[number] for number in scores]),
            winsorised(np.array(list(scores.values()))),
            rng,
            hearsay=np.array([number in hints for number in scores]),
        )
        running = [each for each in trials if each.state is TrialState.RUNNING and each.params]
        proposer.expecting(np.array([points[each.number] for each in running]))
        proposed = proposer.propose((WAYS[ordinal % len(WAYS)],))
        return proposed[0].point if proposed else self._spread(ordinal)

    def _point(self, trial: FrozenTrial) -> Points:
        known = {each.name: each for each in self._coordinates.parameters}
        values = {name: unlabelled(known[name], value) for name, value in trial.params.items() if name in known}
        return self._coordinates.point(values)

    def _hints(
        self, trials: Sequence[FrozenTrial], points: Mapping[int, Points], own: Mapping[int, float]
    ) -> dict[int, float]:
        """What earlier runs scored, on the level of the study's own scores."""
        earlier = [each for each in trials if is_earlier(each)]
        if not earlier:
            return {}
        logged = np.array([float(each.user_attrs[SCORE_ATTRIBUTE]) for each in earlier])
        places, own_places = (
            self._coordinates.features(np.array([points[number] for number in numbers]).reshape(-1, self._width))
            for numbers in ([each.number for each in earlier], list(own))
        )
        found = levelled(logged, places, np.array(list(own.values())), own_places)
        return {each.number: float(score) for each, score in zip(earlier, found, strict=True)}

    @property
    def _width(self) -> int:
        return len(self._coordinates.parameters)

    def _spread(self, number: int) -> Points:
        """Point of this number in one sequence that fills the space evenly."""
        from scipy.stats.qmc import Halton

        sequence = Halton(self._width, scramble=True, rng=np.random.default_rng(self._seed))
        sequence.fast_forward(number)
        point: Points = self._coordinates.spread(sequence.random(1))[0]
        return point


def informative(scores: Mapping[int, float]) -> dict[int, float]:
    """At most so many of the scores, by number: half of them the best, the others the latest."""
    if len(scores) <= MAX_OBSERVATIONS:
        return dict(sorted(scores.items()))
    best = sorted(scores, key=lambda number: -scores[number])[: MAX_OBSERVATIONS // 2]
    others = sorted(set(scores) - set(best))[-(MAX_OBSERVATIONS - len(best)) :]
    return {number: scores[number] for number in sorted([*best, *others])}


def comparable_scores(trials: Sequence[FrozenTrial]) -> dict[int, float]:
    """Each finished trial's score by its number; that of a pruned one as if all its folds had been scored.

    A pruned trial has seen some folds only, which may be easy or hard ones: it gets the best trial's mean and its own
    mean difference to the best on the folds that it has seen.
    """
    done = [each for each in trials if each.state is TrialState.COMPLETE and each.value is not None]
    complete = {each.number: float(each.value) for each in done}
    if not complete:
        return {}
    best = max(done, key=lambda each: complete[each.number])
    scores = dict(complete)
    for each in trials:
        shared = [step for step in each.intermediate_values if step in best.intermediate_values]
        if each.state is not TrialState.PRUNED or not shared:
            continue
        behind = np.mean([each.intermediate_values[step] - best.intermediate_values[step] for step in shared])
        scores[each.number] = complete[best.number] + float(behind)
    return dict(sorted(scores.items()))
