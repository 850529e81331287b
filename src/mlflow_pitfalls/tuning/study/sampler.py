"""What an Optuna study tries next: a Gaussian process mixed with steps from the best.

On few trials this finds more than Optuna's TPE; Optuna's own Gaussian process needs PyTorch. A trial's choice depends
on the seed, its number and the other trials only, so that a study that was interrupted goes on as it would have. Where
the time is limited it depends on the pace too: the process must not take the time of many quick fits, what is slow to
try must promise more, and where few trials will fit there is little time for looking around.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from mlflow_pitfalls.model.suggestions import Parameter
from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates, Points
from mlflow_pitfalls.tuning.earlier_runs.gaussian_process import fit_surrogate
from mlflow_pitfalls.tuning.earlier_runs.proposals import HEARSAY, Proposer, Way
from mlflow_pitfalls.tuning.space.suggest_values import distribution_of, label, unlabelled
from mlflow_pitfalls.tuning.study.observations import Observations, observed
from mlflow_pitfalls.tuning.study.pace import Pace, pace_of, seconds_of
from mlflow_pitfalls.tuning.study.stepping import STARTS, first_new, steps_from
from mlflow_pitfalls.tuning.study.thrift import Thrift

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.study import Study

START_TRIALS = 4  # and one a parameter, up to
MAX_START_TRIALS = 10
_START_SHARE = 1 / 3  # at most, of the trials that will fit into the time
_FEWEST_STARTS = 2
_LEAPS = 16  # spread points looked at until one is quick enough
_LEAP = 97  # of the sequence's numbers, from one of them to the next: beyond all that are used otherwise
_BEYOND = 3.0  # power with which promises of what takes too long shrink
WAYS = (Way.ANYWHERE, Way.NEAR, Way.ANYWHERE, Way.STEP)  # take turns
GROWTH = 1.15  # of the number of scores, after which the process's hyperparameters are sought anew
_QUICK_STEPS = (0.02, 0.05, 0.1, 0.2)  # of a range: sizes of the steps between two turns of the process
_QUICK_TRIES = 50  # steps looked at until one is new


class MixedSampler(BaseSampler):  # type: ignore[misc]  # optuna is not followed
    """Spread points first, then by turns the Gaussian process's choice and a step from the best.

    With earlier runs the process has its say from the beginning, by turns with the spread points.

    Args:
        parameters: All that is searched.
        seed: Of every choice.
        thrift: How much of the time there is, and what may be taken of it; None for no end.
    """

    def __init__(self, parameters: Sequence[Parameter], seed: int, thrift: Thrift | None = None) -> None:
        self._thrift = thrift
        self._finished: dict[int, Points] = {}  # by number: they do not change
        self._thetas: dict[int, Points] = {}  # by the number of scores that they were found with
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
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
        trials = study.get_trials(deepcopy=False, states=states)
        seen = observed(trials, [self._point(each) for each in trials], self._coordinates)
        ordinal = trial.number - len(seen.hints)
        pace = self._pace(trials)
        start = self._starts(trials, pace)
        if len(seen.scores) < start:
            return self._spread(ordinal, pace)
        if len(seen.own) < start and ordinal % 2 == 1:
            # Earlier runs may all have looked in one corner, and their scores may be luck: half of the beginning is
            # spread, by consecutive points of the sequence, since every second one of them lies on one side.
            return self._spread(self._start + ordinal // 2, pace)
        rng = np.random.default_rng((self._seed, trial.number))
        if self._thrift is not None and seen.own and not self._thrift.allows():
            found = self._stepped(seen, pace, rng)
        else:
            with self._thrift.spent() if self._thrift is not None else nullcontext():
                found = self._expected(seen, self._theta(seen, trials), WAYS[ordinal % len(WAYS)], pace, rng)
        return self._spread(ordinal, pace) if found is None else found

    def _pace(self, trials: Sequence[FrozenTrial]) -> Pace | None:
        """What trials take; None where there is no end to keep, or none has ended yet."""
        seconds = seconds_of(trials) if self._thrift is not None else {}
        if not seconds:
            return None
        points = np.array([self._finished[number] for number in seconds])
        return pace_of(self._coordinates, points, np.array(list(seconds.values())))

    def _starts(self, trials: Sequence[FrozenTrial], pace: Pace | None) -> int:
        """How many trials only look around."""
        if self._thrift is None or pace is None:
            return self._start
        fitting = len(seconds_of(trials)) + self._thrift.left / math.exp(pace.level)
        return min(self._start, max(_FEWEST_STARTS, round(_START_SHARE * fitting)))

    def _expected(
        self, seen: Observations, theta: Points, way: Way, pace: Pace | None, rng: np.random.Generator
    ) -> Points | None:
        """Where the process says; None where everything was tried."""
        known = seen.learnt()
        proposer = Proposer(
            self._coordinates,
            known.points,
            known.scores,
            rng,
            hearsay=known.hearsay,
            theta=theta,
            taken=seen.tried if seen.own else None,
            effort=None if pace is None else partial(self._effort, pace),
        )
        proposer.expecting(seen.running)
        proposed = proposer.propose((way,))
        return proposed[0].point if proposed else None

    def _stepped(self, seen: Observations, pace: Pace | None, rng: np.random.Generator) -> Points | None:
        """A step from one of the best, for which no process is needed; None where everything around was tried."""
        best = sorted(seen.own, key=lambda number: -seen.own[number])[:STARTS]
        starts = np.array([seen.points[number] for number in best])
        steps = steps_from(starts, _QUICK_TRIES, self._coordinates, rng, step=float(rng.choice(_QUICK_STEPS)))
        if pace is not None and self._thrift is not None:
            steps = steps[np.argsort(pace.seconds(steps) > self._thrift.longest, kind="stable")]
        return first_new(steps, np.vstack([seen.tried, seen.running]), self._coordinates)

    def _effort(self, pace: Pace, points: Points) -> Points:
        """What promises are divided by: at first a gain for each second counts, at the end the gain."""
        assert self._thrift is not None
        seconds = pace.seconds(points)
        beyond = np.maximum(1.0, seconds / max(self._thrift.longest, float(seconds.min())))
        return np.asarray(seconds**self._thrift.share_left * beyond**_BEYOND)

    def _theta(self, seen: Observations, trials: Sequence[FrozenTrial]) -> Points:
        """The process's hyperparameters, from the first scores up to the last milestone of their number."""
        count = milestone(len(seen.scores))
        if count not in self._thetas:
            last = sorted(seen.scores)[count - 1]
            first = [each for each in trials if each.number <= last]
            known = observed(first, [self._point(each) for each in first], self._coordinates).learnt()
            doubts = np.where(known.hearsay, HEARSAY, 0.0)
            self._thetas[count] = fit_surrogate(self._coordinates.features(known.points), known.scores, doubts).theta
        return self._thetas[count]

    def _point(self, trial: FrozenTrial) -> Points:
        if trial.number in self._finished:
            return self._finished[trial.number]
        known = {each.name: each for each in self._coordinates.parameters}
        values = {name: unlabelled(known[name], value) for name, value in trial.params.items() if name in known}
        point = self._coordinates.point(values)
        if trial.state.is_finished():
            self._finished[trial.number] = point
        return point

    @property
    def _width(self) -> int:
        return len(self._coordinates.parameters)

    def _spread(self, number: int, pace: Pace | None) -> Points:
        """Point of this number in one sequence that fills the space evenly; a later one where it takes too long."""
        from scipy.stats.qmc import Halton

        looks = 1 if pace is None else _LEAPS
        sequence = Halton(self._width, scramble=True, rng=np.random.default_rng(self._seed))
        sequence.fast_forward(number)
        points: Points = self._coordinates.spread(sequence.random((looks - 1) * _LEAP + 1)[::_LEAP])
        place = 0
        if pace is not None and self._thrift is not None:
            seconds = pace.seconds(points)
            quick = np.flatnonzero(seconds <= self._thrift.longest)
            place = int(quick[0] if len(quick) else np.argmin(seconds))
        point: Points = points[place]
        return point


def milestone(count: int) -> int:
    """The greatest number up to ``count`` at which the process's hyperparameters are sought, 1 at least."""
    found = following = 1
    while following <= count:
        found, following = following, max(following + 1, round(GROWTH * following))
    return found
