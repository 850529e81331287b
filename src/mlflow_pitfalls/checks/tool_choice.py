"""PF1: is machine learning the right tool, and is there anything to learn?"""

from __future__ import annotations

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import (
    ACCURACY,
    BALANCED_METRICS,
    Z95,
    balanced_skill,
    evaluated_imbalance,
    metric_name,
    resampled_training,
)
from mlflow_pitfalls.checks.signal import BY_HEART_THOUGH_LEARNABLE, OVERFIT_THOUGH_LEARNABLE, SIGNAL, telling_column
from mlflow_pitfalls.checks.text import about_rows, between, count, names, number, short
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy
from mlflow_pitfalls.model.profile import ColumnProfile
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Severity


@check(
    name="no-lift",
    group=Group.TOOL,
    severity=Severity.HIGH,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=(
        "accuracy-paradox",
        "conflicting-labels",
        "train-test-drift",
        OVERFIT_THOUGH_LEARNABLE,
        BY_HEART_THOUGH_LEARNABLE,
    ),
    thresholds={
        "min_skill": Threshold(
            0.0,
            "skill",
            "the held-out skill that a model must demonstrably exceed",
            "a dummy has skill 0 by definition",
        ),
        "good_skill": Threshold(
            0.5,
            "skill",
            "where the interval reaches this far up, the held-out rows cannot tell a dummy from a useful model",
            "our choice: half of the way from a dummy to a perfect model",
        ),
        "slight_skill": Threshold(
            0.1,
            "skill",
            "likewise, where a column certainly goes with the target in the training rows",
            "our choice: a lift is to be expected there, and a slight one needs many rows to show",
        ),
        "signal": SIGNAL,
        "doubt": Threshold(
            1.5,
            "standard errors",
            "a skill this far above 0 may be a lift after all, where noise would lie below 0 on average",
            "our choice: in accuracy, a model of noise does worse than the constant answer on average",
        ),
        "imbalance": Threshold(
            1.5,
            "commonest : rarest class",
            "from here on accuracy shows little, and ranking or per-class scores are asked too",
            "our choice: 60 : 40, from where a weak signal seldom changes the more likely class",
        ),
    },
)
def no_lift(record: RunRecord, limits: Limits) -> Verdict:
    """The model does no better on held-out rows than a dummy that never looks at the features.

    What it does:
        Compares the held-out score with that of the best dummy (always the commonest class, the mean, random guesses
        …) on the same rows. *Skill* is (score − dummy) / (perfect − dummy): 0 for the dummy, 1 for a perfect model. A
        flag means that the 95 % interval of the skill includes {min_skill}, or lies below it.

        An interval that includes {min_skill} and also reaches {good_skill} comes from too few held-out rows to tell a
        dummy from a useful model: that is inconclusive, with the rows that it would take. So is a skill more than
        {doubt} standard errors above 0, except in metrics of ranking and balance, where noise scores 0 on average: in
        the others it scores less. Otherwise a flag says that *these* rows show no lift; a weak but real signal needs
        more rows to show, and the message gives their number.

        The training rows are asked too, or the held-out ones where a sampler changed the training rows. Where a column
        certainly goes with the target there (chance would do that for any of the columns in fewer than {signal} of
        tables), the features do know something, and an interval that reaches {slight_skill} is inconclusive. Below that
        the flag stands, and says that the model is at fault.

        Where the score is made of labels (F1 …, and accuracy of classes more uneven than 1 : {imbalance}), a lift in a
        ranking metric of the same run, or in the recalls of the classes, counts too: such a score hides what the model
        knows. And where extra fits are allowed, the model is cross-validated on its training rows. A lift there which
        the held-out rows do not contradict passes, so that a small held-out side alone accuses no weak but real signal;
        no lift there decides what the held-out rows leave open.

    Why is this bad:
        Whatever the training score says, the features tell this model nothing about new rows. Tuning it further
        selects lucky noise, and shipping it costs more than a constant.

    Example:
        Labels shuffled by a wrong join: a forest reaches 1.00 on its training rows and 0.50 on held-out ones. That is
        not overfitting which a simpler model would cure: there is nothing to learn.

    How to fix:
        First check that features and target still belong to the same rows (joins, sorting, a reset index), then ask
        whether the features can know the target at all. A constant rule may be the right answer.

    References:
        Rules of Machine Learning, rule 1 (Google, https://developers.google.com/machine-learning/guides/rules-of-ml);
        scikit-learn's DummyClassifier and DummyRegressor.
    """
    score = record.primary_score
    assert score is not None
    if record.fit is not None and record.fit.estimator.family == "dummy":
        return not_applicable("The model is a dummy on purpose: the baseline that others are compared with.")
    found = decided(score.skill)
    if found is None:
        rows = score.held_out.rows if score.held_out else 0
        return inconclusive(
            f"The held-out skill or its interval is not known ({count(rows)} held-out rows)",
            "a held-out side of a few dozen rows, and a dummy's score on it",
        )
    skill, interval = found
    floor = limits["min_skill"]
    proof = evidence(
        limits,
        "min_skill",
        statistic=f"held-out skill in {score.metric}",
        value=skill.value,
        rows=skill.rows,
        interval=interval,
        would_clear=f"a skill interval above {number(floor)}",
    )
    if interval.low > floor:
        return passed(f"Beats a dummy: skill {number(skill.value)} ({between(interval)}).", evidence=proof)
    better = _other_lift(record, score, limits)
    if better:
        return passed(better, evidence=proof)
    return _judge_no_lift(record, score, (skill, interval), limits, proof)


