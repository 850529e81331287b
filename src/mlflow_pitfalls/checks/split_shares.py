"""PF3: a split whose sides have other shares of the classes."""

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
from mlflow_pitfalls.checks.class_sides import UNKNOWN_SIDES, ClassRows, ClassSides, class_sides
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import Z95, imbalance_of, resampled_training
from mlflow_pitfalls.checks.remedies import STRATIFIED_FOLDS, STRATIFY
from mlflow_pitfalls.checks.text import between, count, number, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Interval, Severity

_LEAST_EXPECTED = 5.0  # rows of a cell below which the chi-square approximation fails (Cochran)


@check(
    name="unstratified-split",
    group=Group.IMBALANCE,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.CLASSIFICATION, Fact.TRAIN_CLASSES),
    explained_by=("train-test-drift", "class-missing-in-split"),
    thresholds={
        "imbalance": Threshold(
            4.0,
            "commonest : rarest class",
            "below it shares differ little by chance, and stratifying changes little",
            "as for accuracy-paradox: from 1 : 4 on the rare class decides",
        ),
        "max_p": Threshold(
            0.01, "p-value", "below it the two sides' class shares differ beyond chance", "as for train-test-drift"
        ),
        "min_change": Threshold(
            0.10,
            "share of the class's own share",
            "what the interval of a class's relative change must exceed",
            "our choice: a tenth more or fewer rows of a class moves precision and average precision likewise",
        ),
    },
)
def unstratified_split(record: RunRecord, limits: Limits) -> Verdict:
    """The two sides of an unstratified split have other shares of the classes than chance makes.

    What it does:
        Where the commonest class has more than {imbalance} training rows for each of the rarest, and the split was not
        stratified, compares the class counts of both sides: a chi-square test (p below {max_p}; classes that expect
        fewer than five rows are counted together), and a class whose share changes by more than {min_change} of
        itself, with its whole 95 % interval. Differences that a random split makes by chance pass, and so do those that
        a resampling of the training rows made on purpose.

    Why is this bad:
        Precision, average precision and accuracy depend on how common a class is: the held-out score is of another
        mixture than the model was fitted to. And a rare class may be left with hardly a row on one side.

    Example:
        A table sorted by branch, cut without shuffling: 3 % defaults in training, 6 % in the test.

    How to fix:
        Give `stratify=y`. Where the rows are ordered in time and the split keeps that order, leave it: then the
        change is real, and the score should be read with it in mind.

    References:
        Kohavi, A study of cross-validation and bootstrap for accuracy estimation and model selection, IJCAI 1995;
        Cochran 1954, Some methods for strengthening the common χ² tests.
    """
    sides, reason = _comparable(record, limits)
    if sides is None:
        return not_applicable(reason)
    p_value = _chi_square(sides)
    if p_value is None:
        return inconclusive(
            f"{count(sides.held_out)} held-out rows are too few to compare the shares of "
            f"{plural(len(sides.classes), 'class', 'classes')}",
            "about five expected rows of each class on each side",
        )
    changes = {found.label: _change(found, sides) for found in sides.classes if _is_countable(found, sides)}
    worst = max(changes, key=lambda label: _distance(changes[label][1]), default="")
    proof_value = abs(changes[worst][0]) if worst else 0.0
    is_change = bool(worst) and _distance(changes[worst][1]) > limits["min_change"]
    proof = evidence(
        limits,
        "min_change",
        statistic=f"relative change of the share of {short(worst)}" if worst else "relative change of a class's share",
        value=proof_value,
        rows=sides.held_out,
        interval=_sorted_sizes(changes[worst][1]) if worst else None,
        would_clear="a stratified split, or shares whose change is within chance",
        subjects=worst_first(
            Subject(name=label, value=abs(value), interval=interval, detail="relative change of its share")
            for label, (value, interval) in changes.items()
        ),
    )
    if p_value >= limits["max_p"] or not is_change:
        return passed(f"Class shares of both sides agree within chance (p = {number(p_value)}).", evidence=proof)
    found = next(found for found in sides.classes if found.label == worst)
    return flagged(
        f"'{short(worst)}' makes {percent(found.train / sides.train)} of the training rows and "
        f"{percent(found.held_out / sides.held_out)} of the held-out rows (p = {number(p_value)}, relative change "
        f"{number(changes[worst][0])}, {between(changes[worst][1])}), and the split was not stratified. Stratify it, "
        "unless it keeps an order in time.",
        evidence=proof,
        remedies=(STRATIFY, STRATIFIED_FOLDS),
    )


def _comparable(record: RunRecord, limits: Limits) -> tuple[ClassSides | None, str]:
    """Both sides where their shares should agree; else None and why."""
    if record.split is not None and record.split.stratified:
        return None, "The split was stratified."
    sampler = resampled_training(record)
    if sampler is not None:
        return None, f"The training rows were resampled on purpose ({short(sampler.sampler)})."
    sides = class_sides(record)
    if sides is None:
        return None, UNKNOWN_SIDES
    classes = imbalance_of(record.train.target if record.train else None)
    if classes is None or classes.ratio <= limits["imbalance"]:
        ratio = f": 1 : {number(classes.ratio)}" if classes else ""
        return None, f"Classes are even enough for a plain random split{ratio}."
    return sides, ""


def _expected(found: ClassRows, sides: ClassSides) -> float:
    """Rows of a class that the smaller side would have if shares agreed."""
    return found.both * min(sides.train, sides.held_out) / (sides.train + sides.held_out)


def _is_countable(found: ClassRows, sides: ClassSides) -> bool:
    return _expected(found, sides) >= _LEAST_EXPECTED and found.train > 0 and found.held_out > 0


def _chi_square(sides: ClassSides) -> float | None:
    """P-value of equal shares; None where fewer than two groups of classes have enough rows."""
    from scipy.stats import chi2_contingency

    large = [(found.train, found.held_out) for found in sides.classes if _expected(found, sides) >= _LEAST_EXPECTED]
    small = [found for found in sides.classes if _expected(found, sides) < _LEAST_EXPECTED]
    rest = (sum(found.train for found in small), sum(found.held_out for found in small))
    total = sides.train + sides.held_out
    if sum(rest) * min(sides.train, sides.held_out) >= _LEAST_EXPECTED * total:
        large.append(rest)
    if len(large) < 2:
        return None
    return float(chi2_contingency(large).pvalue)


def _change(found: ClassRows, sides: ClassSides) -> tuple[float, Interval]:
    """Held-out share divided by training share, less one, with the interval of the log ratio (Katz)."""
    share_train, share_held_out = found.train / sides.train, found.held_out / sides.held_out
    log_ratio = math.log(share_held_out / share_train)
    error = math.sqrt(max(0.0, (1 - share_train) / found.train + (1 - share_held_out) / found.held_out))
    low, high = (math.expm1(log_ratio + sign * Z95 * error) for sign in (-1, 1))
    return math.expm1(log_ratio), Interval(low=low, high=high)


def _distance(interval: Interval) -> float:
    """How far the interval stays from 0; 0 where it includes it."""
    return max(0.0, interval.low, -interval.high)


def _sorted_sizes(interval: Interval) -> Interval:
    """The interval of the change's size."""
    if interval.high < 0:
        return Interval(low=-interval.high, high=-interval.low, level=interval.level)
    return interval
