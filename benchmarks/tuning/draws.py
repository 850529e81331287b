"""Configurations drawn at random from a search space, conditions kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlflow_pitfalls.tuning.space.suggest_values import choose
from mlflow_pitfalls.tuning.study.objective import Problem


class _Dice:
    """Answers what Optuna's trials are asked, evenly over each range on its own scale."""

    def __init__(self, random: np.random.RandomState) -> None:
        self._random = random

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return choices[self._random.randint(len(choices))]

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        if not log:
            return float(self._random.uniform(low, high))
        return min(high, max(low, math.exp(self._random.uniform(math.log(low), math.log(high)))))

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        if not log:
            return int(self._random.randint(low, high + 1))
        return min(high, max(low, round(math.exp(self._random.uniform(math.log(low), math.log(high))))))


class Draws:
    """A distribution as scikit-learn's searches take it: each draw is a whole configuration."""

    def __init__(self, problem: Problem) -> None:
        self._parameters = problem.parameters
        self._own = problem.estimator.get_params()

    def rvs(self, random_state: Any = None) -> dict[str, Any]:
        """One configuration, for ``set_params``."""
        from sklearn.utils import check_random_state

        return choose(_Dice(check_random_state(random_state)), self._parameters, self._own)
