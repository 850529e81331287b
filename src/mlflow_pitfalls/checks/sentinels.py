"""PF2: values that stand for "missing" without saying so."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Link, Threshold, Verdict, check, flagged, passed
from mlflow_pitfalls.checks.evidence import evidence, share_interval, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import columns_of, training_rows
from mlflow_pitfalls.checks.text import count, names, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnProfile, SentinelFacts
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

_NEIGHBOURS = 5  # values whose rows SentinelFacts.neighbours averages
_ZERO = "0"


@check(
    name="disguised-missing",
    group=Group.DATA,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.TRAIN_PROFILE,),
    explained_by=(Link("mixed-types", same_columns=True),),
    thresholds={
        "min_rows": Threshold(5, "sampled rows", "fewer rows of a code are left alone", "our choice"),
        "min_distance": Threshold(
            1.0,
            "interquartile ranges",
            "how far a code must lie beyond all other values, unless it is the only negative one",
            "our choice: zeros of people without a garage or a balance lay within 0.7",
        ),
        "min_relative": Threshold(
            0.2,
            "share of the median",
            "and how far in terms of the other values themselves",
            "our choice: glass without magnesium lay at 0.1, blood pressures and weights of 0 at 0.3 to 0.6",
        ),
        "min_frequency": Threshold(
            2.0,
            "times the rows of a neighbouring value",
            "how much more frequent a code must certainly be than the values next to it",
            "DataRobot asks for an outlier in value and in frequency",
        ),
        "far": Threshold(
            10.0,
            "interquartile ranges",
            "so far out a code need not be frequent as well",
            "our choice: 99 on a scale to 10",
        ),
    },
)
def disguised_missing(record: RunRecord, limits: Limits) -> Verdict:
    """A training column says "missing" by a value: −1, 999, "?", "unknown", or a 0 that cannot be one.

    What it does:
        Looks for the usual codes (−1, −9, 97 to 99, 999, 0 …) at the end of a column's range, in at least {min_rows} of
        the sampled rows. A number must stand out twice: in value, by {min_distance} interquartile ranges and
        {min_relative} of the median beyond all others or as the only negative one; and in frequency, certainly
        {min_frequency} times as frequent as the values next to it, unless it lies {far} interquartile ranges away.
        Where 0 is such a code in one column, other columns without small values and with so frequent a 0 are named too.
        Of text, the words that mean nothing else count ("?", "NA", empty), unless most rows hold them. Columns with
        fewer than five other values, such as −1/+1, are left alone.

    Why is this bad:
        The estimator takes the code for a measurement: 999 days is a long time, and a blood pressure of 0 a very low
        one. Means, scalers, distances and splits follow it, and no imputer sees the gap.

    Example:
        The bank marketing data's `pdays` is 999 in 96 % of the rows: never called before. The Pima diabetes data's
        blood pressure is 0 for 35 of 768 women.

    How to fix:
        Make the code missing, then impute it inside of the pipeline with an indicator, or keep the fact as a column of
        its own.

    References:
        Pearson, The problem of disguised missing data, SIGKDD Explorations 2006,
        https://doi.org/10.1145/1147234.1147247.
    """
    columns = columns_of(record)
    certain = [(column, found) for column in columns if (found := _certain(column, limits))]
    if any(one.value == _ZERO for _, found in certain for one in found):
        named = {column.position for column, _ in certain}
        certain += [
            (column, zeros) for column in columns if column.position not in named and (zeros := _zeros(column, limits))
        ]
    if not certain:
        return passed(f"No code for missing values stands out in {plural(len(columns), 'column')}.")
    subjects = worst_first(
        Subject(name=column.name, value=sum(_share(one) for one in found), detail=_in_words(found))
        for column, found in certain
    )
    first, listed = subjects[0], [subject.name for subject in subjects]
    codes = next(found for column, found in certain if column.name == first.name)
    told = f"'{short(first.name)}' has {first.detail}"
    others = f"; {names(listed[1:])} likewise" if len(listed) > 1 else ""
    return flagged(
        f"{told}{others}: does it stand for a missing value? Then make it one, before the estimator takes it for a "
        "measurement.",
        evidence=evidence(
            limits,
            "min_rows",
            statistic=f"sampled rows with the code in {names([first.name])}",
            value=sum(one.count for one in codes),
            rows=training_rows(record),
            would_clear="missing values that are missing, or a note that the value is real (ignore this check)",
            subjects=subjects,
        ),
        remedies=_remedies(first.name, codes),
    )


def _certain(column: ColumnProfile, limits: Limits) -> tuple[SentinelFacts, ...]:
    return tuple(one for one in column.sentinels if one.count >= limits["min_rows"] and _stands_out(one, limits))


def _stands_out(one: SentinelFacts, limits: Limits) -> bool:
    if one.distance is None:
        return True
    is_far = one.relative_distance is None or one.relative_distance >= limits["min_relative"]
    is_beyond = one.breaks_sign or (is_far and one.distance >= limits["min_distance"])
    return is_beyond and (one.distance >= limits["far"] or _is_frequent(one, limits))


def _is_frequent(one: SentinelFacts, limits: Limits) -> bool:
    """Whether the code is certainly more frequent than its neighbours: the lower bound of the odds of its share."""
    around = _NEIGHBOURS * (one.neighbours or 0.0)
    low = share_interval(one.count, one.count + around).low
    return low >= 1.0 or low / (1.0 - low) * _NEIGHBOURS >= limits["min_frequency"]


def _zeros(column: ColumnProfile, limits: Limits) -> tuple[SentinelFacts, ...]:
    return tuple(
        one
        for one in column.sentinels
        if one.value == _ZERO and one.count >= limits["min_rows"] and _is_frequent(one, limits)
    )


def _share(one: SentinelFacts) -> float:
    return min(1.0, one.count / one.sampled_rows) if one.sampled_rows else 0.0


def _in_words(found: tuple[SentinelFacts, ...]) -> str:
    shown = [
        f"{short(one.value) if one.distance is not None else repr(short(one.value))} in {percent(_share(one))}"
        if one.value
        else f"a code in {count(one.count)}"
        for one in found
    ]
    return f"{' and '.join(shown)} of its rows"


def _remedies(name: str, found: tuple[SentinelFacts, ...]) -> tuple[Remedy, ...]:
    told = [one.value if one.distance is None else _literal(one.value) for one in found if one.value]
    shown = ", ".join(repr(value) if isinstance(value, str) else f"{value:g}" for value in told)
    replace = f"X[{name!r}] = X[{name!r}].replace([{shown}], np.nan)" if told else ""
    return (
        Remedy(text="Make the code missing.", code=replace),
        Remedy(
            text="Impute it inside of the pipeline, and keep the gap as a column.",
            code='model = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), model)',
        ),
        Remedy(
            text="Where the value is real, ignore this check for good.", code='enable(ignore=["disguised-missing"])'
        ),
    )


def _literal(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
