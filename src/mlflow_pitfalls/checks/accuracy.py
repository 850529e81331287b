"""PF5: accuracy not good enough, because the model follows its training rows too closely."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Link,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.complexity import gap_costs, pushed_settings
from mlflow_pitfalls.checks.evidence import certain, decided, evidence, rows_for_width, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import is_share, resampled_training
from mlflow_pitfalls.checks.remedies import choose_by_validation, simplify, simplify_in_words, take
from mlflow_pitfalls.checks.signal import NOTHING_TO_LEARN
from mlflow_pitfalls.checks.text import about_rows, between, count, number, short
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy
from mlflow_pitfalls.model.record import AlternativeFitFacts, EstimatorFacts, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Severity

_LEAST_SHARE_OF_ROWS = 0.5  # of the run's training rows: on fewer, a simpler model is better anyway
_SIMPLER_KINDS = frozenset({"simpler", "linear"})


@check(
    name="overfit",
    group=Group.ACCURACY,
    severity=Severity.HIGH,
    severities=(Severity.MEDIUM, Severity.HIGH),
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=(
        NOTHING_TO_LEARN,
        "train-test-drift",
        "conflicting-labels",
        "label-noise",
        Link(
            "simple-rule-suffices",
            when=lambda record: not _has_better_fit(record),
            condition="where no simpler fit of the model was better",
        ),
    ),
    thresholds={
        "min_gap": Threshold(
            0.03, "score", "what the gap's lower bound must exceed, and the least gap to speak of", "skore: 0.03"
        ),
        "relative_gap": Threshold(
            0.10, "share of the held-out score", "the least gap to speak of where scores are high", "skore: 10 %"
        ),
        "min_gain": Threshold(
            0.01, "skill", "what a simpler fit must gain, at least, beside being certainly better", "one point of skill"
        ),
        "wide_gap": Threshold(
            0.15,
            "skill",
            "a gap that certainly exceeds it costs accuracy, in models that memorise",
            "make bench-wide-gap (12 data sets): beyond it, our remedy gained in 13 of 15 cases of single trees "
            "(median gain in skill 0.21), 14 of 14 of 1-NN (0.30), 9 of 9 of plain least squares (1.25), 21 of 23 of "
            "pushed boosting (0.09); forests and boosting at their defaults gained 0.03 and 0.04, 5-NN nothing",
        ),
    },
)
def overfit(record: RunRecord, limits: Limits) -> Verdict:
    """The model follows its training rows so closely that it costs accuracy on new ones.

    What it does:
        Takes the training score minus the held-out score of the same metric. A gap counts from {min_gap}, or
        {relative_gap} of the held-out score where that is more, with its 95 % interval above {min_gap}; metrics that
        do not run from 0 to 1 are compared in skill.

        A gap alone is no fault: 99.9 % in training and 95 % on new rows is often the best model there is. So a
        flag asks for evidence that it *costs* accuracy: a simpler fit on the same rows that certainly scores better, by
        {min_gain} in skill or more (medium), or a gap whose interval lies above {wide_gap} in skill (high). Where no
        simpler fit that was tried gains so much, even a wide gap passes. The second holds for single trees, the single
        nearest neighbour and plain least squares, which memorise, and for boosting that the script pushed far from its
        defaults (deeper trees, smaller leaves, many more rounds). Forests and boosting at its defaults lose little by a
        wide gap, and of other models too little is known: there only a simpler fit can tell. Until then the answer
        is inconclusive.

    Why is this bad:
        Part of what the model learned is the noise of these rows. A simpler model would be better on new ones.

    Example:
        A single deep tree on 750 customers: skill 1.00 in training, 0.36 on held-out rows; 0.51 with
        `min_samples_leaf=5`.

    How to fix:
        Regularise (the code line fits this estimator), add rows, or drop features that carry nothing. Judge by the
        held-out score, not by the gap: a smaller gap at a lower score is no gain.

    References:
        Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 7.2;
        Belkin et al., Reconciling modern machine learning and the bias-variance trade-off, PNAS 2019,
        https://doi.org/10.1073/pnas.1903070116; Azure AutoML, Prevent overfitting.
    """
    score = record.primary_score
    assert score is not None and record.fit is not None
    sides = _comparable_sides(score)
    if sides is None:
        return not_applicable("A score on both sides of the split, with the interval of their gap, is not known.")
    sampler = resampled_training(record)
    if sampler is not None:
        return inconclusive(
            f"The training score is of rows that {short(sampler.sampler)} resampled, with other class shares",
            "the score on the training rows as they were before",
        )
    gap, interval, held_out = sides
    margin = _least_gap(limits, held_out)
    told = _gap_words(score)
    proof = _gap_evidence(limits, "min_gap", score, gap, interval)
    if gap.value < margin:
        return passed(f"{told}: below {number(margin)}.", evidence=proof)
    if interval.low <= limits["min_gap"]:
        rows = rows_for_width(gap.rows, interval.width, 2 * (gap.value - limits["min_gap"]) or limits["min_gap"])
        return inconclusive(f"{told} may be chance", about_rows(rows, gap.rows), evidence=proof)
    return _judge_cost(record, limits, score, told, proof)


def has_certain_gap(record: RunRecord) -> bool:
    """Whether the check, at its default thresholds, sees a gap that may cost accuracy: a simpler fit can tell."""
    score, limits = record.primary_score, overfit.limits()
    sides = _comparable_sides(score) if score is not None else None
    if sides is None or record.fit is None or resampled_training(record) is not None:
        return False
    gap, interval, held_out = sides
    return gap.value >= _least_gap(limits, held_out) and interval.low > limits["min_gap"]


def _least_gap(limits: Limits, held_out: float) -> float:
    return max(limits["min_gap"], limits["relative_gap"] * max(0.0, held_out))


def _judge_cost(record: RunRecord, limits: Limits, score: ScoreFacts, told: str, proof: Evidence) -> Verdict:
    """Whether a gap that is certainly there costs accuracy on new rows."""
    assert record.fit is not None
    better, tried = _simpler_fits(record, score, limits)
    wide = certain(score.gap_skill, limits["wide_gap"])
    remedies = _overfit_remedies(record)
    if better is not None:
        return flagged(
            f"{told}, and {short(better.description)} scores {number(better.score.value)}, "
            f"{number(better.gain.value)} better on the same rows ({between(better.gain.interval)}): take it.",
            evidence=proof,
            severity=Severity.HIGH if wide else Severity.MEDIUM,
            remedies=_better_first(record.fit.estimator, better, remedies),
        )
    if tried and not any(_may_be_better(found, limits) for found in tried):
        return passed(f"{told}, but no simpler fit scores better ({count(len(tried))} tried).", evidence=proof)
    pushed = pushed_settings(record.fit.estimator)
    if wide and gap_costs(record.fit.estimator):
        settings = f", with {', '.join(short(text) for text in pushed)}" if pushed else ""
        return flagged(
            f"{told}{settings}: try {simplify_in_words(record.fit.estimator)}.",
            evidence=_gap_evidence(limits, "wide_gap", score, *wide),
            severity=Severity.HIGH,
            remedies=remedies,
        )
    if tried:
        best = max(tried, key=lambda found: found.gain.value)
        return inconclusive(
            f"{told}. {short(best.description)} scores {number(best.gain.value)} better on the same rows "
            f"({between(best.gain.interval)}), which may be chance, or the work of the smaller sample",
            "more held-out rows, or a fit of it on all training rows",
            evidence=proof,
        )
    return inconclusive(
        f"{told}. Whether it costs accuracy cannot be told from the gap"
        + ("" if gap_costs(record.fit.estimator) else ", which is no proof in such models"),
        f"a simpler fit on the same rows, such as {simplify_in_words(record.fit.estimator)}",
        evidence=proof,
    )


def _comparable_sides(score: ScoreFacts) -> tuple[Estimate, Interval, float] | None:
    """Gap, its interval and the held-out score, in the metric where it runs from 0 to 1 and in skill otherwise."""
    gap, held_out = (score.gap, score.held_out) if is_share(score) else (score.gap_skill, score.skill)
    found, held = decided(gap), usable(held_out)
    return (*found, held.value) if found and held else None


def _gap_words(score: ScoreFacts) -> str:
    train, held_out, gap = usable(score.train), usable(score.held_out), usable(score.gap)
    if train is None or held_out is None or gap is None:
        skill_gap = usable(score.gap_skill)
        assert skill_gap is not None
        interval = between(skill_gap.interval)
        return f"gap of {number(skill_gap.value)} in skill ({interval}, {count(skill_gap.rows)} test rows)"
    interval = f", {between(gap.interval)}" if gap.interval else ""
    return (
        f"{score.metric}: train {number(train.value)}, test {number(held_out.value)} "
        f"(gap {number(gap.value)}{interval}, {count(held_out.rows)} test rows)"
    )


def _gap_evidence(limits: Limits, threshold: str, score: ScoreFacts, gap: Estimate, interval: Interval) -> Evidence:
    scale = score.metric if threshold == "min_gap" and is_share(score) else "skill"
    return evidence(
        limits,
        threshold,
        statistic=f"training minus held-out score, in {scale}",
        value=gap.value,
        rows=gap.rows,
        interval=interval,
        would_clear=f"a gap whose interval reaches below {number(limits[threshold])}, or no better simpler fit",
    )


def _simpler_fits(
    record: RunRecord, score: ScoreFacts, limits: Limits
) -> tuple[AlternativeFitFacts | None, list[AlternativeFitFacts]]:
    """The best simpler fit that certainly scores better, and those tried that are the same model, regularised."""
    found = [fit for fit in record.alternatives if fit.metric == score.metric and usable(fit.gain)]
    better = [fit for fit in found if fit.kind in _SIMPLER_KINDS and _is_better(record, fit, limits)]
    tried = [fit for fit in found if fit.kind == "simpler"]
    return max(better, key=lambda fit: fit.gain.value, default=None), tried


def _has_better_fit(record: RunRecord) -> bool:
    """Whether a simpler fit of the same model certainly scores better, at the default thresholds."""
    score, limits = record.primary_score, overfit.limits()
    if score is None or record.fit is None:
        return False
    _, tried = _simpler_fits(record, score, limits)
    return any(_is_better(record, fit, limits) for fit in tried)


def _is_better(record: RunRecord, fit: AlternativeFitFacts, limits: Limits) -> bool:
    """Certainly better, by an amount to speak of, and on about as many rows: fewer rows call for simpler models."""
    assert record.fit is not None
    if fit.rows and fit.rows < _LEAST_SHARE_OF_ROWS * record.fit.rows:
        return False
    return certain(fit.gain, 0.0) is not None and _gained(fit) >= limits["min_gain"]


def _may_be_better(fit: AlternativeFitFacts, limits: Limits) -> bool:
    return _gained(fit) >= limits["min_gain"]


def _gained(fit: AlternativeFitFacts) -> float:
    skill = usable(fit.gain_skill)
    return skill.value if skill is not None else fit.gain.value


def _better_first(
    estimator: EstimatorFacts, better: AlternativeFitFacts, remedies: tuple[Remedy, ...]
) -> tuple[Remedy, ...]:
    """The change that was found to score better comes first."""
    own = [remedy for remedy in remedies if f"{better.description})" in remedy.code]
    own = own or list(take(estimator, better.description))
    if better.kind == "linear":
        code = f"make_pipeline(StandardScaler(), {better.description}).fit(X_train, y_train)"
        own = [Remedy(text="Take the linear model.", code=code)]
    return (*own, *(remedy for remedy in remedies if remedy not in own))


def _overfit_remedies(record: RunRecord) -> tuple[Remedy, ...]:
    assert record.fit is not None
    return (
        *simplify(record.fit.estimator),
        choose_by_validation(record.fit.estimator),
        Remedy(text="Add training rows, or drop features that carry nothing."),
    )
