"""PF2: categories of which many are seen once."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Link, Threshold, Verdict, check, flagged, inconclusive, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import columns_of, training_rows
from mlflow_pitfalls.checks.text import count, names, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

# Encoders that put rare levels together or never make a column of each.
_POOLING_ENCODERS = frozenset(
    {
        "TargetEncoder",
        "CountEncoder",
        "LeaveOneOutEncoder",
        "CatBoostEncoder",
        "JamesSteinEncoder",
        "HashingEncoder",
        "FeatureHasher",
        "HashingVectorizer",
        "TfidfVectorizer",
        "CountVectorizer",
        "GapEncoder",
        "MinHashEncoder",
        "SimilarityEncoder",
        "StringEncoder",
        "TextEncoder",
        "TableVectorizer",
    }
)
_POOLING_PARAMETERS = ("min_frequency", "max_categories")
_POOLING_LIBRARIES = ("catboost", "skrub")


@check(
    name="high-cardinality-feature",
    group=Group.DATA,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.TRAIN_PROFILE),
    explained_by=(
        Link("target-leakage", same_columns=True),
        Link("id-like-feature", same_columns=True),
        Link("mixed-types", same_columns=True),
    ),
    thresholds={
        "min_levels": Threshold(50, "levels", "above it a category is looked at", "usual bound of one-hot encoding"),
        "max_single": Threshold(0.10, "share of levels", "levels that may stand in one row only", "our choice"),
        "max_words": Threshold(5, "words a value", "longer texts are content, not categories", "as in id-like-feature"),
        "max_unread": Threshold(
            2.0,
            "training rows a sampled row",
            "of longer tables the sample cannot tell levels of one row from levels of a few",
            "half of the rows: a level of two rows is then met twice as often as once",
        ),
    },
)
def high_cardinality_feature(record: RunRecord, limits: Limits) -> Verdict:
    """A category has many levels, and many of these are seen once.

    What it does:
        Looks at columns of text and at declared categories with more than {min_levels} levels, of which more than
        {max_single} have a single row. Texts of more than {max_words} words are content. Encoders that put rare levels
        together (a target encoder, hashing, `min_frequency`) answer it. Where the profile read fewer than one row in
        {max_unread}, the levels of one row cannot be counted, and the check says so.

    Why is this bad:
        One-hot encoding makes a column of each level: slow, and a level of one row can only be learned by heart. New
        rows bring levels that the model never saw, and which an encoder ignores or refuses.

    Example:
        Titanic's `Cabin` has 147 levels in 204 rows; 101 of them have a single passenger.

    How to fix:
        Put rare levels together, encode by the target's mean (inside of the pipeline), or use a coarser column: the
        deck instead of the cabin.

    References:
        scikit-learn, OneHotEncoder(min_frequency=…) and TargetEncoder; Micci-Barreca, A preprocessing scheme for
        high-cardinality categorical attributes, SIGKDD Explorations 2001, https://doi.org/10.1145/507533.507538.
    """
    assert record.fit is not None
    columns = columns_of(record)
    found = [
        Subject(name=column.name, value=single, detail=f"{plural(column.distinct or 0, 'level')}")
        for column in columns
        if (single := _single_share(column, limits)) > limits["max_single"]
    ]
    if not found:
        return passed(f"None of {plural(len(columns), 'column')} has many levels that are seen once.")
    pooled = _pools_levels(record.fit.estimator)
    if pooled:
        return passed(
            f"{plural(len(found), 'column')} with many levels seen once, which {short(pooled)} puts together."
        )
    subjects = worst_first(found)
    first, listed = subjects[0], [subject.name for subject in subjects]
    rows = training_rows(record)
    proof = evidence(
        limits,
        "max_single",
        statistic=f"share of the levels of {names([first.name])} with a single row",
        value=first.value,
        rows=rows,
        would_clear=f"at most {percent(limits['max_single'])} of the levels in a single row",
        subjects=subjects,
    )
    sampled = record.train.sampled_rows if record.train else 0
    if rows > limits["max_unread"] * sampled:
        return inconclusive(
            f"{names(listed)} {'has' if len(found) == 1 else 'have'} many levels seen once in {count(sampled)} of "
            f"{count(rows)} rows, which may be frequent in all of them",
            f"a count over all rows: X_train[{first.name!r}].value_counts()",
            evidence=proof,
        )
    others = f"; {plural(len(found) - 1, 'other column')} too" if len(found) > 1 else ""
    return flagged(
        f"'{short(first.name)}' has {first.detail}, {percent(first.value)} of them in a single row of {count(rows)} "
        f"(limit {percent(limits['max_single'])}){others}. Put rare levels together.",
        evidence=proof,
        remedies=(
            Remedy(
                text="Put rare levels together while encoding.",
                code='OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist")',
            ),
            Remedy(text="Or encode by the target's mean, inside of the pipeline.", code="TargetEncoder()"),
        ),
    )


def _single_share(column: ColumnProfile, limits: Limits) -> float:
    """Share of the levels with a single row; 0 for what is no category of many levels."""
    levels, single = column.distinct, column.singletons
    if column.kind is not ColumnKind.CATEGORICAL or not levels or single is None or levels <= limits["min_levels"]:
        return 0.0
    if (column.mean_words or 0.0) > limits["max_words"]:
        return 0.0
    return min(1.0, single / levels)


def _pools_levels(estimator: EstimatorFacts) -> str:
    """What puts rare levels together; empty where nothing is known to."""
    encoder = next((name for name in (*estimator.steps, *estimator.transformers) if name in _POOLING_ENCODERS), "")
    if encoder:
        return encoder
    parameter = next((name for name, _ in estimator.parameters if name.rpartition("__")[2] in _POOLING_PARAMETERS), "")
    is_native = estimator.module.startswith(_POOLING_LIBRARIES)
    return parameter or (estimator.final_class_name if is_native else "")
