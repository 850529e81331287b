"""PF3: over-sampled rows that were learned by heart."""

from __future__ import annotations

import math

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
from mlflow_pitfalls.checks.complexity import gap_costs
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import evaluated_imbalance, recall_interval, resampled_training
from mlflow_pitfalls.checks.remedies import balance, simplify
from mlflow_pitfalls.checks.text import about_rows, between, count, number, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import ClassScoreFacts, ImbalanceTrialFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval, Severity

_OVER_SAMPLERS = ("Over", "SMOTE", "ADASYN")  # parts of imbalanced-learn's class names
# Models that cannot learn single rows by heart: a gap of theirs comes from rows that the sampler made too easy.
_RIGID_FAMILIES = frozenset({"linear", "bayes"})


@check(
    name="oversampling-overfit",
    group=Group.IMBALANCE,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.CLASSIFICATION),
    explained_by=("overfit", "train-test-drift", "resample-before-split", "resampled-test-set"),
    thresholds={
        "wide_gap": Threshold(
            0.15,
            "recall",
            "a gap of the rarest class's recall that certainly exceeds it",
            "the overfit check's bound of a wide gap, in recall",
        ),
        "min_rows": Threshold(
            10.0, "held-out rows", "rows of the rarest class that a recall can be read from", "class-never-predicted"
        ),
    },
)
def oversampling_overfit(record: RunRecord, limits: Limits) -> Verdict:
    """After over-sampling, the rare class is found among the training rows and missed among the held-out ones.

    What it does:
        Where training rows were over-sampled (after the split, or by a sampler inside of a pipeline), takes the recall
        of the class that is rarest among the held-out rows, in training minus held-out. A gap whose 95 % interval lies
        above {wide_gap} is flagged for models in which such a gap costs accuracy (single trees, the nearest neighbour,
        boosting pushed far from its defaults) and for linear models and naive Bayes, which cannot learn rows by heart:
        there the made-up rows are easier than real ones. Forests, networks and boosting at its defaults have a wide gap
        with or without over-sampling: for these, a trial that does better without the sampler decides, and without such
        a trial the answer is inconclusive. Fewer than {min_rows} held-out rows of the class say nothing.

    Why is this bad:
        Copies of a few rows, or points between them, teach the model these rows and not the class. The recall that it
        was over-sampled for is there in training only.

    Example:
        `RandomOverSampler` turns 60 frauds into 6 000 rows; a deep tree finds all of them in training, and 40 % in the
        test.

    How to fix:
        Weight the classes instead, which makes up no rows, or tune the threshold; if over-sampling stays, regularise
        the model or sample up to a smaller share.

    References:
        He and Garcia, Learning from Imbalanced Data, IEEE TKDE 2009, https://doi.org/10.1109/TKDE.2008.239;
        van den Goorbergh et al., The harm of class imbalance corrections for risk prediction models, JAMIA 2022,
        https://doi.org/10.1093/jamia/ocac093.
    """
    assert record.fit is not None
    sampler = _over_sampler(record)
    if not sampler:
        return not_applicable("The training rows were not over-sampled.")
    facts = _rarest(record)
    gap = _gap(facts) if facts else None
    if facts is None or gap is None:
        return not_applicable("The recall of the rarest class is not known on both sides.")
    if facts.held_out_rows < limits["min_rows"]:
        return inconclusive(
            f"{count(facts.held_out_rows)} held-out rows of '{short(facts.label)}' say little of its recall",
            f"at least {count(limits['min_rows'])} held-out rows of it",
        )
    return _judge(record, facts, gap, sampler, limits)


def _judge(
    record: RunRecord, facts: ClassScoreFacts, gap: tuple[Estimate, Interval], sampler: str, limits: Limits
) -> Verdict:
    assert record.fit is not None and facts.recall is not None and facts.train_recall is not None
    estimate, interval = gap
    proof = evidence(
        limits,
        "wide_gap",
        statistic=f"recall of {short(facts.label)}, training minus held-out",
        value=estimate.value,
        rows=estimate.rows,
        interval=interval,
        would_clear=f"a gap whose interval reaches below {number(limits['wide_gap'])}",
        subjects=(Subject(name=facts.label, value=estimate.value, interval=interval, detail="gap of its recall"),),
    )
    told = (
        f"recall of '{short(facts.label)}' after {short(sampler)}: train {number(facts.train_recall.value)}, test "
        f"{number(facts.recall.value)} (gap {number(estimate.value)}, {between(interval)})"
    )
    if estimate.value <= limits["wide_gap"]:
        return passed(f"{told}: at most {number(limits['wide_gap'])}.", evidence=proof)
    if interval.low <= limits["wide_gap"]:
        rows = rows_for_width(estimate.rows, interval.width, 2 * (estimate.value - limits["wide_gap"]))
        return inconclusive(
            f"{told} may be chance", about_rows(rows, estimate.rows, "held-out rows of it"), evidence=proof
        )
    trial = _trial(record, sampler)
    if trial is not None and trial[1].low > 0:
        return passed(f"{told}, but {short(sampler)} does better than nothing in cross-validation.", evidence=proof)
    is_worse = trial is not None and trial[1].high < 0
    if not is_worse and not gap_costs(record.fit.estimator) and record.fit.estimator.family not in _RIGID_FAMILIES:
        return inconclusive(
            f"{told}. In such a model that is no proof, with or without over-sampling",
            "a fit without the sampler, scored on the same rows",
            evidence=proof,
        )
    fixes = balance(record.fit.estimator, record.task)
    advice = fixes[0].text if fixes else "Weight the classes instead."
    return flagged(
        f"{told}. The over-sampled rows were learned rather than the class. {advice}",
        evidence=proof,
        remedies=(
            *fixes,
            *simplify(record.fit.estimator)[:1],
            Remedy(
                text="Or sample up to a smaller share of the common class.",
                code=f"{sampler}(sampling_strategy=0.3)" if sampler.isidentifier() and len(record.classes) == 2 else "",
            ),
        ),
    )


def _over_sampler(record: RunRecord) -> str:
    """Class name of what over-sampled the training rows; empty where nothing did."""
    assert record.fit is not None
    before = resampled_training(record)
    if before is not None:
        return before.sampler if before.rows_after > before.rows_before else ""
    steps = record.fit.estimator.steps
    return next((step for step in steps if any(part in step for part in _OVER_SAMPLERS)), "")


def _rarest(record: RunRecord) -> ClassScoreFacts | None:
    classes = evaluated_imbalance(record)
    if classes is None:
        return None
    return next((found for found in record.classes if found.label == classes.rarest.label), None)


def _gap(facts: ClassScoreFacts) -> tuple[Estimate, Interval] | None:
    """Training minus held-out recall; the sides are independent, so their intervals add up in squares."""
    train, held_out = decided(facts.train_recall), decided(recall_interval(facts))
    if train is None or held_out is None:
        return None
    value = train[0].value - held_out[0].value
    below = math.hypot(train[0].value - train[1].low, held_out[1].high - held_out[0].value)
    above = math.hypot(train[1].high - train[0].value, held_out[0].value - held_out[1].low)
    return Estimate(value=value, rows=held_out[0].rows), Interval(low=value - below, high=value + above)


def _trial(record: RunRecord, sampler: str) -> tuple[ImbalanceTrialFacts, Interval] | None:
    """The cross-validated trial of this sampler against doing nothing, with the interval of its change."""
    for trial in record.imbalance_trials:
        found = decided(trial.balanced_accuracy_change)
        if trial.remedy == sampler and found is not None:
            return trial, found[1]
    return None
