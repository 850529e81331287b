"""PF5: a part of the rows on which the model does worse than on the others."""

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.text import about_rows, between, count, names, number, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord, SegmentFacts
from mlflow_pitfalls.model.values import Interval, Severity

_TRUSTED_SHARE = 0.5  # a segment of more rows than this is the main body, and the others are the exception


@check(
    name="weak-segment",
    group=Group.ACCURACY,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.SEGMENTS),
    explained_by=("no-lift", "class-never-predicted", "underfit"),
    thresholds={
        "max_difference": Threshold(
            0.10,
            "score and skill",
            "how far a segment's score and skill must certainly lie below those of the other rows",
            "ten points: less is common between parts of clean data",
        ),
        "max_p": Threshold(
            0.05, "adjusted p-value", "below it the difference is beyond chance", "Benjamini-Hochberg over all segments"
        ),
    },
)
def weak_segment(record: RunRecord, limits: Limits) -> Verdict:
    """On the rows with one value, or in one range, of a column the model does clearly worse than on all others.

    What it does:
        Divides the held-out rows by each column: its values, or five ranges of equal size, where at least 5 % and at
        most half of the rows fall into one. A segment's *score* is the model's accuracy there, or one minus its
        absolute error in units of a dummy's. With more than two classes the other rows' accuracy is taken at the
        segment's own mixture of classes: a class that is hard everywhere makes no segment weak.

        Scores alone mislead: a segment of nine quiet customers in ten is easier than one of even shares, and a range of
        large values has larger errors. So its *skill* is compared too: how far the model does better than a rule that
        knows only this column, and answers the commonest class (or the median) of each segment. A flag needs both to
        lie more than {max_difference} below those of the other rows with their whole 95 % intervals, an adjusted
        p-value below {max_p}, and a model that does have skill on the other rows. One whose labels trade accuracy for
        the recall of a rare class often has none there, and is not judged.

    Why is this bad:
        An average hides it, and the customers of that segment do not live in the average. There the relation may be
        another one, the data may be broken, or there are too few rows to learn it from.

    Example:
        Accuracy 0.86 over all branches; in the one that enters amounts in cents it is 0.60, no better than a guess.

    How to fix:
        Look at these rows first: units, codes, labels. Then add rows of the segment, or features that explain it; give
        the column to the model if it lacks it; fit a model of its own where the relation is another one.

    References:
        Chung et al., Slice Finder: automated data slicing for model validation, ICDE 2019,
        https://arxiv.org/abs/1807.06068; Benjamini and Hochberg 1995,
        https://doi.org/10.1111/j.2517-6161.1995.tb02031.x.
    """
    tested = max(facts.tested for facts in record.segments)
    p_values = [1.0 if facts.p_value is None else facts.p_value for facts in record.segments]
    padded = adjusted([*p_values, *[1.0] * max(0, tested - len(p_values))])
    usable = [(facts, p) for facts, p in zip(record.segments, padded, strict=False) if _is_comparable(facts)]
    if not usable:
        return not_applicable("No segment has enough rows to be compared with a model that works on the others.")
    weak = [facts for facts, p in usable if p < limits["max_p"] and _is_certain(facts, limits)]
    told = plural(tested, "segment")
    if weak:
        return _flag(sorted(weak, key=_sort_key), tested, limits)
    doubtful = [facts for facts, _ in usable if _may_be_weak(facts, limits)]
    worst = min(
        doubtful, key=lambda facts: facts.skill_difference.value if facts.skill_difference else 0.0, default=None
    )
    if worst is None:
        return passed(f"No segment of {told} scores more than {number(limits['max_difference'])} below the others.")
    interval = worst.difference.interval
    width = interval.width if interval else 1.0
    wanted = rows_for_width(worst.rows, width, 2 * max(_excess(worst, limits), limits["max_difference"] / 2))
    return inconclusive(
        f"{_words(worst)}, which may be chance among {told}",
        about_rows(wanted, worst.rows, "held-out rows of that segment"),
    )


