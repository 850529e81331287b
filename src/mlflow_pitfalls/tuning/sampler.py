"""What an Optuna study tries next: a Gaussian process mixed with steps from the best.

On few trials this finds more than Optuna's TPE; Optuna's own Gaussian process needs PyTorch. A trial's choice depends
on the seed, its number and the finished trials only, so that a study that was interrupted goes on as it would have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from mlflow_pitfalls.model.suggestions import Parameter
from mlflow_pitfalls.tuning.earlier_trials import SCORE_ATTRIBUTE, is_earlier
from mlflow_pitfalls.tuning.hints import levelled
from mlflow_pitfalls.tuning.suggest_values import distribution_of
from mlflow_pitfalls.tuning.surrogate import local_point, next_point
from mlflow_pitfalls.tuning.unit_cube import UnitCube

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.study import Study

Floats = npt.NDArray[np.float64]

_START_TRIALS = 4  # and one a parameter, up to
_MAX_START_TRIALS = 10
_LOCAL_EVERY = 4  # trials


class MixedSampler(BaseSampler):  # type: ignore[misc]  # optuna is not followed
    """Spread points first, then the Gaussian process's choice, every fourth time a step from the best.

    Args:
        parameters: All that is searched.
        seed: Of every choice.
    """

    def __init__(self, parameters: Sequence[Parameter], seed: int) -> None:
        self._cube = UnitCube(tuple(parameters))
        self._seed = seed
        self._start = min(_START_TRIALS + len(parameters), _MAX_START_TRIALS)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """All parameters, also those whose conditions may not hold: a trial asks only for what it needs."""
        return {each.name: distribution_of(each) for each in self._cube.parameters}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The next configuration."""
        if not search_space:
            return {}
        return self._cube.values(self._next(study, trial))

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """For a parameter that is not in the space: anything."""
        from optuna.samplers import RandomSampler

        sampler = RandomSampler(seed=self._seed + trial.number)
        return sampler.sample_independent(study, trial, param_name, param_distribution)

    def _next(self, study: Study, trial: FrozenTrial) -> Floats:
        rng = np.random.default_rng((self._seed, trial.number))
        trials = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING))
        known = {each.number: self._cube.point(each.params) for each in trials}
        scores = comparable_scores(trials)
        scores |= self._hints(trials, known, scores)
        if len(scores) < self._start:
            return self._spread(trial.number)
        points = np.array([known[number] for number in scores])
        found = np.array(list(scores.values()))
        if trial.number % _LOCAL_EVERY == 0:
            return local_point(self._cube, points[int(np.argmax(found))], rng)
        running = [known[each.number] for each in trials if each.state is TrialState.RUNNING and each.params]
        return next_point(self._cube, points, found, np.array(running).reshape(-1, self._cube.width), rng)

    def _hints(
        self, trials: Sequence[FrozenTrial], known: Mapping[int, Floats], own: Mapping[int, float]
    ) -> dict[int, float]:
        """What earlier runs scored, on the level of the study's own scores."""
        earlier = [each for each in trials if is_earlier(each)]
        if not earlier:
            return {}
        logged = np.array([float(each.user_attrs[SCORE_ATTRIBUTE]) for each in earlier])
        places = [
            self._cube.features(np.array([known[number] for number in numbers]).reshape(-1, self._cube.width))
            for numbers in ([each.number for each in earlier], list(own))
        ]
        found = levelled(logged, places[0], np.array(list(own.values())), places[1])
        return {each.number: float(score) for each, score in zip(earlier, found, strict=True)}

    def _spread(self, number: int) -> Floats:
        """Point of this number in one sequence that fills the space evenly."""
        from scipy.stats.qmc import Halton

        sequence = Halton(self._cube.width, scramble=True, rng=np.random.default_rng(self._seed))
        sequence.fast_forward(number)
        point: Floats = self._cube.settled(sequence.random(1))[0]
        return point


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
