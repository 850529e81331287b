"""A model whose fit does as much work as it is told, for regressions of time."""

from __future__ import annotations

import time
from typing import Any, Self

from sklearn.linear_model import LogisticRegression

WORK = 0.15  # seconds of CPU time of a usual fit
SLOWER = 3.0  # times as much


class Worker(LogisticRegression):
    """A logistic regression that computes for a while before it is fitted."""

    work = WORK  # of all instances: no parameter, since another setting is another model

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        started = time.process_time()
        while time.process_time() - started < self.work:
            sum(range(1_000))
        return super().fit(X, y, sample_weight)
