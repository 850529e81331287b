"""What a run's flags ask of tuning: which way of going wrong to fight, and what to mend before tuning helps at all."""

from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Outcome, Outcomes
from mlflow_pitfalls.model.suggestions import Aim
from mlflow_pitfalls.model.values import Severity

AIMS: dict[str, Aim] = {
    "overfit": Aim.OVERFIT,
    "oversampling-overfit": Aim.OVERFIT,
    "underfit": Aim.UNDERFIT,
    "class-imbalance": Aim.IMBALANCE,
    "accuracy-paradox": Aim.IMBALANCE,
    "class-never-predicted": Aim.IMBALANCE,
    "slow-training": Aim.SLOW,
    "superlinear-fit": Aim.SLOW,
    "time-regression": Aim.SLOW,
    "no-early-stopping": Aim.SLOW,
}

# Flags whose score would choose the wrong settings, and why.
_FIRST: dict[str, str] = {
    "target-leakage": "a column that gives the target away rewards whatever settings lean on it most",
    "too-good-to-be-true": "a score that is too good comes from a leak, and settings would be chosen by it",
    "train-test-overlap": "rows that stand on both sides reward learning them by heart",
    "duplicate-rows": "rows that stand more than once land in several folds and reward learning them by heart",
    "group-leakage": "rows of one group stand on both sides and reward recognising the group",
    "shuffled-time": "folds that mix past and future choose settings that look ahead",
    "preprocess-before-split": "what was prepared on all of the rows has seen the folds that it is judged on",
    "resample-before-split": "copies of one row land on both sides and reward learning them by heart",
    "resampled-test-set": "the held-out rows are not as they come, so no score on them chooses well",
    "conflicting-labels": "equal rows with different targets set a limit that no setting can pass",
    "no-lift": "nothing in these columns predicts the target yet, and no setting changes that",
    "target-type-mismatch": "the model answers another question than the target asks",
    "class-missing-in-split": "a class that is missing on one side cannot be tuned for",
}


def aims_of(outcomes: Outcomes) -> tuple[Aim, ...]:
    """What tuning should fight, worst flag first."""
    found: list[Aim] = []
    for flag in outcomes.flags:
        aim = AIMS.get(flag.check)
        if aim is not None and aim not in found:
            found.append(aim)
    return tuple(found)


def to_mend(outcomes: Outcomes) -> tuple[tuple[Outcome, str], ...]:
    """Flags of medium and high severity that have to be mended before tuning, and why, worst first."""
    return tuple(
        (flag, _FIRST[flag.check])
        for flag in outcomes.flags
        if flag.check in _FIRST and flag.severity.rank >= Severity.MEDIUM.rank
    )


def is_flagged(outcomes: Outcomes, *checks: str) -> bool:
    """Whether any of these checks flags."""
    return any(flag.check in checks for flag in outcomes.flags)
