"""PF2: columns that name rows rather than describing them."""

from __future__ import annotations

import re

from mlflow_pitfalls.checks.base import Cost, Limits, Link, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import columns_of, training_rows
from mlflow_pitfalls.checks.text import count, names, number, percent, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

_KEY_WORDS = frozenset(
    {"id", "ids", "key", "no", "nr", "number", "index", "idx", "uuid", "guid", "pk", "rowid", "serial"}
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_TEXT_STEPS = frozenset({"TfidfVectorizer", "CountVectorizer", "HashingVectorizer", "TfidfTransformer"})


@check(
    name="id-like-feature",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.TRAIN_PROFILE,),
    explained_by=(Link("target-leakage", same_columns=True),),
    thresholds={
        "min_distinct": Threshold(
            0.95, "share of rows", "distinct values as a share of the rows", "a name of rows has one value for each"
        ),
        "min_rows": Threshold(100, "rows", "on fewer rows many honest columns are distinct", "our choice"),
        "min_density": Threshold(
            0.25,
            "distinct values per step of the range",
            "whole numbers that fill their range so densely without repeating were handed out, not measured",
            "birthday problem: measures this dense repeat in over 10 % of rows",
        ),
        "max_words": Threshold(
            5, "words a value", "longer texts are content, not names of rows", "full names have two to five words"
        ),
    },
)
def id_like_feature(record: RunRecord, limits: Limits) -> Verdict:
    """A training column names rows rather than describing them: a key, a row number, a ticket.

    What it does:
        Looks at text and whole-number columns with at least {min_rows} rows of which at least {min_distinct} are
        distinct; floats never count, as measures are distinct by nature. Whole numbers need a further sign, since
        populations and prices in cents are distinct too: a sequence, values that only rise, a name such as
        `customer_id`, or values that fill their range (at least {min_density} of it) and yet hardly ever repeat.
        Texts of more than {max_words} words on average, and texts that a vectoriser in the pipeline reads, are content.

    Why is this bad:
        A model can learn rows by heart through it, and new rows have values that it never saw. Row numbers of sorted
        data even leak the target.

    Example:
        `PassengerId` as a feature: the forest splits on it, and nothing of that holds for the next passenger.

    How to fix:
        Drop it, or use it to group the split. What it stands for (the year in an invoice number) can be a feature.

    References:
        Kaufman et al., Leakage in data mining, ACM TKDD 2012, https://doi.org/10.1145/2382577.2382579.
    """
    columns = columns_of(record)
    reads_text = record.fit is not None and bool(_TEXT_STEPS & set(record.fit.estimator.steps))
    found = [
        Subject(name=column.name, value=column.distinct_share or 0.0, detail=sign)
        for column in columns
        if (sign := _key_sign(column, reads_text, limits))
    ]
    if not found:
        return passed(f"None of {plural(len(columns), 'column')} names rows.")
    subjects = worst_first(found)
    first = subjects[0]
    listed = [subject.name for subject in subjects]
    rows = training_rows(record)
    return flagged(
        f"{names(listed)} {'names' if len(found) == 1 else 'name'} rows rather than describing them: "
        f"{percent(first.value)} of {count(rows)} rows have a value of their own ({first.detail}; limit "
        f"{percent(limits['min_distinct'])}). Drop {'it' if len(found) == 1 else 'them'} from the features.",
        evidence=evidence(
            limits,
            "min_distinct",
            statistic="distinct values as a share of the rows",
            value=first.value,
            rows=rows,
            would_clear="dropping the column from the features",
            subjects=subjects,
        ),
        remedies=(
            Remedy(text="Drop the columns from the features.", code=f"X_train = X_train.drop(columns={listed!r})"),
            Remedy(text="Where it names a thing with several rows (a customer), group the split by it: GroupKFold."),
        ),
    )


def _key_sign(column: ColumnProfile, reads_text: bool, limits: Limits) -> str:
    """What makes the column a key, in words; empty where nothing does."""
    share = column.distinct_share
    if share is None or share < limits["min_distinct"] or column.rows < limits["min_rows"]:
        return ""
    if column.kind is ColumnKind.CATEGORICAL:
        is_content = reads_text or (column.mean_words or 0.0) > limits["max_words"]
        return "" if is_content else "text"
    return _integer_sign(column, share, limits) if column.kind is ColumnKind.INTEGER else ""


def _integer_sign(column: ColumnProfile, share: float, limits: Limits) -> str:
    """What shows that distinct whole numbers were handed out rather than measured."""
    if column.integer_sequence:
        return "numbered without gaps"
    if column.increasing:
        return "rising from row to row"
    if _is_key_name(column.name):
        return "named as a key"
    density = _density(column, share)
    return f"fills {number(100 * density)} % of its range" if density >= limits["min_density"] else ""


def _is_key_name(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and (words[-1] in _KEY_WORDS or words[0] == "id")


def _density(column: ColumnProfile, distinct_share: float) -> float:
    """Distinct values a step of the range, over all rows; 0 where the range is not known."""
    if column.minimum is None or column.maximum is None or column.maximum <= column.minimum:
        return 0.0
    present = column.rows - column.missing
    return min(1.0, present * distinct_share / (column.maximum - column.minimum + 1.0))