def _judge_no_lift(
    record: RunRecord, score: ScoreFacts, found: tuple[Estimate, Interval], limits: Limits, proof: Evidence
) -> Verdict:
    """The held-out interval includes a dummy's skill: cross-validation decides where it can."""
    (skill, interval), floor = found, limits["min_skill"]
    cross_validated = _cross_validated(record)
    if cross_validated is not None and cross_validated[1].low > floor and interval.high >= cross_validated[1].low:
        return passed(
            f"{count(skill.rows)} held-out rows are too few to show it, but cross-validation of "
            f"{count(cross_validated[0].rows)} training rows does: {_lift_words(record)}.",
            evidence=proof,
        )
    none_found = cross_validated is not None and cross_validated[1].low <= floor
    known = telling_column(record, limits["signal"])
    hopeful = limits["slight_skill" if known else "good_skill"]
    if cross_validated is None or not none_found or cross_validated[1].high >= hopeful:
        wanted = _rows_wanted(score.metric, skill, interval, limits, hopeful)
        if wanted:
            also = f", while {_known_words(record, known)}" if known else ""
            return inconclusive(
                f"{count(skill.rows)} held-out rows are too few to tell the model from a dummy: skill "
                f"{number(skill.value)} ({between(interval)}){also}",
                f"{about_rows(wanted, skill.rows)}, or cross-validation",
                evidence=proof,
            )
    told = f" Cross-validation of the training rows finds no more: {_lift_words(record)}." if none_found else ""
    shown = rows_for_width(skill.rows, interval.width, abs(skill.value - floor) * 2 or limits["good_skill"])
    hint = (
        f" A lift of {number(skill.value)}, if real, would show on {about_rows(shown, skill.rows)}."
        if skill.value > 0
        else ""
    )
    step = (
        f"Yet {_known_words(record, known)}: the model is at fault, not the data."
        if known
        else f"Check first that features and target belong to the same rows.{'' if none_found else hint}"
    )
    return flagged(
        f"No better than a dummy on {count(skill.rows)} held-out rows: {_scores(score)}, skill {number(skill.value)} "
        f"({between(interval)}).{told} {step}",
        evidence=proof,
        remedies=_lift_remedies(record, known),
    )


def _known_words(record: RunRecord, known: ColumnProfile) -> str:
    """What a column shows in the rows that were asked."""
    found = known.target_association
    assert found is not None and found.p_value is not None
    chance = f"{found.p_value:.0e}" if found.p_value else "below 1e-300"
    side = "training" if resampled_training(record) is None else "held-out"
    return f"{names([known.name])} goes with the target in {count(found.rows)} {side} rows (p {chance})"


