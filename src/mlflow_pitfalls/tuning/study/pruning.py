"""Ending trials after some of their folds, where they will hardly come out above the best."""

from __future__ import annotations

import math

import numpy as np
from optuna.pruners import BasePruner
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

Z = 1.645  # a trial as good as the best one is ended by chance in one of twenty looks
FEWEST_OTHERS = 3  # complete trials beside the best, from which on the spread of differences is known


class RacingPruner(BasePruner):  # type: ignore[misc]  # optuna is not followed
    """Compares a trial with the best one on the same folds, by the spread that such differences have over folds.

    With folds that are exchangeable, the mean difference over all ``n`` folds lies around that of the first ``k`` with
    a variance of ``s² (1/k − 1/n)``; ``s`` is the median over complete trials of their differences' deviation.
    A trial far below the best ends after one fold. Optuna's Wilcoxon pruner needs three, as ranks know no distance.

    Sources: the variance of a sample's mean around its finite population's, Cochran, *Sampling Techniques*, 1977,
    section 2.6; racing after Maron and Moore, *Hoeffding Races*, 1993.
    """

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Whether to end it."""
        seen = trial.intermediate_values
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        others = [each for each in complete if len(each.intermediate_values) > len(seen) > 0]
        if len(others) <= FEWEST_OTHERS:
            return False
        best = max(others, key=lambda each: float(each.value or 0.0))
        folds = len(best.intermediate_values)
        spread = _spread(best, others)
        behind = float(np.mean([best.intermediate_values[step] - score for step, score in seen.items()]))
        return spread is not None and behind > Z * spread * math.sqrt(1 / len(seen) - 1 / folds)


def pruner() -> BasePruner:
    """What ends trials of a study."""
    return RacingPruner()


def _spread(best: FrozenTrial, others: list[FrozenTrial]) -> float | None:
    """Over folds, of differences to the best; None where too few trials tell."""
    steps = sorted(best.intermediate_values)
    own = np.array([best.intermediate_values[step] for step in steps])
    found = []
    for each in others:
        if each.number != best.number and len(each.intermediate_values) == len(steps):
            differences = own - np.array([each.intermediate_values[step] for step in steps])
            found.append(float(differences.std(ddof=1)))
    varied = [each for each in found if each > 0]  # one that does the same as the best has no differences
    return float(np.median(varied)) if len(varied) >= FEWEST_OTHERS else None
