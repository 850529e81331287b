"""PF2: rows that stand twice, and two sides of a split that do not match."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import evidence, share_interval, usable, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.reading import resampled_training
from mlflow_pitfalls.checks.text import count, names, number, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import DriftFacts, RunRecord
from mlflow_pitfalls.model.values import Interval, Severity

_TARGET = "the target"


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
    excess = _excess(interval, expected, limits["chance_factor"])
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


def _excess(interval: Interval, expected: float, factor: float) -> float:
    """How far the share certainly exceeds chance; 0 where it does not exceed it by the factor."""
    return interval.low - expected if interval.low > factor * expected else 0.0


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
        share's 95 % interval must exceed chance by {max_share}, and be {chance_factor} times the share that the numbers
        of distinct values make by chance.

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
    excess = _excess(
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
            Remedy(
                text="Where rows belong together, split by group.",
                code="train, test = next(GroupShuffleSplit(random_state=0).split(X, y, groups=data[key]))",
            ),
            Remedy(
                text="Score the unseen rows alone, to see what the overlap was worth.",
                code="X_test = X_test[~pd.util.hash_pandas_object(X_test, index=False)"
                ".isin(pd.util.hash_pandas_object(X_train, index=False))]",
            ),
        ),
    )


@check(
    name="train-test-drift",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.DRIFT,),
    thresholds={
        "max_p": Threshold(
            0.01,
            "adjusted p-value",
            "below it the two sides differ",
            "Benjamini-Hochberg over the columns, stricter than the usual 0.05",
        ),
        "min_effect": Threshold(
            0.10, "distance, 0..1", "distance from which a column's difference matters", "evidently: 0.1"
        ),
        "min_target_effect": Threshold(
            0.15,
            "distance, 0..1",
            "the same for the target",
            "evidently's 0.1, wider since one column is not corrected",
        ),
    },
)
def train_test_drift(record: RunRecord, limits: Limits) -> Verdict:
    """The held-out rows are of another distribution than the training rows.

    What it does:
        Compares every column, and the target, between the two sides: a two-sample test, corrected for the number of
        columns (adjusted p below {max_p}), and a distance of at least {min_effect} ({min_target_effect} for the
        target): Wasserstein's, in standard deviations, for numbers; Jensen and Shannon's for categories. Two random
        halves of one table pass. Training rows that were resampled after the split differ on purpose.

    Why is this bad:
        The held-out score answers another question than the training score: the difference is not overfitting, and a
        simpler model will not close it.

    Example:
        A table sorted by year is cut without shuffling: the model learns 2015–2021 and is tested on 2022.

    How to fix:
        Ask which of the two sides looks like the rows to come. Where the order means nothing, shuffle and stratify the
        split; where it is time, the later side is the honest test, and the features that moved need a form that holds.

    References:
        Benjamini and Hochberg 1995, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x;
        Quiñonero-Candela et al., Dataset Shift in Machine Learning, MIT Press 2009.
    """
    sampler = resampled_training(record)
    if sampler is not None:
        return not_applicable(f"The training rows were resampled on purpose ({short(sampler.sampler)}).")
    values = adjusted([facts.p_value for facts in record.drift])
    found = [
        (facts, p_value)
        for facts, p_value in zip(record.drift, values, strict=True)
        if p_value < limits["max_p"] and facts.effect >= limits[_effect_limit(facts)]
    ]
    if not found:
        worst = max(record.drift, key=lambda facts: facts.effect)
        return passed(
            f"The two sides match: of {plural(len(record.drift), 'column')} {_name(worst)} differs most, by "
            f"{number(worst.effect)}."
        )
    found.sort(key=lambda pair: (not pair[0].is_target, -pair[0].effect, pair[0].column))
    first, p_value = found[0]
    subjects = tuple(
        Subject(name=_label(facts), value=facts.effect, detail=f"{facts.effect_name}, adjusted p {number(adjusted_p)}")
        for facts, adjusted_p in found
    )
    rest = f" {plural(len(found) - 1, 'other column')} of {count(len(record.drift))} too." if len(found) > 1 else ""
    return flagged(
        f"{_name(first)} differs between {count(first.train_rows)} training and {count(first.held_out_rows)} held-out "
        f"rows: {first.effect_name} {number(first.effect)} (limit {number(limits[_effect_limit(first)])}, adjusted p "
        f"{number(p_value)}).{rest} Shuffle the split if the rows' order means nothing.",
        evidence=evidence(
            limits,
            _effect_limit(first),
            statistic=f"{first.effect_name} of {_name(first)} between the two sides",
            value=first.effect,
            rows=first.held_out_rows,
            would_clear=f"a distance below {number(limits[_effect_limit(first)])}, or a split of like rows",
            subjects=worst_first(subjects),
        ),
        remedies=_drift_remedies(record),
    )


def _effect_limit(facts: DriftFacts) -> str:
    return "min_target_effect" if facts.is_target else "min_effect"


def _label(facts: DriftFacts) -> str:
    return facts.column or _TARGET


def _name(facts: DriftFacts) -> str:
    return _TARGET.capitalize() if facts.is_target else f"Column {names([facts.column])}"


def _drift_remedies(record: RunRecord) -> tuple[Remedy, ...]:
    stratify = ", stratify=y" if record.task.is_classification else ""
    return (
        Remedy(
            text="Where the rows' order means nothing, shuffle (and stratify) the split.",
            code=f"X_train, X_test, y_train, y_test = train_test_split(X, y, shuffle=True{stratify}, random_state=0)",
        ),
        Remedy(
            text="Where the order is time, keep the later side for the test and measure over several cuts.",
            code="cross_val_score(model, X, y, cv=TimeSeriesSplit(n_splits=5))",
        ),
        Remedy(text="Turn columns that moved into forms that hold: ratios, ranks within a period, differences."),
    )
