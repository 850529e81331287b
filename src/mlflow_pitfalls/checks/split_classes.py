"""PF3: a class that stands on one side of the split only."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.class_sides import UNKNOWN_SIDES, ClassRows, ClassSides, class_sides
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.reading import resampled_training
from mlflow_pitfalls.checks.remedies import STRATIFIED_FOLDS, STRATIFY
from mlflow_pitfalls.checks.text import names, percent, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity


@check(
    name="class-missing-in-split",
    group=Group.IMBALANCE,
    severity=Severity.HIGH,
    severities=(Severity.MEDIUM, Severity.HIGH),
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.CLASSIFICATION, Fact.TRAIN_CLASSES),
    explained_by=("target-type-mismatch",),
    thresholds={
        "max_missing": Threshold(
            0.0, "classes", "classes that may stand on one side of the split only", "a class is needed on both sides"
        ),
        "max_p": Threshold(
            0.05,
            "adjusted p-value",
            "below it a random split would hardly have put all rows of the class on one side: high severity",
            "Benjamini-Hochberg over the classes, the usual 0.05",
        ),
    },
)
def class_missing_in_split(record: RunRecord, limits: Limits) -> Verdict:
    """A class stands on only one side of the split: the model cannot learn it, or the score does not count it.

    What it does:
        Compares the classes of the training target with those of the held-out rows. More than {max_missing} classes on
        one side only are flagged. Of a class with a handful of rows a random split may put all on one side: where the
        hypergeometric probability of that, corrected for the number of classes, is below {max_p}, the way of splitting
        is at fault, and the flag is high. Above it the class is merely rare; that it is missing is still a fact, and
        the flag is medium. Where only a sample of the held-out rows was looked at, a class that chance may have left
        out of the sample is not held to be missing.

    Why is this bad:
        A class that is not in training is never predicted: every row of it is an error. A class that is not in the
        held-out rows may fail completely without moving the score.

    Example:
        150 irises sorted by species, the last 50 held out: accuracy 0.00, since the third species was never seen.

    How to fix:
        Shuffle and stratify the split. Where a class has too few rows for both sides, collect more, merge it with
        another one, or leave it out and say so.

    References:
        scikit-learn, Cross-validation iterators with stratification based on class labels,
        https://scikit-learn.org/stable/modules/cross_validation.html#stratification.
    """
    sides = class_sides(record)
    if sides is None:
        return not_applicable(UNKNOWN_SIDES)
    chances = _chances(sides, random=resampled_training(record) is None)
    missing = [found for found in sides.classes if _is_missing(found)]
    certain = [found for found in missing if chances[found.label] < limits["max_p"]]
    if sides.sampled:
        missing = [found for found in missing if not found.train or found in certain]
    if len(missing) <= limits["max_missing"]:
        return passed(f"{plural(len(sides.classes), 'class', 'classes')}, all on both sides of the split.")
    unseen = [found for found in missing if not found.train]
    unscored = [found for found in missing if found.train]
    chance = (
        "a random split would hardly do that"
        if certain
        else "with so few rows a random split may do that, and yet they are missing"
    )
    return flagged(
        f"{_missing_words(unseen, unscored)}; {chance}. {_missing_advice(bool(certain))}",
        evidence=evidence(
            limits,
            "max_missing",
            statistic="classes on one side of the split only",
            value=len(missing),
            rows=sides.train + sides.held_out,
            would_clear="rows of each class on both sides of the split",
            subjects=worst_first(_missing_subject(found, chances[found.label], found in certain) for found in missing),
        ),
        severity=Severity.HIGH if certain else Severity.MEDIUM,
        remedies=(
            STRATIFY,
            Remedy(text="Collect more rows of a class that is too rare for both sides, or merge it with another one."),
            STRATIFIED_FOLDS,
        ),
    )


def _is_missing(found: ClassRows) -> bool:
    return found.both > 0 and not (found.train and found.held_out)


def _chances(sides: ClassSides, *, random: bool) -> dict[str, float]:
    """Adjusted probability that a random split puts all rows of a class on the one side; 1 for classes on both."""
    if not random:  # the training counts are not those that were split
        return dict.fromkeys((found.label for found in sides.classes), 1.0)
    p_values = [_chance(found, sides) if _is_missing(found) else 1.0 for found in sides.classes]
    return {found.label: p for found, p in zip(sides.classes, adjusted(p_values), strict=True)}


def _chance(found: ClassRows, sides: ClassSides) -> float:
    from scipy.stats import hypergeom

    side = sides.train if found.train else sides.held_out
    return float(hypergeom.pmf(found.both, sides.train + sides.held_out, found.both, side))


def _missing_words(unseen: list[ClassRows], unscored: list[ClassRows]) -> str:
    parts = []
    if unseen:
        rows = sum(found.held_out for found in unseen)
        parts.append(f"{_labels(unseen)} ({plural(rows, 'held-out row')}) not in training: never predicted")
    if unscored:
        rows = sum(found.train for found in unscored)
        parts.append(f"{_labels(unscored)} ({plural(rows, 'training row')}) not among the held-out rows: never scored")
    return "Class " + "; class ".join(parts)


def _labels(classes: list[ClassRows]) -> str:
    return names([found.label for found in classes])


def _missing_advice(split_at_fault: bool) -> str:
    return "Shuffle and stratify the split." if split_at_fault else "Stratify the split, or collect more rows of them."


def _missing_subject(found: ClassRows, chance: float, is_certain: bool) -> Subject:
    side = "training rows only" if found.train else "held-out rows only"
    return Subject(
        name=found.label,
        value=float(found.both),
        severity=Severity.HIGH if is_certain else Severity.MEDIUM,
        detail=f"{side}; by chance: {percent(chance)}",
    )
