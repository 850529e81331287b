"""PF6: a held-out score below that of the reference run, or a wider gap."""

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
from mlflow_pitfalls.checks.evidence import evidence, rows_for_width
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reference import compared, luck, reference_name
from mlflow_pitfalls.checks.text import about_rows, between, count, names, number, plural
from mlflow_pitfalls.model.comparison import Comparison, GapChange, ReferenceFacts, ScoreChange
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Interval, Severity

_NORMAL_MAD = 1.4826  # of a normal distribution: its standard deviation in median absolute deviations
_OTHER_TARGET = "The reference run predicts another target or solves another task."


@check(
    name="score-regression",
    group=Group.REGRESSION,
    severity=Severity.HIGH,
    cost=Cost.FREE,
    needs=(Fact.REFERENCE,),
    thresholds={
        "min_drop": Threshold(0.01, "skill", "a smaller drop does not matter", "one point of skill"),
        "min_effect": Threshold(
            0.10,
            "standard deviations of the rows' differences",
            "a smaller mean difference over the same rows is what another draw of the training rows makes",
            "docs/regressions.md: up to 0.09 between such models",
        ),
        "max_deviations": Threshold(
            3.0,
            "robust standard deviations",
            "how far below the median of the reference's repeats a score is one of them",
            "the usual bound",
        ),
        "min_repeats": Threshold(4, "runs", "repeats of the reference that tell how its score varies", "our choice"),
    },
)
def score_regression(record: RunRecord, limits: Limits) -> Verdict:
    """The held-out score is lower than the reference run's, beyond what the rows, the seed and luck explain.

    What it does:
        Compares the primary metric with the reference run's. Where both runs were scored on the same held-out rows, or
        on rows of which at least half are the same, the difference is paired: each run keeps, for each row, a
        fingerprint and what the row adds to the score (`pitfalls/losses.json`). For accuracy, errors and log loss that
        is the row's own loss; for the area under a curve, F1, R² and other metrics its pseudo-value by the
        infinitesimal jackknife, whose mean is the score and whose variance is its squared standard error, as in
        DeLong's test. Two pseudo-rows of the largest difference keep a few rows from deciding. Where the rows differ,
        the two scores' own intervals make that of the difference.

        It flags where even the upper end of the 95 % interval lies below −{min_drop} in skill. Four kinds of luck are
        allowed for: a best of k runs looks better than it is, by the expected maximum of k errors; over the same rows
        the mean difference must be {min_effect} standard deviations of the rows' differences, since models of two
        draws of the training rows differ in many rows and little in the mean; where {min_repeats} or more runs did
        exactly what the reference did, the score must lie {max_deviations} robust standard deviations below their
        median; and a reference whose score a leak has inflated is no reference.

        The reference is the run named in `enable(reference=…)`, else the experiment's run tagged
        `pitfalls.reference = true`, else the one behind the registered model's alias `champion`, else the best of the
        last 20 finished runs of this task and target, by the same metric. Under `privacy="strict"` no losses are kept
        and nothing is paired.

    Why is this bad:
        What is shipped now is worse than what there was.

    Example:
        After a refactoring the area under the curve is 0.88 instead of 0.91 on the same 2 000 rows, 95 % interval of
        the difference −0.04 to −0.02: a column lost its encoding on the way.

    How to fix:
        Look at what changed between the two runs: parameters, columns, rows, versions. Where the lower score is the
        honest one, name this run as the reference.

    References:
        DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988, https://doi.org/10.2307/2531595; Dietterich,
        Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms, Neural Computation
        10, 1998; Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982.
    """
    reference, comparison = compared(record)
    change = comparison.score
    if not comparison.comparable or change is None:
        reason = "The reference run has no held-out score in this run's primary metric."
        return not_applicable(reason if comparison.comparable else _OTHER_TARGET)
    interval = change.difference.interval
    if interval is None:
        return inconclusive("Too few rows were scored to tell how far the two scores err", "more held-out rows")
    proof, told = _proof(limits, change, interval), _told(reference, change)
    if change.difference.value >= -limits["min_drop"] * (change.room or 0.0):
        return passed(f"{told}.", evidence=proof)
    doubt = _doubt(reference, change, interval, limits)
    if doubt is not None:
        return inconclusive(f"{told}{doubt[0]}", doubt[1], evidence=proof)
    noise = _noise(reference, change, limits)
    if noise:
        return passed(f"{told}; {noise}.", evidence=proof)
    return flagged(
        f"{told}, more than chance and {number(limits['min_drop'])} in skill explain. {_next_step(comparison)}",
        evidence=proof,
        remedies=_remedies(comparison),
    )


def _doubt(
    reference: ReferenceFacts, change: ScoreChange, interval: Interval, limits: Limits
) -> tuple[str, str] | None:
    """Why a drop is not certain, and what it would take; None where it is."""
    if reference.inflated_by:
        told = f", but the reference's own score is too good: {names(reference.inflated_by)}"
        return told, "a reference run without that flag"
    margin = limits["min_drop"] * (change.room or 0.0)
    drop, rows = -change.difference.value - margin, change.difference.rows
    upper = interval.high + luck(change.difference, reference.candidates)
    if upper < -margin:
        return None
    wanted = rows_for_width(rows, upper - change.difference.value, drop)
    return ": that may be chance", about_rows(wanted, rows)


