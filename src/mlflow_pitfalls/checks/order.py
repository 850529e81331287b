"""PF2: what a random split tears apart: neighbours in time, and rows of one person, device or family."""

from __future__ import annotations

import re

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    passed,
)
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width, usable, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.text import about_rows, between, count, names, number, percent, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import GroupFacts, RunRecord, TimeOrderFacts
from mlflow_pitfalls.model.values import Severity

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_BIRTH = frozenset({"birth", "birthday", "birthdate", "born", "dob"})  # tells an age, not when the row was taken
_KEYS = frozenset(
    {
        "account",
        "animal",
        "batch",
        "case",
        "client",
        "customer",
        "device",
        "donor",
        "driver",
        "family",
        "group",
        "hospital",
        "household",
        "id",
        "ids",
        "key",
        "machine",
        "member",
        "participant",
        "patient",
        "person",
        "player",
        "sample",
        "sensor",
        "session",
        "site",
        "student",
        "subject",
        "ticket",
        "user",
        "uuid",
        "vehicle",
    }
)


@check(
    name="shuffled-time",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.TIME_ORDER),
    thresholds={
        "dependence": Threshold(
            0.2,
            "correlation of neighbours in time",
            "what the lower bound must exceed: below it, the row before says little about the next",
            "our choice: neighbours share 4 % of their variance",
        ),
        "mixed": Threshold(
            0.5,
            "share of held-out rows",
            "how many must stand right next to a training row in time for the sides to count as mixed",
            "our choice; a random quarter of the rows has 94 %, a last quarter next to none",
        ),
    },
)
def shuffled_time(record: RunRecord, limits: Limits) -> Verdict:
    """Rows that follow each other in time were split at random, though neighbours have like targets.

    What it does:
        Looks for times: a column of dates (also as text) or an index of dates. It sorts the rows of both sides by
        them, and flags where two things hold: at least {mixed} of the held-out rows stand right next to a training
        row, and the rank correlation of neighbours' targets lies above {dependence} with its whole 95 % interval.

        A date alone is no fault: where neighbours in time are no more alike than others, a random split is as good as
        any, and the check passes. Dates of birth are left alone, as they tell an age.

    Why is this bad:
        In use, the model is asked about days after those that it learned from. A random split asks about days between
        them, and the days before and after give the answer away. The held-out score is too good.

    Example:
        Two years of daily bicycle rentals, a forest: R² 0.90 where a random quarter is held out, 0.62 where it is the
        last one.

    How to fix:
        Hold out the latest rows, or validate with `TimeSeriesSplit`, and compare the score. If the model is only ever
        asked about gaps between known days, a random split is right: ignore the check.

    References:
        scikit-learn, Cross-validation of time series data,
        https://scikit-learn.org/stable/modules/cross_validation.html#time-series-split;
        Bergmeir and Benítez, On the use of cross-validation for time series predictor evaluation, Information Sciences
        191, 2012, https://doi.org/10.1016/j.ins.2011.12.028.
    """
    facts = record.time_order
    assert facts is not None
    where = f"column {names([facts.column])}" if facts.source == "column" else "index"
    if _BIRTH & _words(facts.column):
        return passed(f"The {where} tells an age, not when a row was taken.")
    found = decided(facts.dependence)
    if found is None:
        return inconclusive(
            f"How alike neighbours in the {where} are is not known from {count(facts.rows)} rows", "a few hundred rows"
        )
    dependence, interval = found
    if facts.between < limits["mixed"]:
        return passed(
            f"The split keeps the order of the {where}: {percent(facts.between)} of held-out rows are mixed in."
        )
    wanted = limits["dependence"]
    told = f"correlation of neighbours {number(dependence.value)}, {between(interval)}"
    proof = evidence(
        limits,
        "dependence",
        statistic=f"correlation of neighbours' targets along the {where}",
        value=dependence.value,
        rows=dependence.rows,
        interval=interval,
        would_clear="held-out rows that all come after the training rows",
        subjects=(Subject(name=facts.column, value=dependence.value, interval=interval),) if facts.column else (),
    )
    if interval.low > wanted:
        return flagged(
            f"Rows in an order of time (the {where}) were split at random: {percent(facts.between)} of the held-out "
            f"rows stand next to a training row, and neighbours have like targets ({told}). Hold out the latest rows "
            "instead.",
            evidence=proof,
            remedies=_time_remedies(facts),
        )
    if dependence.value > wanted:
        rows = rows_for_width(dependence.rows, interval.width, 2 * (dependence.value - wanted))
        return inconclusive(
            f"Neighbours along the {where} may have like targets ({told})",
            about_rows(rows, dependence.rows, "rows"),
            evidence=proof,
        )
    return passed(f"Neighbours along the {where} are hardly more alike than other rows ({told}).", evidence=proof)


def _time_remedies(facts: TimeOrderFacts) -> tuple[Remedy, ...]:
    order = f"X = X.sort_values({facts.column!r}); " if facts.source == "column" else "X = X.sort_index(); "
    return (
        Remedy(
            text="Hold out the latest rows.",
            code=f"{order}y = y.loc[X.index]; X_train, X_test, y_train, y_test = train_test_split(X, y, shuffle=False)",
        ),
        Remedy(
            text="Validate on rows that come after the training rows.",
            code="cross_val_score(model, X, y, cv=TimeSeriesSplit(5))",
        ),
    )


