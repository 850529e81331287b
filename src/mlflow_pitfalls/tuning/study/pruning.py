"""Ending trials after some of their folds, where they are clearly below the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

# One-sided p of three folds that are all worse is 1/8, of two 1/4: with five folds a trial can end after the third.
P_THRESHOLD = 0.13
_FIRST_FOLDS = 2
UNJUDGED_FOLDS = _FIRST_FOLDS + 1  # no trial ends before it has so many


def pruner() -> BasePruner:
    """Optuna's: a Wilcoxon signed-rank test of the trial's folds against the same folds of the best trial."""
    from optuna.pruners import WilcoxonPruner

    return WilcoxonPruner(p_threshold=P_THRESHOLD, n_startup_steps=_FIRST_FOLDS)