def _told(reference: ReferenceFacts, change: ScoreChange) -> str:
    how = f"paired over {plural(change.paired_rows, 'row')}" if change.paired_rows else "on other rows"
    return (
        f"{change.metric} is {number(change.after.value)}, that of {reference_name(reference)} is "
        f"{number(change.before.value)}: a difference of {number(change.difference.value)} "
        f"({between(change.difference.interval)}, {how})"
    )


def _proof(limits: Limits, change: ScoreChange, interval: Interval) -> Evidence:
    room = change.room or 1.0
    return evidence(
        limits,
        "min_drop",
        statistic=f"drop of {change.metric} against the reference run, in skill",
        value=-change.difference.value / room,
        rows=change.difference.rows,
        interval=Interval(low=-interval.high / room, high=-interval.low / room),
        would_clear=f"a drop of at most {number(limits['min_drop'])}, or an interval that reaches it",
    )


def _noise(reference: ReferenceFacts, change: ScoreChange, limits: Limits) -> str:
    """Why a certain drop is nevertheless what repeating the same would make; empty where it is not."""
    if change.effect is not None and -change.effect < limits["min_effect"]:
        return "two draws of the training rows make as much of a difference: in many rows, little in the mean"
    repeats = reference.repeats
    if len(repeats) < limits["min_repeats"]:
        return ""
    median = statistics.median(repeats)
    deviation = _NORMAL_MAD * statistics.median(abs(score - median) for score in repeats)
    if change.after.value < median - limits["max_deviations"] * deviation:
        return ""
    return f"{count(len(repeats))} runs of the reference's settings score about {number(median)}, give or take as much"


@check(
    name="gap-regression",
    group=Group.REGRESSION,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.REFERENCE,),
    thresholds={
        "min_widening": Threshold(0.02, "skill", "a gap that widens by less does not matter", "two points of skill"),
    },
)
def gap_regression(record: RunRecord, limits: Limits) -> Verdict:
    """The gap between training and held-out score is wider than the reference run's.

    What it does:
        Compares training minus held-out score with that of the reference run, in the same metric. It flags where the
        gap has widened by at least {min_widening} in skill and the two gaps' 95 % intervals do not meet, however far
        the best of several runs may have looked better than it is. Which run is the reference, `score-regression`
        tells.

    Why is this bad:
        The model has begun to learn rows by heart. Its held-out score may still be the same; on the next data it will
        not be.

    Example:
        A forest's gap was 0.04. Since `min_samples_leaf` was taken out it is 0.15.

    How to fix:
        Look at the parameters that differ, and at the number of rows and columns. Regularise as before.

    References:
        Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition, 2009, chapter 7.
    """
    reference, comparison = compared(record)
    if not comparison.comparable:
        return not_applicable(_OTHER_TARGET)
    change = comparison.gap
    if change is None:
        return not_applicable("The two runs share no metric with a training and a held-out score.")
    before, after, difference = change.before.interval, change.after.interval, change.difference
    if before is None or after is None or difference.interval is None:
        return inconclusive("Too few rows were scored to tell how far the two gaps err", "more held-out rows")
    room = change.room or 1.0
    told = (
        f"The gap in {change.metric} is {number(change.after.value)} ({between(after)}), that of "
        f"{reference_name(reference)} {number(change.before.value)} ({between(before)})"
    )
    proof = evidence(
        limits,
        "min_widening",
        statistic=f"widening of the gap in {change.metric} against the reference run, in skill",
        value=difference.value / room,
        rows=difference.rows,
        interval=Interval(low=difference.interval.low / room, high=difference.interval.high / room),
        would_clear="a gap whose interval meets the reference's",
    )
    if difference.value < limits["min_widening"] * room:
        return passed(f"{told}.", evidence=proof)
    if after.low - luck(difference, reference.candidates) <= before.high:
        return inconclusive(f"{told}: it may be as wide as it was", _rows_to_tell(change), evidence=proof)
    return flagged(
        f"{told}: wider than the rows explain. {_next_step(comparison)}",
        evidence=proof,
        remedies=_remedies(comparison),
    )


def _rows_to_tell(change: GapChange) -> str:
    """Rows at which two intervals of this distance would not meet."""
    widths = sum(each.interval.width for each in (change.before, change.after) if each.interval is not None)
    wanted = rows_for_width(change.difference.rows, widths / 2.0, abs(change.difference.value))
    return about_rows(wanted, change.difference.rows)


def _next_step(comparison: Comparison) -> str:
    """What differs between the two runs, as far as it is known."""
    parts = []
    if comparison.parameters:
        parts.append(f"parameters {names([change.name for change in comparison.parameters])}")
    if comparison.schema:
        parts.append(plural(len(comparison.schema), "column") + " of the schema")
    parts += [f"the {data.side.replace('_', '-')} rows" for data in comparison.data if data.same_content is False]
    if not parts:
        return "Neither parameters nor data differ: look at code, seed and libraries."
    return f"What differs: {'; '.join(parts)}."


def _remedies(comparison: Comparison) -> tuple[Remedy, ...]:
    run_id = comparison.before.run_id
    return (
        Remedy(
            text="Compare the two runs: parameters, columns, rows and flags that differ.",
            code=f"mlflow-pitfalls compare {run_id} {comparison.after.run_id}",
        ),
        Remedy(text="Take the changes back one by one, the last one first, until the score returns."),
        Remedy(
            text="Where this result is the honest one, make this run the reference.",
            code=f'MlflowClient().set_tag("{comparison.after.run_id}", "pitfalls.reference", "true")',
        ),
    )