@check(
    name="group-leakage",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.GROUPS),
    explained_by=("train-test-overlap",),
    thresholds={
        "lift": Threshold(
            0.05,
            "skill",
            "what knowing the group must certainly gain beyond chance",
            "our choice: a twentieth of the target's variance",
        ),
        "false_discoveries": Threshold(
            0.01, "adjusted p-value", "what the shuffle test must stay below", "Benjamini and Hochberg, at 1 %"
        ),
        "likeness": Threshold(
            0.5,
            "intraclass correlation",
            "how alike rows of a group must be in the other columns, where the column has no name of a key",
            "Koo and Li 2016: below 0.5 rows of a group agree poorly",
        ),
        "shared": Threshold(
            0.2, "share of held-out rows", "how many must belong to a group that stands in training", "our choice"
        ),
    },
)
def group_leakage(record: RunRecord, limits: Limits) -> Verdict:
    """Rows of one person, device or family stand on both sides of the split, and tell each other's target.

    What it does:
        Looks at whole-number and text columns with at least 20 repeated keys of few rows each (also keys that stand
        before a running number: `S01_3` belongs to `S01`). The mean target of a key's training rows predicts its
        held-out rows; what that gains over shuffled targets, and for numbers over the neighbouring keys (an age is no
        group), is the lift. It flags where the lift's 95 % interval, over whole groups, lies above {lift}, the shuffle
        test stays below {false_discoveries} after correction for the number of columns, and at least {shared} of the
        held-out rows are concerned.

        A postcode predicts as well, and is a feature like others. So the column must be named as a key (`patient`,
        `ticket_id`), or the rows of a key must be alike in the other columns too: a median intraclass correlation of
        at least {likeness}, as of recordings of one voice. Only columns that the model was given can be looked at.

    Why is this bad:
        The model recognises the patient rather than the illness. The held-out score holds for known patients only; for
        new ones it is lower, and that is what the model is usually built for.

    Example:
        195 voice recordings of 32 people, six or seven of each: a random split puts everybody on both sides.

    How to fix:
        Keep each group on one side with `GroupShuffleSplit` or `GroupKFold`, and compare the score. If predictions are
        only wanted for groups that are known already, the split is right: ignore the check.

    References:
        scikit-learn, Cross-validation iterators for grouped data,
        https://scikit-learn.org/stable/modules/cross_validation.html#group-cv;
        Saeb et al., The need to approximate the use-case in clinical machine learning, GigaScience 6, 2017,
        https://doi.org/10.1093/gigascience/gix019.
    """
    known = [facts for facts in record.groups if usable(facts.lift) is not None and facts.p_value is not None]
    p_values = dict(zip(known, adjusted([facts.p_value or 0.0 for facts in known]), strict=True))
    guilty = [facts for facts in known if _is_guilty(facts, p_values[facts], limits)]
    if not guilty:
        return passed(
            f"{plural(len(record.groups), 'column')} with repeated keys; none of them names groups that leak."
        )
    worst = max(guilty, key=lambda facts: facts.lift.value if facts.lift else 0.0)
    assert worst.lift is not None
    keys = f"keys of {names([worst.column])}" + (" (without their running number)" if worst.is_prefix else "")
    others = f" {plural(len(guilty) - 1, 'other column')} likewise." if len(guilty) > 1 else ""
    return flagged(
        f"{count(worst.shared_groups)} {keys} stand on both sides of the split, with {percent(worst.held_out_share)} "
        f"of the held-out rows, and the key alone tells {number(worst.lift.value)} of the target beyond chance "
        f"({between(worst.lift.interval)}).{others} Split by group, unless predictions are for known groups only.",
        evidence=evidence(
            limits,
            "lift",
            statistic=f"skill that the {keys} add beyond chance",
            value=worst.lift.value,
            rows=worst.rows,
            interval=worst.lift.interval,
            would_clear="a split that keeps each group on one side",
            subjects=worst_first(
                Subject(
                    name=facts.column,
                    value=facts.lift.value if facts.lift else 0.0,
                    interval=facts.lift.interval if facts.lift else None,
                    detail=f"adjusted p {number(p_values[facts])}, {plural(facts.groups, 'group')}",
                )
                for facts in guilty
            ),
        ),
        remedies=_group_remedies(worst),
    )


def _is_guilty(facts: GroupFacts, p_value: float, limits: Limits) -> bool:
    found = decided(facts.lift)
    if found is None or found[1].low <= limits["lift"] or p_value >= limits["false_discoveries"]:
        return False
    is_key = bool(_KEYS & _words(facts.column)) or facts.likeness >= limits["likeness"]
    return is_key and facts.held_out_share >= limits["shared"]


def _group_remedies(facts: GroupFacts) -> tuple[Remedy, ...]:
    groups = f"X[{facts.column!r}]"
    if facts.is_prefix:
        groups += ".str.rsplit('_', n=1).str[0]"
    return (
        Remedy(
            text="Keep each group on one side of the split.",
            code=f"train, test = next(GroupShuffleSplit(test_size=0.25, random_state=0).split(X, y, groups={groups}))",
        ),
        Remedy(
            text="And in cross-validation.",
            code=f"cross_val_score(model, X, y, cv=GroupKFold(5), groups={groups})",
        ),
        Remedy(
            text="Leave the key out of the features: it can only be learned by heart.",
            code=f"X = X.drop(columns=[{facts.column!r}])",
        ),
    )


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}
