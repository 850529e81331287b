"""PF2: columns that hold several kinds of values, or numbers that no estimator can hold."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import columns_of, training_rows
from mlflow_pitfalls.checks.text import count, names, number, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

FLOAT32_MAXIMUM = 3.4028234663852886e38


@check(
    name="mixed-types",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.TRAIN_PROFILE,),
    thresholds={
        "max_share": Threshold(
            0.0, "share of values", "values of another kind than most of the column", "a column has one meaning"
        ),
    },
)
def mixed_types(record: RunRecord, limits: Limits) -> Verdict:
    """A training column holds values of several kinds: numbers and text.

    What it does:
        Looks for columns in which numbers stand beside text, and for columns of text that are numbers but for at most
        three different other texts, such as blanks. More than {max_share} of another kind is flagged. Declared
        categories may hold what they like, and so may codes: those have more than three texts that are no numbers.

    Why is this bad:
        Such a column is no number any more: encoders turn each of its values into a category of its own, 1 and "1"
        become different things, and the order and distance of the numbers are lost. Mostly a single stray text did it.

    Example:
        The Telco churn data's `TotalCharges` is text, because 11 of 7 043 values are blank. One-hot encoded it makes
        6 531 columns.

    How to fix:
        Turn it into numbers, let what is none become missing, and ask where it came from.

    References:
        pandas.to_numeric; pandas.api.types.infer_dtype.
    """
    columns = columns_of(record)
    found = [
        Subject(name=column.name, value=strangers[0], detail=strangers[1])
        for column in columns
        if (strangers := _strangers(column)) is not None and strangers[0] > limits["max_share"]
    ]
    if not found:
        return passed(f"Each of {plural(len(columns), 'column')} holds values of one kind.")
    subjects = worst_first(found)
    first, listed = subjects[0], [subject.name for subject in subjects]
    told = first.detail if len(found) == 1 else f"'{short(first.name)}' has {first.detail}"
    return flagged(
        f"{names(listed)} {'mixes' if len(found) == 1 else 'mix'} kinds of values: {told}. Turn "
        f"{'it' if len(found) == 1 else 'them'} into numbers, or into text throughout.",
        evidence=evidence(
            limits,
            "max_share",
            statistic=f"share of values of the rarer kind in {names([first.name])}",
            value=first.value,
            rows=training_rows(record),
            would_clear="one kind of values in the column",
            subjects=subjects,
        ),
        remedies=(
            Remedy(
                text="Read it as numbers; what is none becomes missing.",
                code=f'X[{first.name!r}] = pd.to_numeric(X[{first.name!r}], errors="coerce")',
            ),
            Remedy(
                text="Or, where the values are names, as text throughout.",
                code=f'X[{first.name!r}] = X[{first.name!r}].astype("string").astype("category")',
            ),
        ),
    )


def _strangers(column: ColumnProfile) -> tuple[float, str] | None:
    """Share of the rarer kinds, and the counts in words; None for a column of one kind."""
    total = sum(kind.count for kind in column.kinds)
    if len(column.kinds) > 1 and total:
        commonest = max(kind.count for kind in column.kinds)
        words = " and ".join(f"{count(kind.count)} × {short(kind.value)}" for kind in column.kinds)
        return (total - commonest) / total, f"{words} in {plural(total, 'sampled value')}"
    if column.kind is not ColumnKind.MIXED:
        return None
    if column.kinds or not column.sampled_rows:
        return None
    # The sample met one kind only; another one stands among the rest.
    return 1.0 / column.sampled_rows, f"text among its numbers, in fewer than 1 of {count(column.sampled_rows)} rows"


@check(
    name="infinite-or-huge",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.TRAIN_PROFILE,),
    thresholds={
        "max_infinite": Threshold(0, "values", "infinite values a column may hold", "no mean exists with one"),
        "max_size": Threshold(
            FLOAT32_MAXIMUM, "absolute value", "greater numbers become infinite in 32-bit floats", "IEEE 754"
        ),
    },
)
def infinite_or_huge(record: RunRecord, limits: Limits) -> Verdict:
    """A training column holds infinite values, or numbers that a 32-bit float cannot hold.

    What it does:
        Counts infinite values over all training rows, and compares each column's range with {max_size}, the greatest
        32-bit float. More than {max_infinite} infinite values, or a greater number, is flagged.

    Why is this bad:
        Most estimators refuse such rows. Those that take them are worse: means, scalers and distances become infinite
        or NaN, and trees, which compute in 32 bits, see one value where there were many.

    Example:
        A ratio of clicks per visit is infinite on the days without visits.

    How to fix:
        Find the division by zero or the overflow; make such values missing, clip them, or take a logarithm.

    References:
        scikit-learn, sklearn.utils.assert_all_finite; numpy.finfo(numpy.float32).max.
    """
    columns = columns_of(record)
    found = [
        Subject(name=column.name, value=float(column.infinite), detail=detail)
        for column in columns
        if (detail := _beyond(column, limits))
    ]
    if not found:
        return passed(f"All numbers of {plural(len(columns), 'column')} are finite, and fit a 32-bit float.")
    subjects = worst_first(found)
    first, listed = subjects[0], [subject.name for subject in subjects]
    is_infinite = first.value > limits["max_infinite"]
    return flagged(
        f"{plural(len(found), 'column')} with numbers that an estimator cannot use: {names(listed)}. "
        f"'{short(first.name)}' holds {first.detail} in {count(training_rows(record))} rows. "
        "Make them missing, or clip.",
        evidence=evidence(
            limits,
            "max_infinite" if is_infinite else "max_size",
            statistic=f"infinite values in {names([first.name])}" if is_infinite else "greatest absolute value",
            value=first.value if is_infinite else _largest(_named(columns, first.name)),
            rows=training_rows(record),
            would_clear="finite numbers of ordinary size",
            subjects=subjects,
        ),
        remedies=(
            Remedy(
                text="Make infinite values missing, and impute them inside the pipeline.",
                code="X = X.replace([np.inf, -np.inf], np.nan)",
            ),
            Remedy(
                text="Or clip what is too large to be true.",
                code=f"X[{first.name!r}] = X[{first.name!r}].clip(*X[{first.name!r}].quantile([0.001, 0.999]))",
            ),
        ),
    )


def _beyond(column: ColumnProfile, limits: Limits) -> str:
    """What is wrong with the column's numbers, in words; empty where nothing is."""
    if column.infinite > limits["max_infinite"]:
        share = f" ({percent(column.infinite / column.rows)})" if column.rows else ""
        return f"{plural(column.infinite, 'infinite value')}{share}"
    size = _largest(column)
    is_number = column.kind.is_numeric or column.kind is ColumnKind.MIXED
    return f"values up to {number(size)}" if is_number and size > limits["max_size"] else ""


def _largest(column: ColumnProfile) -> float:
    return max(abs(column.minimum or 0.0), abs(column.maximum or 0.0))


def _named(columns: tuple[ColumnProfile, ...], name: str) -> ColumnProfile:
    return max((column for column in columns if column.name == name), key=_largest)
