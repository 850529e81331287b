"""PF6: data, target or columns that are no longer those of the reference run."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reference import compared, reference_name
from mlflow_pitfalls.checks.text import count, names, number, plural, short
from mlflow_pitfalls.model.comparison import ColumnDrift, SchemaChange, SchemaKind
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

_MAX_P = Threshold(
    0.01,
    "adjusted p-value",
    "below it the two runs' rows differ",
    "as `train-test-drift`, stricter than the usual 0.05",
)
_SCHEMA_WORDS = {
    SchemaKind.REMOVED: "removed",
    SchemaKind.ADDED: "added",
    SchemaKind.RETYPED: "of another type",
    SchemaKind.REORDERED: "elsewhere",
}


@check(
    name="data-drift",
    group=Group.REGRESSION,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.REFERENCE,),
    thresholds={
        "max_p": _MAX_P,
        "min_effect": Threshold(
            0.10, "distance, 0..1", "distance from which a column's difference matters", "evidently: 0.1"
        ),
    },
)
def data_drift(record: RunRecord, limits: Limits) -> Verdict:
    """The training rows are of another distribution than the reference run's.

    What it does:
        Compares each column with the reference run's stored profile. Numbers: the two-sample Kolmogorov-Smirnov test
        over cells that both profiles share, and Wasserstein's distance in the reference's standard deviations.
        Categories: the χ² test over the values that both profiles tell, and the distance of Jensen and Shannon.
        Missing values: their shares. P-values are corrected for the number of columns (adjusted p below {max_p}), and
        the distance must be at least {min_effect} beyond chance. Rows that were resampled, or features that were
        scaled, in one of the runs only differ on purpose and are not compared. Which run is the reference,
        `score-regression` tells.

    Why is this bad:
        Two scores on different data are not one model against another. And what drifts once will drift again after the
        model is shipped.

    Example:
        Since a source was switched, `income` comes in thousands: its distribution lies 3 standard deviations below.

    How to fix:
        Ask whether the world has changed or the pipeline. A changed unit, a broken join or a new default value is
        repaired at its source. Where the new rows are right, train on them and name this run as the reference.

    References:
        Benjamini and Hochberg 1995, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x; Rabanser, Günnemann and
        Lipton, Failing Loudly, NeurIPS 2019, https://arxiv.org/abs/1810.11953.
    """
    reference, comparison = compared(record)
    columns = [drift for drift in comparison.drift if not drift.is_target]
    if not columns:
        return not_applicable(next(iter(comparison.notes), "The two runs share no column that could be compared."))
    found = [drift for drift in columns if drift.adjusted_p < limits["max_p"] and drift.effect >= limits["min_effect"]]
    if not found:
        worst = max(columns, key=lambda drift: drift.effect)
        return passed(
            f"The training rows match those of {reference_name(reference)}: {_name(worst)} differs most, by "
            f"{number(worst.effect)}."
        )
    found.sort(key=lambda drift: (-drift.effect, drift.column))
    first = found[0]
    rest = f" {plural(len(found) - 1, 'more difference')} in {count(len(columns))} comparisons." if found[1:] else ""
    return flagged(
        f"{_name(first)} differs from {reference_name(reference)}: {_measured(first, limits['min_effect'])}.{rest} "
        "Ask whether the world has changed or the pipeline.",
        evidence=evidence(
            limits,
            "min_effect",
            statistic=f"{first.effect_name} of {_name(first)} against the reference run",
            value=first.effect,
            rows=min(first.before_rows, first.after_rows),
            would_clear=f"a distance below {number(limits['min_effect'])}, or rows like the reference's",
            subjects=worst_first(_subject(drift) for drift in found),
        ),
        remedies=(
            Remedy(text="Look at where these columns come from: units, joins, defaults, encodings, the period."),
            Remedy(text="Where the new rows are the right ones, train on them and make this run the reference."),
        ),
    )


@check(
    name="target-drift",
    group=Group.REGRESSION,
    severity=Severity.HIGH,
    cost=Cost.FREE,
    needs=(Fact.REFERENCE,),
    thresholds={
        "max_p": _MAX_P,
        "min_effect": Threshold(
            0.15,
            "distance, 0..1",
            "distance from which the target's difference matters",
            "as `train-test-drift`: wider than a column's, since it is not corrected",
        ),
    },
)
def target_drift(record: RunRecord, limits: Limits) -> Verdict:
    """The training target is of another distribution than the reference run's.

    What it does:
        Compares the classes' shares (χ² test, Jensen and Shannon's distance) or the numbers (Kolmogorov-Smirnov test,
        Wasserstein's distance in the reference's standard deviations) with the reference run's stored profile. It
        flags where p is below {max_p} and the distance at least {min_effect} beyond chance. Rows that were resampled in
        one of the runs only are not compared.

    Why is this bad:
        Most metrics depend on the target's shares, and a model's probabilities are true for the shares that it learned
        from. A target that moves by itself mostly means that its definition, its source or its labelling has changed.

    Example:
        12 % of the customers left in the reference run, 31 % in this one: since the new export, those who moved house
        count as gone.

    How to fix:
        Find out what changed the target before anything else. Where it is the world, retrain, recalibrate and choose
        thresholds anew.

    References:
        Moreno-Torres et al., A unifying view on dataset shift in classification, Pattern Recognition 45, 2012.
    """
    reference, comparison = compared(record)
    drift = next((drift for drift in comparison.drift if drift.is_target), None)
    if not comparison.comparable or drift is None:
        reason = next(iter(comparison.notes), "The two runs tell of no target that could be compared.")
        return not_applicable(reason if comparison.comparable else "The reference run predicts another target.")
    proof = evidence(
        limits,
        "min_effect",
        statistic=f"{drift.effect_name} of the target against the reference run",
        value=drift.effect,
        rows=min(drift.before_rows, drift.after_rows),
        would_clear=f"a distance below {number(limits['min_effect'])}",
    )
    if drift.p_value >= limits["max_p"] or drift.effect < limits["min_effect"]:
        return passed(
            f"The target matches that of {reference_name(reference)}: {drift.effect_name} {number(drift.effect)}.",
            evidence=proof,
        )
    return flagged(
        f"The target differs from {reference_name(reference)}: {_measured(drift, limits['min_effect'])}."
        f"{_shares(drift)} Find out what has changed it before anything else.",
        evidence=proof,
        remedies=(
            Remedy(text="Compare how the target was made then and now: definition, source, period, labelling."),
            Remedy(text="Where it is the world that changed: retrain, recalibrate, choose thresholds anew."),
        ),
    )


@check(
    name="schema-change",
    group=Group.REGRESSION,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.REFERENCE,),
    thresholds={
        "max_changes": Threshold(0, "columns", "columns that may differ", "any one breaks a stored pipeline"),
    },
)
def schema_change(record: RunRecord, limits: Limits) -> Verdict:
    """Columns were added, removed, reordered, or are of another type than in the reference run.

    What it does:
        Compares the training rows' columns by name, order and type with those of the reference run; more than
        {max_changes} that differ are flagged. Whole numbers, others and truth values are one type, and so are text and
        categories. Where one of the runs was given a table without names, only the number of columns is compared. Which
        run is the reference, `score-regression` tells.

    Why is this bad:
        The model of one run cannot be used on the data of the other, and two scores of different columns do not tell
        which model is better.

    Example:
        `age` came as a number and comes as text since one row holds "n/a": the pipeline now one-hot encodes it.

    How to fix:
        Where the change is meant, make this run the reference. Where it is not, repair the source, and let a schema
        refuse the next one: `mlflow.models.infer_signature`.

    References:
        Breck et al., Data Validation for Machine Learning, MLSys 2019.
    """
    reference, comparison = compared(record)
    if not comparison.data:
        return not_applicable("The columns of one of the two runs are not known.")
    changes = comparison.schema
    if len(changes) <= limits["max_changes"]:
        return passed(f"The columns are those of {reference_name(reference)}.")
    told = [
        f"{_SCHEMA_WORDS[kind]}: {_listed([change for change in changes if change.kind is kind])}"
        for kind in _SCHEMA_WORDS
        if any(change.kind is kind for change in changes)
    ]
    return flagged(
        f"{plural(len(changes), 'difference')} from the columns of {reference_name(reference)}: {'; '.join(told)}. "
        "If that is meant, make this run the reference.",
        evidence=evidence(
            limits,
            "max_changes",
            statistic="columns that differ from the reference run",
            value=len(changes),
            rows=comparison.data[0].after_rows,
            would_clear="the same columns, in the same order and of the same types",
            subjects=worst_first(
                Subject(name=change.column or "columns", value=1.0, detail=_detail(change)) for change in changes
            ),
        ),
        remedies=(
            Remedy(text="Where it is not meant, repair the source of the columns that differ."),
            Remedy(
                text="Log a signature, so that the next change is refused when the model is used.",
                code="mlflow.sklearn.log_model(model, name='model', signature=infer_signature(X_train, y_train))",
            ),
        ),
    )


def _name(drift: ColumnDrift) -> str:
    return f"column {names([drift.column])}"


def _measured(drift: ColumnDrift, limit: float) -> str:
    return f"{drift.effect_name} {number(drift.effect)} (limit {number(limit)}, adjusted p {number(drift.adjusted_p)})"


def _subject(drift: ColumnDrift) -> Subject:
    detail = f"{drift.effect_name}, adjusted p {number(drift.adjusted_p)}"
    return Subject(name=drift.column, value=drift.effect, detail=detail)


def _shares(drift: ColumnDrift) -> str:
    """The class whose share has changed most."""
    if not drift.labels:
        return ""
    label, before, after = max(
        zip(drift.labels, drift.before_shares, drift.after_shares, strict=True), key=lambda each: abs(each[2] - each[1])
    )
    return f" '{short(label)}' makes {number(after)} of the rows, {number(before)} before."


def _listed(changes: list[SchemaChange]) -> str:
    named = [change.column for change in changes if change.column]
    return names(named) if named else _detail(changes[0])


def _detail(change: SchemaChange) -> str:
    if change.before and change.after:
        return f"{change.before} → {change.after}"
    return f"{change.kind.value} {change.before or change.after}".strip()