def _is_comparable(facts: SegmentFacts) -> bool:
    other = decided(facts.other_skill)
    is_minority = facts.rows <= _TRUSTED_SHARE * (facts.rows + facts.other_rows)
    known = decided(facts.difference) is not None and decided(facts.skill_difference) is not None
    return is_minority and known and other is not None and other[1].low > 0


def _is_certain(facts: SegmentFacts, limits: Limits) -> bool:
    both = (decided(facts.difference), decided(facts.skill_difference))
    return all(found is not None and found[1].high < -limits["max_difference"] for found in both)


def _may_be_weak(facts: SegmentFacts, limits: Limits) -> bool:
    """Both estimates lie beyond the bound, and at least the score certainly lies below the others'."""
    score, skill = decided(facts.difference), decided(facts.skill_difference)
    bound = -limits["max_difference"]
    return bool(
        score and skill and score[0].value < bound and skill[0].value < bound and max(score[1].high, skill[1].high) < 0
    )


def _excess(facts: SegmentFacts, limits: Limits) -> float:
    skill = facts.skill_difference.value if facts.skill_difference else 0.0
    return -max(facts.difference.value, skill) - limits["max_difference"]


def _sort_key(facts: SegmentFacts) -> float:
    value = facts.difference.value
    return value if math.isfinite(value) else 0.0


def _words(facts: SegmentFacts) -> str:
    skill = facts.skill.value if facts.skill else 0.0
    other = facts.other_skill.value if facts.other_skill else 0.0
    return (
        f"where {short(facts.segment)} ({plural(facts.rows, 'held-out row')}), {_metric(facts)} is "
        f"{number(facts.score.value)} against {number(facts.other_score.value)} on the others (difference "
        f"{number(facts.difference.value)}, {between(facts.difference.interval)}; skill {number(skill)} against "
        f"{number(other)})"
    )


def _metric(facts: SegmentFacts) -> str:
    return "one minus the relative absolute error" if facts.metric == "absolute error" else short(facts.metric)


def _mirrored(facts: SegmentFacts) -> Interval | None:
    found = decided(facts.difference)
    return Interval(low=-found[1].high, high=-found[1].low, level=found[1].level) if found else None


def _flag(weak: list[SegmentFacts], tested: int, limits: Limits) -> Verdict:
    worst = weak[0]
    more = f" {plural(len(weak) - 1, 'other segment')} of {count(tested)} likewise." if len(weak) > 1 else ""
    words = _words(worst)
    return flagged(
        f"{words[0].upper()}{words[1:]}.{more} Look at these rows, then add rows or features for them.",
        evidence=evidence(
            limits,
            "max_difference",
            statistic=f"{_metric(worst)} of the other rows minus that of the segment",
            value=-worst.difference.value,
            rows=worst.rows,
            interval=_mirrored(worst),
            would_clear=f"a difference whose interval reaches below {number(limits['max_difference'])}",
            subjects=worst_first(
                Subject(
                    name=facts.column,
                    value=-facts.difference.value,
                    interval=_mirrored(facts),
                    severity=Severity.MEDIUM,
                    detail=facts.segment,
                )
                for facts in weak
            ),
        ),
        remedies=(
            Remedy(text="Look at the rows of that segment: units, codes and labels.", code=_look(worst)),
            Remedy(text=f"Add training rows of {names([each.segment for each in weak])}, or features that explain it."),
            Remedy(text="Where the relation is another one there, fit a model of its own, or one with interactions."),
        ),
    )


def _look(facts: SegmentFacts) -> str:
    """A line that shows the errors by value of the column; none where its name would have to be shortened."""
    if facts.column != short(facts.column):
        return ""
    is_number = facts.metric == "absolute error"
    wrong = "(model.predict(X_test) - y_test).abs()" if is_number else "model.predict(X_test) != y_test"
    return f"X_test.assign(error={wrong}).groupby({facts.column!r})['error'].mean()"
