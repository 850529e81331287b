"""PF2: rows that stand twice, in training or on both sides of the split."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import beyond_chance, evidence, share_interval, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import resampled_training
from mlflow_pitfalls.checks.text import count, percent, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Interval, Severity


@check(
    name="duplicate-rows",
    group=Group.DATA,
    severity=Severity.LOW,
    severities=(Severity.LOW, Severity.MEDIUM),
    cost=Cost.SCAN,
    needs=(Fact.DUPLICATES,),
    explained_by=("resample-before-split", "train-test-overlap"),
    thresholds={
        "low": Threshold(
            0.01,
            "share of rows beyond chance",
            "above it a flag of low severity",
            "our choice; deepchecks asks for 5 %",
        ),
        "medium": Threshold(0.10, "share of rows beyond chance", "above it medium severity", "our choice"),
        "chance_factor": Threshold(
            2.0,
            "times the share expected by chance",
            "how far duplicates must exceed chance, as columns that go together repeat more often",
            "our choice: the expected share takes the columns as independent",
        ),
    },
)
def duplicate_rows(record: RunRecord, limits: Limits) -> Verdict:
    """Training rows stand more than once, beyond what the columns make by chance.

    What it does:
        Counts rows that equal an earlier row in every feature and in the target, and subtracts what the numbers of
        distinct values make by chance: two coin columns repeat by nature. The lower bound of the share's 95 % interval
        must exceed chance by {low} (low) or {medium} (medium), and be {chance_factor} times chance. Training rows that
        were resampled after the split repeat on purpose.

    Why is this bad:
        Copies weigh double in the fit, and a random split puts them on both sides, where they are counted as success.

    Example:
        The red wine data repeat 240 of 1 599 rows.

    How to fix:
        Drop the copies before splitting, unless each of them is an observation of its own.

    References:
        pandas.DataFrame.drop_duplicates; Barz and Denzler, Do we train on test data?, Journal of Imaging 2020,
        https://doi.org/10.3390/jimaging6060041.
    """
    facts = record.train.duplicates if record.train else None
    assert facts is not None
    sampler = resampled_training(record)
    if sampler is not None:
        return not_applicable(f"The training rows were resampled on purpose ({short(sampler.sampler)}).")
    share = facts.duplicates / facts.rows_checked
    expected = facts.expected / facts.rows_checked
    interval = share_interval(facts.duplicates, facts.rows_checked)
    excess = beyond_chance(interval, expected, limits["chance_factor"])
    severity = Severity.MEDIUM if excess > max(limits["low"], limits["medium"]) else Severity.LOW
    proof = evidence(
        limits,
        "medium" if severity is Severity.MEDIUM else "low",
        statistic="share of rows that repeat an earlier one, beyond chance",
        value=share - expected,
        rows=facts.rows_checked,
        interval=Interval(low=interval.low - expected, high=interval.high - expected),
        would_clear="dropping the copies",
    )
    told = f"{count(facts.duplicates)} of {count(facts.rows_checked)} training rows repeat an earlier one"
    if excess <= limits["low"]:
        return passed(f"{told} ({percent(expected)} expected by chance).", evidence=proof)
    return flagged(
        f"{told}: {percent(share)}, {percent(expected)} expected by chance. Drop the copies before the split.",
        evidence=proof,
        severity=severity,
        remedies=(
            Remedy(text="Drop the copies, before the split.", code="data = data.drop_duplicates()"),
            Remedy(
                text="Where copies are real, count them instead of repeating them.",
                code='data = data.value_counts(dropna=False).rename("weight").reset_index()',
            ),
        ),
    )


@check(
    name="train-test-overlap",
    group=Group.DATA,
    severity=Severity.HIGH,
    cost=Cost.SCAN,
    needs=(Fact.OVERLAP,),
    explained_by=("resample-before-split",),
    thresholds={
        "max_share": Threshold(
            0.01, "share of rows beyond chance", "held-out rows that may also stand in training", "our choice"
        ),
        "chance_factor": Threshold(
            2.0,
            "times the share expected by chance",
            "how far the overlap must exceed chance, as columns that go together repeat more often",
            "our choice: the expected share takes the columns as independent",
        ),
    },
)
def train_test_overlap(record: RunRecord, limits: Limits) -> Verdict:
    """Held-out rows also stand among the training rows, beyond what the columns make by chance.

    What it does:
        Compares fingerprints of the held-out rows with those of the training rows. The lower bound of the matching
        share's 95 % interval must exceed chance by {max_share}, and be {chance_factor} times chance: what the numbers
        of distinct values make. Rows that are alike by nature come with many that differ in one column alone; equal
        rows without these are copies, however often each stands in the table.

    Why is this bad:
        The model has seen these answers. The held-out score counts memory as skill, and is too good by an amount that
        nobody knows.

    Example:
        A table with repeated exports of the same customers is split at random: a third of the test rows are in
        training.

    How to fix:
        Drop duplicates before splitting; where rows belong together (one customer, one patient), split by group.

    References:
        Kaufman et al., Leakage in data mining, ACM TKDD 2012, https://doi.org/10.1145/2382577.2382579;
        Kapoor and Narayanan, Leakage and the reproducibility crisis, Patterns 2023,
        https://doi.org/10.1016/j.patter.2023.100804.
    """
    facts = record.overlap
    assert facts is not None
    share = usable(facts.share)
    value = share.value if share else facts.matched / facts.held_out_rows_checked
    sampled = share_interval(value * facts.held_out_rows_checked, facts.held_out_rows_checked)
    interval = share.interval if share and share.interval else sampled
    excess = beyond_chance(
        Interval(low=min(interval.low, sampled.low), high=interval.high), facts.expected_share, limits["chance_factor"]
    )
    proof = evidence(
        limits,
        "max_share",
        statistic="share of held-out rows that stand in training, beyond chance",
        value=value - facts.expected_share,
        rows=facts.held_out_rows_checked,
        interval=Interval(low=sampled.low - facts.expected_share, high=sampled.high - facts.expected_share),
        would_clear="a split whose sides share no rows",
    )
    rows = count(facts.held_out_rows_checked)
    told = f"{percent(value)} of {rows} held-out rows also stand in training ({count(facts.matched)} found"
    if excess <= limits["max_share"]:
        return passed(f"{told}, {percent(facts.expected_share)} expected by chance).", evidence=proof)
    return flagged(
        f"{told}; {percent(facts.expected_share)} expected by chance, limit {percent(limits['max_share'])}). The "
        "held-out score counts memory as skill: drop duplicates before the split.",
        evidence=proof,
        remedies=(
            Remedy(text="Drop duplicates before the split.", code="data = data.drop_duplicates()"),
            Remedy(text="Where rows belong together, split by group (sklearn.model_selection.GroupShuffleSplit)."),
            Remedy(
                text="Score the unseen rows alone, to see what the overlap was worth.",
                code="X_test = X_test[~pd.util.hash_pandas_object(X_test, index=False)"
                ".isin(pd.util.hash_pandas_object(X_train, index=False))]",
            ),
        ),
    )