def _rows_wanted(metric: str, skill: Estimate, interval: Interval, limits: Limits, hopeful: float) -> int:
    """Held-out rows that it would take to tell; 0 where those at hand suffice."""
    floor = limits["min_skill"]
    # In the other metrics noise scores below 0 on average, so that it would hardly score so high.
    error = (skill.value - interval.low) / Z95
    in_doubt = metric not in BALANCED_METRICS and skill.value - floor > limits["doubt"] * error
    if not in_doubt and interval.high < hopeful:
        return 0
    width = abs(skill.value - floor) * 2 or hopeful
    wanted = rows_for_width(skill.rows, interval.width, width if in_doubt else hopeful)
    return max(wanted, skill.rows + 1)


def _cross_validated(record: RunRecord) -> tuple[Estimate, Interval] | None:
    return decided(record.lift.skill) if record.lift is not None else None


def _lift_words(record: RunRecord) -> str:
    assert record.lift is not None
    skill = record.lift.skill
    return f"skill {number(skill.value)} in {record.lift.metric} ({between(skill.interval)})"


def _scores(score: ScoreFacts) -> str:
    held_out, dummy = usable(score.held_out), usable(score.dummy)
    parts = [f"{score.metric} {number(held_out.value)}" if held_out else ""]
    if dummy:
        strategy = f" ({short(score.dummy_strategy)})" if score.dummy_strategy else ""
        parts.append(f"dummy{strategy} {number(dummy.value)}")
    return ", ".join(part for part in parts if part) or score.metric


def _other_lift(record: RunRecord, score: ScoreFacts, limits: Limits) -> str:
    """A lift in a fairer yardstick of the same rows, where labels are what the score is made of; empty for none."""
    if score.metric in BALANCED_METRICS or not record.task.is_classification:
        return ""
    candidates: list[tuple[str, Estimate | None]] = [
        (other.metric, other.skill)
        for other in record.scores
        if other.metric in BALANCED_METRICS and other is not score
    ]
    is_accuracy = metric_name(score.metric, record.task) == ACCURACY
    classes = evaluated_imbalance(record)
    if is_accuracy and (classes is None or classes.ratio <= limits["imbalance"]):
        return ""
    for metric, estimate in candidates or [("balanced accuracy", balanced_skill(record))]:
        found = decided(estimate)
        if found and found[1].low > limits["min_skill"]:
            skill, interval = found
            ratio = f" at {number(classes.ratio)} : 1" if is_accuracy and classes else ""
            return (
                f"{score.metric} is no better than a dummy's{ratio}, but {metric} is: "
                f"skill {number(skill.value)} ({between(interval)})."
            )
    return ""


def _lift_remedies(record: RunRecord, known: ColumnProfile | None) -> tuple[Remedy, ...]:
    information = "mutual_info_classif" if record.task.is_classification else "mutual_info_regression"
    folds = "RepeatedStratifiedKFold" if record.task.is_classification else "RepeatedKFold"
    if known:
        linear = "LogisticRegression" if record.task.is_classification else "Ridge"
        return (
            Remedy(
                text="Start from a plain model, and see what it reaches.",
                code=f"make_pipeline(StandardScaler(), {linear}()).fit(X_train, y_train)",
            ),
            Remedy(
                text="Measure with more held-out rows: repeated cross-validation uses them all.",
                code=f"cross_val_score(model, X, y, cv={folds}(n_splits=5, n_repeats=5, random_state=0))",
            ),
        )
    return (
        Remedy(
            text="Check that features and target are still aligned after joins, sorting and filtering.",
            code="assert X_train.index.equals(y_train.index)",
        ),
        Remedy(
            text="See whether any single column goes with the target.",
            code=f"pd.Series({information}(X_train, y_train), X_train.columns).nlargest(10)",
        ),
        Remedy(
            text="Measure with more held-out rows before deciding: repeated cross-validation uses them all.",
            code=f"cross_val_score(model, X, y, cv={folds}(n_splits=5, n_repeats=5, random_state=0))",
        ),
        Remedy(text="If nothing helps, ship the constant, and look for features that can know the target."),
    )
