"""PF2: two sides of a split that do not match."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.checks.reading import resampled_training
from mlflow_pitfalls.checks.text import count, names, number, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import DriftFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_TARGET = "the target"


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
        f"{number(p_value)}).{rest} {_next_step(record)}",
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


def _split_by_hand(record: RunRecord) -> bool:
    """The script made its sides by a rule of its own, by date for instance, rather than by a splitter."""
    return record.split is not None and not record.split.method


def _next_step(record: RunRecord) -> str:
    if _split_by_hand(record):
        return "The split follows a rule of the script's own: measure over several such cuts."
    return "Shuffle the split if the rows' order means nothing."


def _drift_remedies(record: RunRecord) -> tuple[Remedy, ...]:
    stratify = ", stratify=y" if record.task.is_classification else ""
    shuffle = Remedy(
        text="Where the rows' order means nothing, shuffle (and stratify) the split.",
        code=f"X_train, X_test, y_train, y_test = train_test_split(X, y, shuffle=True{stratify}, random_state=0)",
    )
    by_time = Remedy(
        text="Where the order is time, keep the later side for the test and measure over several cuts.",
        code="cross_val_score(model, X, y, cv=TimeSeriesSplit(n_splits=5))",
    )
    return (
        *((by_time, shuffle) if _split_by_hand(record) else (shuffle, by_time)),
        Remedy(text="Turn columns that moved into forms that hold: ratios, ranks within a period, differences."),
    )
