"""PF3: classes with too few rows."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Link,
    Threshold,
    Verdict,
    check,
    flagged,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.class_sides import UNKNOWN_SIDES, ClassRows, ClassSides, class_sides
from mlflow_pitfalls.checks.evidence import decided, evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import recall_interval, resampled_training
from mlflow_pitfalls.checks.remedies import STRATIFIED_FOLDS
from mlflow_pitfalls.checks.text import count, number, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity


@check(
    name="too-few-minority",
    group=Group.IMBALANCE,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.CLASSIFICATION, Fact.TRAIN_CLASSES),
    explained_by=(
        "target-type-mismatch",
        Link("class-never-predicted", same_columns=True),
    ),
    thresholds={
        "min_train_rows": Threshold(
            50.0,
            "training rows",
            "fewer of a rare class hardly teach it",
            "scikit-learn's cheat sheet: 50",
        ),
        "min_held_out_rows": Threshold(
            10.0,
            "held-out rows",
            "fewer of a rare class are too few to score it on",
            "even 10 of 10 found leave the recall anywhere above 0.72 (Wilson)",
        ),
        "minority": Threshold(
            0.4,
            "share of an even share",
            "a class is rare where it has less than this part of (rows / classes)",
            "of two classes 1 : 4, as for accuracy-paradox; where all classes are small, see test-set-too-small",
        ),
        "found": Threshold(
            0.5, "recall", "a class whose recall certainly exceeds it had enough rows", "as for accuracy-paradox"
        ),
    },
)
def too_few_minority(record: RunRecord, limits: Limits) -> Verdict:
    """A rare class has so few rows that it can hardly be learned, or its score hardly be measured.

    What it does:
        Looks at the classes with less than {minority} of an even share of the training rows (rows divided by classes).
        One with fewer than {min_train_rows} training rows, or fewer than {min_held_out_rows} held-out rows, is flagged,
        unless the held-out rows show that it was learned all the same: recall above {found}, with its whole 95 %
        interval, on enough of them. Even classes of a small data set are not rare: the small number of rows is then
        told by `test-set-too-small`. A class that one side lacks altogether is `class-missing-in-split`. Where the
        training rows were resampled, their counts say nothing about the rows collected, and only the held-out rows are
        looked at.

    Why is this bad:
        The model sees a few examples and learns these rather than the class. Whatever recall or precision is measured
        on nine rows is known to 30 points either way, so that no remedy can be told from luck.

    Example:
        14 of 900 parts are cracked: 11 in training, 3 in the test; recall 0.67 means two of three.

    How to fix:
        Collect rows of that class first; nothing else adds as much. Until then cross-validate with stratified folds and
        read its recall with the interval, merge it with a related class, or treat it as an anomaly.

    References:
        Weiss, Mining with rarity: a unifying framework, SIGKDD Explorations 2004,
        https://doi.org/10.1145/1007730.1007734.
    """
    sides = class_sides(record)
    if sides is None:
        return not_applicable(UNKNOWN_SIDES)
    if sides.sampled:
        sides = ClassSides(classes=tuple(_at_full_size(found, record, sides) for found in sides.classes))
    sampler = resampled_training(record)
    rare = [found for found in sides.classes if _is_minority(found, sides, limits, resampled=sampler is not None)]
    if not rare:
        return passed(f"No class has less than {number(limits['minority'])} of an even share of the rows.")
    few = [found for found in rare if _too_few(found, limits, resampled=sampler is not None)]
    learned = {found.label for found in few if _is_learned(found, record, limits)}
    few = [found for found in few if found.label not in learned]
    if not few:
        smallest = min(rare, key=lambda found: found.train)
        told = "learned all the same" if smallest.label in learned else "enough"
        return passed(f"The rarest class, '{short(smallest.label)}', has {_rows_words(smallest)}: {told}.")
    worst = min(few, key=lambda found: (found.train, found.held_out))
    by_train = worst.train < limits["min_train_rows"] and sampler is None
    threshold = "min_train_rows" if by_train else "min_held_out_rows"
    others = f", and so of {plural(len(few) - 1, 'other class', 'other classes')}" if len(few) > 1 else ""
    return flagged(
        f"Class '{short(worst.label)}' has {_rows_words(worst)}{others}; at least {count(limits['min_train_rows'])} "
        f"and {count(limits['min_held_out_rows'])} are wanted. Collect more of them, and cross-validate meanwhile.",
        evidence=evidence(
            limits,
            threshold,
            statistic=f"{limits.thresholds[threshold].unit} of the rarest class",
            value=worst.train if by_train else worst.held_out,
            rows=sides.train + sides.held_out,
            would_clear=f"{count(limits['min_train_rows'])} training and {count(limits['min_held_out_rows'])} held-out "
            "rows of each class, or a recall that certainly shows that it was learned",
            subjects=worst_first(
                Subject(name=found.label, value=float(found.train), detail=_rows_words(found)) for found in few
            ),
        ),
        remedies=(
            Remedy(text="Collect rows of that class first: nothing else adds as much."),
            STRATIFIED_FOLDS,
            Remedy(text="Or merge it with a related class, or treat it as an anomaly."),
        ),
    )


def _at_full_size(found: ClassRows, record: RunRecord, sides: ClassSides) -> ClassRows:
    """The class with its held-out rows scaled from the sample to all held-out rows."""
    rows = record.held_out.rows if record.held_out else sides.held_out
    return ClassRows(label=found.label, train=found.train, held_out=round(found.held_out * rows / sides.held_out))


def _is_minority(found: ClassRows, sides: ClassSides, limits: Limits, *, resampled: bool) -> bool:
    if not found.train or not found.held_out:
        return False
    rows, total = (found.held_out, sides.held_out) if resampled else (found.train, sides.train)
    return rows < limits["minority"] * total / len(sides.classes)


def _too_few(found: ClassRows, limits: Limits, *, resampled: bool) -> bool:
    few_train = found.train < limits["min_train_rows"] and not resampled
    return few_train or found.held_out < limits["min_held_out_rows"]


def _is_learned(found: ClassRows, record: RunRecord, limits: Limits) -> bool:
    facts = next((facts for facts in record.classes if facts.label == found.label), None)
    recall = decided(recall_interval(facts)) if facts else None
    return recall is not None and found.held_out >= limits["min_held_out_rows"] and recall[1].low > limits["found"]


def _rows_words(found: ClassRows) -> str:
    return f"{plural(found.train, 'training row')} and {plural(found.held_out, 'held-out row')}"
