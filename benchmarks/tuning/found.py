"""What a method found, and when: the best configuration so far by its own cross-validation."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlflow_pitfalls.tuning.study.objective import Problem

Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The end of a search.

    Attributes:
        path: Seconds on the clock and the configuration that was the best from then on; the last one is the winner.
            An empty configuration is the estimator's defaults.
        seconds: On the clock when the method was done.
        core_seconds: Of them, those that the process had a core; fewer tell of a busy machine.
        trials: Configurations that it looked at, in whole or in part.
        keeps_defaults: Whether the method itself gives back the defaults and not its winner; only ours judges that.
        notes: More that is worth a line.
    """

    path: tuple[tuple[float, Values], ...]
    seconds: float
    core_seconds: float
    trials: int
    keeps_defaults: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)


class Search:
    """Cross-validates configurations until the time is over; the defaults come first, so that nobody ends below them.

    Args:
        problem: What is tuned.
        seconds: Of the budget; a score that comes later does not count.
    """

    def __init__(self, problem: Problem, seconds: float) -> None:
        self.problem = problem
        self._begun = time.perf_counter()
        self._core = time.process_time()
        self._seconds = seconds
        self._best = -math.inf
        self._path: list[tuple[float, Values]] = []
        self._trials = 0

    @property
    def left(self) -> float:
        """Seconds, 0 and less where the time is over."""
        return self._seconds - (time.perf_counter() - self._begun)

    def score(self, values: Values) -> float | None:
        """The mean over all folds; None where the time was over first or the estimator raised."""
        self._trials += 1
        scores = []
        for fold in range(len(self.problem.splits)):
            try:
                scores.append(self.problem.fold_score(values, fold))
            except Exception:  # noqa: BLE001 - as estimators do for values that do not go together
                return None
            if self.left <= 0:
                return None
        mean = sum(scores) / len(scores)
        self.tell(values, mean)
        return mean

    def tell(self, values: Values, score: float, *, trials: int = 0) -> None:
        """A configuration's cross-validated score on all rows, found in time.

        Args:
            values: For ``set_params``.
            score: Greater is better.
            trials: Further configurations that were looked at on the way.
        """
        self._trials += trials
        if score > self._best:
            self._best = score
            self._path.append((self._seconds - self.left, values))

    def found(self) -> Found:
        """What there is now."""
        path = tuple(self._path) or ((0.0, {}),)
        core = time.process_time() - self._core
        return Found(path=path, seconds=self._seconds - self.left, core_seconds=core, trials=self._trials)
