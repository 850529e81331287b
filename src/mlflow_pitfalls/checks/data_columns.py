"""PF2: columns with gaps, and columns that never vary."""

from __future__ import annotations

from collections.abc import Iterable

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.reading import columns_of, training_rows
from mlflow_pitfalls.checks.text import count, names, percent, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity


@check(
    name="missing-values",
    group=Group.DATA,
    severity=Severity.LOW,
    severities=(Severity.LOW, Severity.MEDIUM, Severity.HIGH),
    cost=Cost.SCAN,
    needs=(Fact.TRAIN_PROFILE,),
    thresholds={
        "low": Threshold(0.05, "share of rows", "above it a column is named", "common rule of thumb for imputing"),
        "medium": Threshold(
            0.30, "share of rows", "above it medium severity", "a third of a column is guesswork after imputing"
        ),
        "max_p": Threshold(
            0.001,
            "adjusted p-value",
            "below it the missingness goes with the target",
            "Benjamini-Hochberg over the columns, stricter than the usual 0.05",
        ),
        "min_effect": Threshold(
            0.1,
            "association, 0..1",
            "association with the target from which missingness is informative",
            "Cohen: small",
        ),
    },
)
def missing_values(record: RunRecord, limits: Limits) -> Verdict:
    """Training columns lack many of their values, or their gaps tell about the target.

    What it does:
        Counts missing values in each column that the estimator received. More than {low} of the rows is low, more than
        {medium} medium, all of them high. A column whose gaps go with the target (p below {max_p} after correction for
        the number of columns, association of at least {min_effect}) is medium whatever its share.

    Why is this bad:
        What fills the gaps is a guess, and the model learns the guess. Gaps that go with the target are often recorded
        after the outcome (no exit date: still a customer), and then leak it.

    Example:
        Titanic's `Cabin` is missing for 77 % of the passengers, mostly of those who died: the survivors could be asked.

    How to fix:
        Ask why the values are missing. Keep the fact of the gap as a column of its own, drop columns that are mostly
        empty, or use an estimator that takes gaps as they are.

    References:
        van Buuren, Flexible Imputation of Missing Data, https://stefvanbuuren.name/fimd/;
        scikit-learn, MissingIndicator.
    """
    columns = columns_of(record)
    informative = _informative(columns, limits)
    subjects = worst_first(
        Subject(
            name=column.name,
            value=column.missing_share,
            severity=severity,
            detail="goes with the target" if column.name in informative else "",
        )
        for column in columns
        if (severity := _missing_severity(column, column.name in informative, limits)) is not Severity.NONE
    )
    if not subjects:
        worst = max((column.missing_share for column in columns), default=0.0)
        return passed(f"At most {percent(worst)} of a column is missing, over {plural(len(columns), 'column')}.")
    first = subjects[0]
    reason = ", and its gaps go with the target" if first.detail else ""
    threshold = "medium" if first.severity is Severity.MEDIUM and first.value > limits["medium"] else "low"
    total = sum(_missing_severity(c, c.name in informative, limits) is not Severity.NONE for c in columns)
    others = f" {plural(total - 1, 'other column')} too." if total > 1 else ""
    return flagged(
        f"{names([first.name])} lacks {percent(first.value)} of its {count(training_rows(record))} training rows"
        f"{reason}.{others} Ask why, and keep the gap as a column of its own (add_indicator=True).",
        evidence=evidence(
            limits,
            threshold,
            statistic=f"share of missing values in {names([first.name])}",
            value=first.value,
            rows=training_rows(record),
            would_clear=f"at most {percent(limits['low'])} missing, and gaps that do not go with the target",
            subjects=subjects,
        ),
        severity=first.severity,
        remedies=_missing_remedies(subjects),
    )


def _informative(columns: Iterable[ColumnProfile], limits: Limits) -> set[str]:
    """Columns whose gaps go with the target, corrected for how many were looked at."""
    tested = [
        (column.name, found.effect, found.p_value)
        for column in columns
        if (found := column.missing_association) is not None and found.p_value is not None and column.missing
    ]
    values = adjusted([p_value for _, _, p_value in tested])
    return {
        name
        for (name, effect, _), p_value in zip(tested, values, strict=True)
        if p_value < limits["max_p"] and effect >= limits["min_effect"]
    }


