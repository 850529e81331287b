"""PF5: one set of held-out rows that has chosen between many runs."""

from __future__ import annotations

import statistics

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.evidence import decided, evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import Z95
from mlflow_pitfalls.checks.text import count, number, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Severity

_LEAST_SCORES = 3  # earlier runs' scores from which a spread is told
_BLOM = 0.375  # Blom's approximation of normal order statistics


@check(
    name="test-set-reuse",
    group=Group.ACCURACY,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.PRIMARY_SCORE, Fact.HISTORY),
    explained_by=("no-lift",),
    thresholds={
        "max_runs": Threshold(20, "runs", "runs that may be chosen between on the same held-out rows", "our choice"),
        "min_optimism": Threshold(
            0.01, "skill", "expected optimism of the best run, below which it is no matter", "one point of skill"
        ),
    },
)
def test_set_reuse(record: RunRecord, limits: Limits) -> Verdict:
    """Many runs of the experiment were scored on the very same held-out rows: the best of them looks better than it is.

    What it does:
        Counts the experiment's finished runs that were scored on the same held-out rows, this one included. With more
        than {max_runs}, tells the optimism to expect of the best one: the expected maximum of as many draws from a
        normal distribution, times the smaller of two spreads, the score's own standard error and the standard
        deviation of the runs' scores. Runs that hardly differ cannot be chosen between. It is flagged where the
        optimism is at least {min_optimism} in skill.

    Why is this bad:
        Every choice by these rows fits them a little. The score that is reported in the end is a training score of the
        person who chose.

    Example:
        60 runs on the same 500 rows, scores between 0.78 and 0.84: with a standard error of 0.017 the best one's 0.84
        is 0.03 too high on average.

    How to fix:
        Choose by cross-validation on the training rows. Keep rows that no choice has seen for the last run, and report
        that score.

    References:
        Cawley and Talbot, On Over-fitting in Model Selection and Subsequent Selection Bias, JMLR 11, 2010,
        https://www.jmlr.org/papers/v11/cawley10a.html; Dwork et al., The reusable holdout, Science 349, 2015.
    """
    assert record.history is not None and record.primary_score is not None
    score, reuses = record.primary_score, record.history.reuses
    if reuses is None:
        return not_applicable("Which rows the run was scored on is not known.")
    runs = reuses + 1
    told = f"{plural(runs, 'run')} scored on these held-out rows{'' if record.history.complete else ' or more'}"
    if runs <= limits["max_runs"]:
        return passed(f"{told}, of {count(limits['max_runs'])} at most.")
    found = _optimism(record, score, runs)
    if found is None:
        return inconclusive(f"{told}; how much their scores err and differ is not known", "scores of the same metric")
    optimism, rows = found
    proof = evidence(
        limits,
        "min_optimism",
        statistic=f"expected optimism of the best of {count(runs)} runs, in skill",
        value=optimism,
        rows=rows,
        would_clear="rows that no choice has seen, or a choice by cross-validation",
    )
    if optimism < limits["min_optimism"]:
        return passed(f"{told}; the best one's expected optimism is {number(optimism)} in skill.", evidence=proof)
    return flagged(
        f"{told} (at most {count(limits['max_runs'])} wanted): the best of them looks about {number(optimism)} better "
        "in skill than it is. Choose by cross-validation, and score the last model on rows that nobody has seen.",
        evidence=proof,
        remedies=(
            Remedy(
                text="Choose between models by cross-validation on the training rows.",
                code="cross_val_score(model, X_train, y_train, cv=5)",
            ),
            Remedy(
                text="Split off rows for the last score before anything is tried.",
                code="X_work, X_final, y_work, y_final = train_test_split(X, y, test_size=0.2, random_state=0)",
            ),
        ),
    )


def expected_maximum(draws: int) -> float:
    """Of so many independent draws from a standard normal distribution, by Blom's approximation."""
    if draws < 2:
        return 0.0
    return statistics.NormalDist().inv_cdf((draws - _BLOM) / (draws + 1 - 2 * _BLOM))


def _optimism(record: RunRecord, score: ScoreFacts, runs: int) -> tuple[float, int] | None:
    """The best run's expected optimism in skill, and the held-out rows; None where a spread is not known."""
    assert record.history is not None
    skill, held_out = decided(score.skill), decided(score.held_out)
    if skill is None or held_out is None or score.dummy is None:
        return None
    scale = abs(score.perfect - score.dummy.value)
    others = [
        run.held_out_score
        for run in record.history.earlier
        if run.held_out == record.held_out_digest and run.metric == score.metric and run.held_out_score is not None
    ]
    if len(others) < _LEAST_SCORES or scale <= 0:
        return None
    spread = statistics.stdev([*others, held_out[0].value]) / scale
    error = held_out[1].width / (2 * Z95) / scale
    return expected_maximum(runs) * min(spread, error), held_out[0].rows