def _missing_severity(column: ColumnProfile, informative: bool, limits: Limits) -> Severity:
    if column.rows and column.missing >= column.rows:
        return Severity.HIGH
    if informative or column.missing_share > limits["medium"]:
        return Severity.MEDIUM
    return Severity.LOW if column.missing_share > limits["low"] else Severity.NONE


def _missing_remedies(subjects: tuple[Subject, ...]) -> tuple[Remedy, ...]:
    empty = [subject.name for subject in subjects if subject.severity is Severity.HIGH]
    drop = Remedy(text="Drop columns without a value.", code=f"X_train = X_train.drop(columns={empty!r})")
    return (
        *((drop,) if empty else ()),
        Remedy(
            text="Impute inside a pipeline, and keep the gap as a column.",
            code='model = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), model)',
        ),
        Remedy(
            text="Or use an estimator that takes gaps as they are.",
            code="from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor",
        ),
    )


@check(
    name="constant-feature",
    group=Group.DATA,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.TRAIN_PROFILE,),
    thresholds={
        "min_share": Threshold(
            0.999, "share of rows", "one value holds at least this share", "a thousandth of the rows decides nothing"
        ),
        "min_rows": Threshold(50, "rows", "fewer rows are too few to call a column constant", "our choice"),
    },
)
def constant_feature(record: RunRecord, limits: Limits) -> Verdict:
    """A training column holds one value only, or nearly so.

    What it does:
        Looks for columns of which one value holds at least {min_share} of the rows, on at least {min_rows} rows. Wholly
        empty columns are left to `missing-values`; in sparse matrices, where rare entries are the rule, only columns
        with a single value count.

    Why is this bad:
        Such a column tells the model nothing, costs time, and is mostly a sign of a broken join, a filter that was
        applied twice, or a country that the data no longer cover. Some solvers divide by its spread of zero.

    Example:
        The mushroom data's `veil_type` holds "partial" in all of its 8 124 rows.

    How to fix:
        Drop it, after asking whether it should have varied.

    References:
        scikit-learn, VarianceThreshold.
    """
    columns = columns_of(record)
    rows = training_rows(record)
    if rows < limits["min_rows"]:
        return passed(f"{count(rows)} training rows are too few to call a column constant.")
    is_sparse = record.train is not None and "sparse" in record.train.container
    found = [
        Subject(name=column.name, value=share)
        for column in columns
        if (share := _constant_share(column, is_sparse)) >= limits["min_share"]
    ]
    if not found:
        return passed(f"None of {plural(len(columns), 'column')} is constant.")
    subjects = worst_first(found)
    listed = [subject.name for subject in subjects]
    return flagged(
        f"{plural(len(found), 'column')} of {count(len(columns))} {'holds' if len(found) == 1 else 'hold'} one value "
        f"in at least {percent(limits['min_share'])} of {count(rows)} rows: {names(listed)}. Drop "
        f"{'it' if len(found) == 1 else 'them'}.",
        evidence=evidence(
            limits,
            "min_share",
            statistic="share of rows with the commonest value",
            value=subjects[0].value,
            rows=rows,
            would_clear="dropping the column",
            subjects=subjects,
        ),
        remedies=(
            Remedy(text="Drop the columns.", code=f"X_train = X_train.drop(columns={listed!r})"),
            Remedy(
                text="Or let the pipeline drop whatever is constant in its training rows.",
                code="model = make_pipeline(VarianceThreshold(), model)",
            ),
        ),
    )


def _constant_share(column: ColumnProfile, only_exact: bool) -> float:
    """Share of rows with the commonest value; 0 where the column varies, is empty, or cannot be told."""
    if not column.rows or column.missing >= column.rows:
        return 0.0
    spread = column.minimum is not None and column.maximum is not None and column.maximum > column.minimum
    is_exact = column.distinct == 1 and not column.missing and not spread
    if is_exact:
        return 1.0
    return 0.0 if only_exact or (column.distinct == 1 and spread) else column.top_share or 0.0
